#pragma once

#include <filesystem>
#include <string_view>

#include "fuzz/target.hpp"

namespace vitrina::fuzz {

/// A folder of this process, made when it is first asked for and removed with the process: where
/// what is read is a file.
std::filesystem::path folder(std::string_view name);

/// Writes there without waiting for the disk.
void write_plain(const std::filesystem::path& file, std::string_view bytes);

/// A bundle of a tiny shop, fitted once.
std::filesystem::path tiny_bundle();

}  // namespace vitrina::fuzz
