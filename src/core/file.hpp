#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace vitrina {

/// Runs `write` on `path` + ".tmp", flushes that file to disk and renames it to `path`, so that a
/// file under its final name is always whole. The folder is made when missing; on failure the
/// temporary file is removed. Throws Error(kOutOfResources) when the disk says no.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path&)>& write);

/// Writes `bytes` to `path` as above.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// The same with pieces, one after another.
void write_file(const std::filesystem::path& path, std::span<const std::string_view> pieces);

/// The whole file, or its first `at_most` bytes. Throws Error(kMissingInput) when it is not there.
std::string read_file(const std::filesystem::path& path, std::size_t at_most = std::string::npos);

}  // namespace vitrina
