#include "core/bytes_in_files.hpp"

#include <algorithm>

#include "core/file.hpp"
#include "core/file_error.hpp"

namespace vitrina {
namespace {

/// Whether `text`, at that place of `window`, is there as a part of `longer`.
bool is_part(std::string_view window, std::size_t at, std::string_view text,
             std::string_view longer) {
  for (auto in = longer.find(text); in != std::string_view::npos; in = longer.find(text, in + 1)) {
    if (in <= at && window.substr(at - in, longer.size()) == longer) return true;
  }
  return false;
}

/// Whether `text` begins in `window` at `begin` or behind it, but before `end`, on its own.
bool stands_in(std::string_view window, std::size_t begin, std::size_t end, std::string_view text,
               std::span<const std::string> around) {
  for (auto at = window.find(text, begin); at < end; at = window.find(text, at + 1)) {
    const auto explains = [&](const std::string& longer) {
      return is_part(window, at, text, longer);
    };
    if (std::none_of(around.begin(), around.end(), explains)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::error_code status;
  std::filesystem::recursive_directory_iterator entries(folder, status);
  if (status) throw file_error(folder, "read", status.value());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : entries) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool holds_bytes(const std::filesystem::path& file, std::string_view text,
                 std::span<const std::string> around) {
  // what a longer text may have before the text, and behind its beginning
  auto margin = text.size();
  for (const auto& longer : around) margin = std::max(margin, longer.size());
  std::string window;
  std::size_t begin = 0;
  bool is_found = false;
  read_pieces(file, [&](std::string_view piece) {
    window.append(piece);
    const auto end = window.size() - std::min(window.size(), margin);
    is_found = stands_in(window, begin, end, text, around);
    const auto gone = end - std::min(end, margin);
    window.erase(0, gone);
    begin = std::max(begin, end) - gone;
    return !is_found;
  });
  return is_found || stands_in(window, begin, window.size(), text, around);
}

}  // namespace vitrina
