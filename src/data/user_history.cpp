#include "data/user_history.hpp"

#include <algorithm>
#include <utility>

#include "core/scratch.hpp"
#include "core/topk.hpp"
#include "data/event_rows.hpp"

namespace vitrina {
namespace {

/// The users whose events make up the history, ascending, the user itself among them.
std::vector<UserIdx> one_person(const EventLog& log, UserIdx user, TimeUs as_of) {
  std::vector<UserIdx> users{user};
  for (const auto& link : log.linked(user)) {
    if (link.holds(as_of)) users.push_back(link.user);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

/// The events of all `users` in the order of the log of one.
void merge_events(const EventLog& log, const std::vector<UserIdx>& users, TimeUs as_of,
                  EventColumns& merged) {
  std::vector<EventRow> rows;
  for (const auto user : users) {
    const auto events = log.before(user, as_of);
    for (std::size_t e = 0; e < events.size(); ++e) {
      rows.push_back(
          {events.time[e], events.action[e], events.item[e], events.page[e], events.device[e]});
    }
  }
  std::sort(rows.begin(), rows.end());
  to_columns(rows, merged);
}

EventSpan newest(const EventSpan& events) {
  const auto n = std::min(events.size(), kMostEvents);
  return {events.time.last(n), events.item.last(n), events.action.last(n), events.page.last(n),
          events.device.last(n)};
}

void number_visits(UserHistory& history) {
  history.n_visits = 0;
  history.visit_of.resize(history.events.size());
  for (std::size_t e = 0; e < history.events.size(); ++e) {
    if (e == 0 || history.events.time[e] - history.events.time[e - 1] > kVisitGap) {
      ++history.n_visits;
    }
    history.visit_of[e] = history.n_visits - 1;
  }
}

/// How much an event weighs at every half-life; events of one time share the powers.
class DecayFactors {
 public:
  explicit DecayFactors(TimeUs as_of) : as_of_(as_of) {}

  const std::array<float, kHalfLifeCount>& at(TimeUs time) {
    if (time != time_) {
      time_ = time;
      for (std::size_t h = 0; h < kHalfLifeCount; ++h) {
        factors_[h] = decay(as_of_ - time, kHalfLivesDays[h]);
      }
    }
    return factors_;
  }

 private:
  TimeUs as_of_;
  TimeUs time_ = kNoTime;
  std::array<float, kHalfLifeCount> factors_{};
};

void list_products(UserHistory& history) {
  const auto& events = history.events;
  history.keys.clear();
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (events.item[e].valid())
      history.keys.push_back(std::uint64_t{events.item[e].value} << 32U | e);
  }
  sort_numbers(history.keys);
  history.touches.clear();
  history.touch_of.assign(events.size(), UserHistory::kNoTouch);
  for (const auto key : history.keys) {
    const ItemIdx item(key >> 32U);
    if (history.touches.empty() || history.touches.back().item != item) {
      history.touches.emplace_back().item = item;
      history.touches.back().last.fill(kNoTime);
    }
    history.touch_of[static_cast<std::uint32_t>(key)] =
        static_cast<std::uint32_t>(history.touches.size() - 1);
  }
}

void list_recent(UserHistory& history) {
  const auto& touches = history.touches;
  history.recent.clear();
  for (std::uint32_t t = 0; t < touches.size(); ++t) {
    if (touches[t].n_events > 0) history.recent.push_back(t);
  }
  std::sort(history.recent.begin(), history.recent.end(), [&](std::uint32_t a, std::uint32_t b) {
    const TimeUs left = touches[a].last_time;
    const TimeUs right = touches[b].last_time;
    return left != right ? left > right : a < b;
  });
}

void count_event(const UserHistory& history, std::size_t e, std::size_t slot, Touch& touch) {
  const TimeUs time = history.events.time[e];
  ++touch.count[slot];
  ++touch.n_events;
  touch.last[slot] = time;
  if (touch.first_time == kNoTime) touch.first_time = time;
  if (touch.last_time == kNoTime || touch.last_time / kUsPerDay != time / kUsPerDay) {
    ++touch.n_days;
  }
  touch.last_time = time;
  touch.last_action = history.events.action[e];
}

void take_out(Touch& touch) {
  touch.in_basket = false;
  touch.basket_since = kNoTime;
}

void put_in(Touch& touch, TimeUs time) {
  if (touch.in_basket) return;
  touch.in_basket = true;
  touch.basket_since = time;
}

/// A basket page is several rows of one time: everything it does not list is out.
void apply_basket_page(UserHistory& history, std::size_t begin, std::size_t end) {
  std::vector<std::uint32_t> listed;
  for (std::size_t e = begin; e < end; ++e) {
    if (history.touch_of[e] != UserHistory::kNoTouch) listed.push_back(history.touch_of[e]);
  }
  if (listed.empty()) return;  // an empty list is as often a page that did not load
  for (const auto t : history.basket) {
    if (!std::binary_search(listed.begin(), listed.end(), t)) take_out(history.touches[t]);
  }
  for (const auto t : listed) put_in(history.touches[t], history.events.time[begin]);
  history.basket = std::move(listed);
}

void empty_basket(UserHistory& history) {
  for (const auto t : history.basket) take_out(history.touches[t]);
  history.basket.clear();
}

void rebuild_basket(UserHistory& history) {
  const auto& events = history.events;
  history.basket.clear();
  for (std::size_t e = 0; e < events.size();) {
    std::size_t end = e + 1;
    if (events.action[e] == Action::kBasketPage) {
      while (end < events.size() && events.action[end] == Action::kBasketPage &&
             events.time[end] == events.time[e]) {
        ++end;
      }
      apply_basket_page(history, e, end);
    } else if (events.action[e] == Action::kBasketClear) {
      empty_basket(history);
    } else if (const auto t = history.touch_of[e]; t != UserHistory::kNoTouch) {
      if (events.action[e] == Action::kBasketAdd) {
        put_in(history.touches[t], events.time[e]);
        history.basket.push_back(t);
      }
      if (events.action[e] == Action::kBasketDelete || events.action[e] == Action::kOrder) {
        take_out(history.touches[t]);
      }
    }
    e = end;
  }
}

template <class IsMeant>
void products_where(IsMeant&& is_meant, const EventSpan& events, std::vector<ItemIdx>& out) {
  out.clear();
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (events.item[e].valid() && is_meant(events.action[e])) out.push_back(events.item[e]);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace

const Touch* UserHistory::find(ItemIdx item) const {
  const auto it = std::lower_bound(touches.begin(), touches.end(), item,
                                   [](const Touch& touch, ItemIdx i) { return touch.item < i; });
  return it != touches.end() && it->item == item ? &*it : nullptr;
}

EventSpan events_before(const EventLog& log, UserIdx user, TimeUs as_of, EventColumns& merged) {
  if (!log.linked(user).empty()) {
    const auto users = one_person(log, user, as_of);
    if (users.size() > 1) {
      merge_events(log, users, as_of, merged);
      return newest({merged.time, merged.item, merged.action, merged.page, merged.device});
    }
  }
  return newest(log.before(user, as_of));
}

void read_history(EventSpan events, TimeUs as_of, UserHistory& history) {
  history.as_of = as_of;
  history.events = events;
  number_visits(history);
  list_products(history);
  history.sums.assign(history.touches.size(), DecaySums{});
  auto& last_visit = history.last_visit;
  last_visit.assign(history.touches.size(), UserHistory::kNoTouch);
  DecayFactors decay_factors(as_of);
  for (std::size_t e = 0; e < events.size(); ++e) {
    const auto t = history.touch_of[e];
    const std::size_t slot = product_action_slot(events.action[e]);
    if (t == UserHistory::kNoTouch || slot == kProductActionCount) continue;
    count_event(history, e, slot, history.touches[t]);
    if (last_visit[t] != history.visit_of[e]) ++history.touches[t].n_visits;
    last_visit[t] = history.visit_of[e];
    const auto& factors = decay_factors.at(events.time[e]);
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) history.sums[t][slot][h] += factors[h];
  }
  rebuild_basket(history);
  list_recent(history);
}

void touched_products(const EventSpan& events, std::vector<ItemIdx>& out) {
  products_where([](Action) { return true; }, events, out);
}

void ordered_products(const EventSpan& events, std::vector<ItemIdx>& out) {
  products_where([](Action action) { return action == Action::kOrder; }, events, out);
}

void read_touch_sums(EventSpan events, TimeUs as_of, TouchSums& out) {
  touched_products(events, out.item);
  out.sums.assign(out.item.size(), DecaySums{});
  DecayFactors decay_factors(as_of);
  for (std::size_t e = 0; e < events.size(); ++e) {
    const std::size_t slot = product_action_slot(events.action[e]);
    if (!events.item[e].valid() || slot == kProductActionCount) continue;
    const auto it = std::lower_bound(out.item.begin(), out.item.end(), events.item[e]);
    auto& sums = out.sums[static_cast<std::size_t>(it - out.item.begin())][slot];
    const auto& factors = decay_factors.at(events.time[e]);
    for (std::size_t h = 0; h < kHalfLifeCount; ++h) sums[h] += factors[h];
  }
}

const std::vector<ScoredItem>& TouchScorer::scores(const EventSpan& events, TimeUs as_of) {
  keys_.clear();
  grow_to(decays_, events.size());
  TimeUs time = kNoTime;
  std::size_t half_life = kHalfLifeCount;
  float factor = 0;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const std::size_t slot = product_action_slot(events.action[e]);
    if (!events.item[e].valid() || slot == kProductActionCount) continue;
    if (events.time[e] != time || rule_.half_life[slot] != half_life) {
      time = events.time[e];
      half_life = rule_.half_life[slot];
      factor = decay(as_of - time, kHalfLivesDays[half_life]);
    }
    decays_[e] = factor;
    keys_.push_back(std::uint64_t{events.item[e].value} << 32U | e);
  }
  sort_numbers(keys_);
  scores_.clear();
  for (auto key = keys_.begin(); key != keys_.end();) {
    const auto item = *key >> 32U;
    std::array<float, kProductActionCount> sums{};
    for (; key != keys_.end() && *key >> 32U == item; ++key) {
      const auto e = static_cast<std::uint32_t>(*key);
      sums[product_action_slot(events.action[e])] += decays_[e];
    }
    float score = 0;
    for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
      score += rule_.weight[slot] * sums[slot];
    }
    scores_.push_back({ItemIdx(item), score});
  }
  return scores_;
}

}  // namespace vitrina
