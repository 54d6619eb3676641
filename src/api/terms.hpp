#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/file_error.hpp"

namespace vitrina {

/// A word of the program's messages, and what a caller of the library knows it by.
struct Term {
  std::string_view program;
  std::string_view library;
};

/// What a call of the library says in the place of the program's words.
struct Terms {
  std::vector<Term> words = {};
  std::string_view hint = {};  ///< in the place of advice to run the program; empty: no advice
};

/// An error of a part that the program and the library share, in the library's words: `words` one
/// for another, options by the names of fields (`--as-of` is `as_of`), no advice to run the
/// program, and `config` where the command line would be wrong.
[[nodiscard]] Error in_library_terms(const Error& error, const Terms& terms);

/// The same of any text.
[[nodiscard]] std::string in_library_words(std::string text, const Terms& terms);

/// The result of `work`; what it throws, in the library's words.
template <class Work>
auto with_terms(const Terms& terms, Work work) {
  try {
    return work();
  } catch (const Error& error) {
    throw in_library_terms(error, terms);
  } catch (const std::filesystem::filesystem_error& error) {
    // of paths that a caller gives, such as one whose name is too long to ask for
    throw file_error(error.path1(), "read", error.code().value());
  }
}

}  // namespace vitrina
