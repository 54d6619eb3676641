#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace vitrina {

/// Runs `write` on `path` + ".tmp", flushes that file to disk and renames it to `path`, so that a
/// file under its final name is always whole. The folder is made when missing; on failure the
/// temporary file is removed. A link stays one, and what it leads to is replaced; a device or a
/// pipe is written into. Throws Error(kOutOfResources) with the cause when the disk says no.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path&)>& write);

/// Writes `bytes` to `path` as above.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// The same with pieces, one after another.
void write_file(const std::filesystem::path& path, std::span<const std::string_view> pieces);

/// Runs `write` on the empty folder `path` + ".tmp" and puts that to where `path` is, so that a
/// folder under its final name is always whole; what was there before goes. On failure the old one
/// stays as it was. `path` is the folder itself, or a link to it. Throws as above, and where
/// another process is writing the same folder.
void write_folder(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path&)>& write);

/// The whole file, or its first `at_most` bytes. Throws Error(kMissingInput) when it is not there
/// and Error(kBadData) when it may not be read.
std::string read_file(const std::filesystem::path& path, std::size_t at_most = std::string::npos);

/// Gives `use` the file a megabyte at a time, the last time what is left, until that says false.
/// Throws as above: what cannot be read to its end is an error, and no shorter file.
void read_pieces(const std::filesystem::path& path,
                 const std::function<bool(std::string_view)>& use);

}  // namespace vitrina
