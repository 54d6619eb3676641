#pragma once

#include <functional>
#include <string>

#include "server/app.hpp"
#include "server/http_server.hpp"

namespace vitrina::server {

struct ServeOptions {
  AppOptions app;
  HttpOptions shop;   ///< for the site
  HttpOptions admin;  ///< for who runs the server
  std::function<void(const std::string& line)> say = [](const std::string&) {};
};

/// Answers until this thread's work is cancelled (core/cancel.hpp), then ends what has begun.
/// Throws Error where it cannot begin; Error(kConfig) for an address that others can reach and
/// nobody needs a key for.
void serve(const ServeOptions& options);

}  // namespace vitrina::server
