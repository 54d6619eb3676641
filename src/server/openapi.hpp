#pragma once

#include <string>

#include "server/routes.hpp"

namespace vitrina::server {

/// The routes of a port as a document of OpenAPI 3.1.
std::string openapi(Door door);

}  // namespace vitrina::server
