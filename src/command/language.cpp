#include "command/language.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"

namespace vitrina::command {
namespace {

/// Between thousands, in Russian: a space at which no line breaks.
constexpr std::string_view kNarrowSpace = "\u202f";

/// The first variable of the locale that is set decides, as everywhere on Unix.
bool is_locale_russian() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("ru");
  }
  return false;
}

std::string with_comma(std::string text, bool is_russian) {
  if (is_russian) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

}  // namespace

Option language_option() {
  return {"--lang", "LANG",
          "language of the summary: en, ru, or auto: that of LC_ALL, LC_MESSAGES or LANG [default "
          "auto]"};
}

Language read_language(const Context& context) {
  const auto found = context.option("lang").value_or("auto");
  if (found == "en") return Language::kEnglish;
  if (found == "ru") return Language::kRussian;
  if (found == "auto") return is_locale_russian() ? Language::kRussian : Language::kEnglish;
  throw Error(ErrorCode::kUsage,
              fmt::format("--lang: found '{}', expected auto, en or ru", printable(found)));
}

std::string Writer::count(std::uint64_t n) const {
  const auto digits = fmt::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += is_russian_ ? kNarrowSpace : ",";
    text += digits[i];
  }
  return text;
}

std::string Writer::decimal(double value, int digits) const {
  return with_comma(fmt::format("{:.{}f}", value, digits), is_russian_);
}

std::string Writer::decimal(double value) const {
  return with_comma(fmt::format("{:g}", value), is_russian_);
}

std::string Writer::moment(TimeUs time) const {
  const TimeUs part = (time % kUsPerSecond + kUsPerSecond) % kUsPerSecond;
  auto text = format_time(part == 0 ? time : time - part + kUsPerSecond);
  const auto clock = text.substr(11);
  if (!is_russian_) return text.substr(0, 10) + ' ' + clock;
  return fmt::format("{}.{}.{} {}", text.substr(8, 2), text.substr(5, 2), text.substr(0, 4), clock);
}

std::string Writer::moment(const std::string& iso) const {
  const auto time = parse_time(iso);
  return time ? moment(*time) : iso;
}

}  // namespace vitrina::command
