#include "core/version.hpp"

#include "vitrina_build_id.hpp"

namespace vitrina {

const char* version() { return VITRINA_VERSION; }

const char* build_id() { return VITRINA_BUILD_ID; }

}  // namespace vitrina
