#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "command/command.hpp"
#include "core/time.hpp"

namespace vitrina::command {

/// What a summary is written in. Messages, reports and parameters are English everywhere.
enum class Language : std::uint8_t { kEnglish, kRussian };

/// `--lang auto|en|ru`, for commands that print a summary.
Option language_option();

/// The value of `--lang`; `auto` (the default) is Russian where the first of LC_ALL, LC_MESSAGES
/// and LANG that is set begins with `ru`. Throws Error(kUsage) for another value.
Language read_language(const Context& context);

/// Numbers and moments as people write them in a language.
class Writer {
 public:
  explicit Writer(Language language) : is_russian_(language == Language::kRussian) {}

  /// The text of the language; both are checked against the values when compiled.
  template <class... Values>
  [[nodiscard]] std::string say(fmt::format_string<const Values&...> english,
                                fmt::format_string<const Values&...> russian,
                                const Values&... values) const {
    return fmt::format(is_russian_ ? russian : english, values...);
  }

  /// 84,252 or 84 252.
  [[nodiscard]] std::string count(std::uint64_t n) const;
  /// 0.1234 or 0,1234.
  [[nodiscard]] std::string decimal(double value, int digits) const;
  /// 3 or 0.5 or 0,5: as many digits as there are.
  [[nodiscard]] std::string decimal(double value) const;
  /// 2024-01-21 23:59:59 or 21.01.2024 23:59:59; the part of a second counts as a whole one, so
  /// that `--as-of` with what is shown hides none of what was seen.
  [[nodiscard]] std::string moment(TimeUs time) const;
  /// The same of what format_time() wrote; another text stays as it is.
  [[nodiscard]] std::string moment(const std::string& iso) const;

 private:
  bool is_russian_;
};

}  // namespace vitrina::command
