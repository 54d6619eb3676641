#include "io/action_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrina::io {

ActionDecoder::ActionDecoder(const ActionCodes& codes) : codes_(codes) {
  for (std::size_t i = 0; i < small_.size(); ++i) small_[i] = find(fmt::to_string(i));
}

void ActionDecoder::decode(const std::vector<std::int64_t>& numbers,
                           std::vector<std::uint8_t>& actions) const {
  actions.resize(numbers.size());
  std::transform(numbers.begin(), numbers.end(), actions.begin(), [&](std::int64_t number) {
    if (number == kNoInteger) return kBadAction;
    const auto index = static_cast<std::uint64_t>(number);
    return index < small_.size() ? small_[index] : find(fmt::to_string(number));
  });
}

void ActionDecoder::decode(const Texts& texts, std::vector<std::uint8_t>& actions) const {
  std::vector<std::uint8_t> known(texts.values.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    const bool repeated = i > 0 && texts.values[i] == texts.values[i - 1];
    known[i] = repeated ? known[i - 1] : find_text(texts.values[i]);
  }
  if (!texts.indexed) {
    actions.swap(known);
    return;
  }
  actions.resize(texts.size());
  for (std::size_t row = 0; row < actions.size(); ++row) {
    const auto index = texts.index[row];
    actions[row] = index == Texts::kNull ? kBadAction : known[index];
  }
}

/// A column of numbers with gaps becomes `5.0` on its way through a CSV file.
std::uint8_t ActionDecoder::find_text(std::string_view text) const {
  const auto action = find(text);
  if (action != kBadAction) return action;
  const auto number = parse_integer(text);
  return number == kNoInteger ? kBadAction : find(fmt::to_string(number));
}

std::uint8_t ActionDecoder::find(std::string_view text) const {
  const auto it = codes_.find(text);
  return it == codes_.end() ? kBadAction : static_cast<std::uint8_t>(it->second);
}

}  // namespace vitrina::io
