#include "api/terms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace vitrina {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";

/// Whether a word may end before or begin after this character; parts of paths are no words.
bool is_border(char c) { return std::string_view(" ,;:()").find(c) != std::string_view::npos; }

bool is_word(std::string_view text, std::size_t begin, std::size_t size) {
  const auto end = begin + size;
  return (begin == 0 || is_border(text[begin - 1])) && (end == text.size() || is_border(text[end]));
}

void replace_word(std::string& text, const Term& term) {
  std::size_t at = 0;
  while ((at = text.find(term.program, at)) != std::string::npos) {
    if (!is_word(text, at, term.program.size())) {
      at += term.program.size();
      continue;
    }
    text.replace(at, term.program.size(), term.library);
    at += term.library.size();
  }
}

/// `--as-of` as `as_of`.
void rename_options(std::string& text) {
  std::size_t at = 0;
  while ((at = text.find("--", at)) != std::string::npos) {
    auto end = std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at), text.size());
    const bool is_named = end > at + 2 && kLower.find(text[at + 2]) != std::string_view::npos;
    if (!is_named || !is_word(text, at, end - at)) {
      at += 2;
      continue;
    }
    text.erase(at, 2);
    end -= 2;
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(end), '-', '_');
    at = end;
  }
}

/// The last clause goes when it tells to run the program.
void replace_advice(std::string& text, std::string_view hint) {
  const auto clause = text.rfind("; ");
  if (clause == std::string::npos || text.find("'vitrina ", clause) == std::string::npos) return;
  text.resize(clause);
  if (!hint.empty()) text += fmt::format("; {}", hint);
}

}  // namespace

std::string in_library_words(std::string text, const Terms& terms) {
  replace_advice(text, terms.hint);
  for (const auto& term : terms.words) replace_word(text, term);
  rename_options(text);
  return text;
}

Error in_library_terms(const Error& error, const Terms& terms) {
  return {error.code() == ErrorCode::kUsage ? ErrorCode::kConfig : error.code(),
          in_library_words(error.what(), terms)};
}

}  // namespace vitrina
