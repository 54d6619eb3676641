#include "command/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.hpp"

namespace vitrina::command {

std::vector<std::string> option_values(const Context& context, std::string_view option) {
  std::vector<std::string> values;
  const auto text = context.option(option);
  if (!text) return values;
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t end = std::min(text->find(',', begin), text->size());
    values.push_back(text->substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

namespace {

/// Of a text that parse_time() reads: whether a zone stands after the time of the day.
bool has_zone(std::string_view time) {
  constexpr std::size_t kDate = std::string_view("2024-09-29").size();
  return time.find_first_of("Z+-", kDate) != std::string_view::npos;
}

}  // namespace

TimeUs option_time(std::string_view option, std::string_view text) {
  const auto time = parse_time(text);
  // The log's clock need not be UTC, so a zone says another moment than it seems to.
  if (time && has_zone(text)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--{}: found '{}', expected a time without a zone, in the log's own "
                            "clock (UTC where the log's times have a zone and no time_zone is "
                            "given)",
                            option, printable(text)));
  }
  if (time) return *time;
  throw Error(ErrorCode::kUsage,
              fmt::format("--{}: found '{}', expected a time such as 2024-09-29 or "
                          "2024-09-29T12:00:00",
                          option, printable(text)));
}

TimeUs option_time_or_none(std::string_view option, std::string_view text) {
  return text.empty() ? kNoTime : option_time(option, text);
}

int option_whole(std::string_view option, std::string_view text, int least, int most) {
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status == std::errc{} && end == text.data() + text.size() && number >= least &&
      number <= most) {
    return number;
  }
  throw Error(ErrorCode::kUsage,
              fmt::format("--{}: found '{}', expected a whole number from {} to {}", option,
                          printable(text), least, most));
}

}  // namespace vitrina::command
