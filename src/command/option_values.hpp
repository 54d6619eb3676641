#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command/command.hpp"
#include "core/time.hpp"

namespace vitrina::command {

/// The comma-separated values of an option, named without its dashes; nothing when it was not
/// given.
std::vector<std::string> option_values(const Context& context, std::string_view option);

/// The moment that `text`, a value of the option, names. Throws Error(kUsage) naming the option.
TimeUs option_time(std::string_view option, std::string_view text);
/// The same, and kNoTime for an empty text.
TimeUs option_time_or_none(std::string_view option, std::string_view text);

/// The whole number from `least` to `most` that `text`, a value of the option, is. Throws the same.
int option_whole(std::string_view option, std::string_view text, int least, int most);

}  // namespace vitrina::command
