#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace vitrina {

/// What an errno of the system means to a user: `permission denied`, `the disk is full`.
std::string cause_text(int error);

/// `path: cannot DOING: cause`. Of what cannot be `read` the code is kMissingInput where it is not
/// there or of another kind and kBadData where it may not be read; all else is kOutOfResources.
Error file_error(const std::filesystem::path& path, std::string_view doing, int error);

/// Throws file_error where `path` is not a file that can be opened and read.
void check_readable(const std::filesystem::path& path);

}  // namespace vitrina
