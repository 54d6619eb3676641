#include "live/rules.hpp"

#include <algorithm>

#include "core/action.hpp"

namespace vitrina::live {
namespace {

bool has(const Touch& touch, bool (*holds)(Action)) {
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    if (touch.count[slot] > 0 && holds(kProductActions[slot])) return true;
  }
  return false;
}

bool excludes(const HistoryRules& rules, const Touch& touch) {
  return (rules.excludes_in_basket && touch.in_basket) ||
         (rules.excludes_bought && has(touch, is<Action::kOrder>)) ||
         (rules.excludes_seen &&
          has(touch, [](Action action) { return interest(action) == Interest::kClick; }));
}

}  // namespace

void forbid(const HistoryRules& rules, const EventSpan& events, TimeUs as_of, UserHistory& history,
            std::span<std::uint8_t> allowed) {
  if (rules.is_empty()) return;
  read_history(events, as_of, history);
  for (const auto& touch : history.touches) {
    if (touch.item.value < allowed.size() && excludes(rules, touch)) allowed[touch.item.value] = 0;
  }
}

}  // namespace vitrina::live
