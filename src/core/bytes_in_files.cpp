#include "core/bytes_in_files.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/file_error.hpp"

namespace vitrina {
namespace {

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether `text` stands in `window` with its end told: nothing of a word follows.
bool stands_in(std::string_view window, std::string_view text) {
  for (auto at = window.find(text); at != std::string_view::npos; at = window.find(text, at + 1)) {
    const auto end = at + text.size();
    if (end < window.size() && !is_of_word(window[end])) return true;
  }
  return false;
}

bool holds(const std::filesystem::path& file, std::string_view text) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  check_readable(file);
  std::ifstream in(file, std::ios::binary);
  std::string window;
  std::string piece(kPiece, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(kPiece)) || in.gcount() > 0) {
    // what may have begun in the piece before
    if (window.size() > text.size()) window.erase(0, window.size() - text.size());
    window.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (stands_in(window, text)) return true;
  }
  return std::string_view(window).ends_with(text);
}

}  // namespace

std::vector<std::filesystem::path> files_with(const std::filesystem::path& folder,
                                              std::string_view text) {
  std::error_code status;
  std::filesystem::recursive_directory_iterator entries(folder, status);
  if (status) throw file_error(folder, "read", status.value());
  std::vector<std::filesystem::path> found;
  for (const auto& entry : entries) {
    if (entry.is_regular_file() && holds(entry.path(), text)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace vitrina
