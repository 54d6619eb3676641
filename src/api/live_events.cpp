#include "api/live_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "data/build.hpp"
#include "io/sound_id.hpp"

namespace vitrina {
namespace {

/// What is wrong with the event at a place of a list.
Error bad_event(std::size_t place, std::string_view field, std::string_view found,
                std::string_view expected) {
  return {ErrorCode::kBadData, fmt::format("event {}: {}: found '{}', expected {}", place, field,
                                           printable(found), expected)};
}

/// How far clocks may be apart.
constexpr TimeUs kMostAhead = 60 * kUsPerSecond;

TimeUs moment_of(const LiveEvent& told, std::size_t place, LiveClock& clock) {
  if (told.time.empty()) return clock.now();
  const auto given = clock.parse(told.time);
  if (!given) throw bad_event(place, "time", told.time, "an ISO time such as 2024-09-28T12:00:00");
  if (*given < kAllTimes.first || *given > kAllTimes.last) {
    throw bad_event(place, "time", told.time, "a time from 1995 to 2099");
  }
  // it would be kept, and not count before its time comes
  const TimeUs now = clock.now();
  if (*given > now + kMostAhead) {
    throw bad_event(place, "time", told.time,
                    fmt::format("a time of the past; it is {} on the log's own clock: say the "
                                "zone, as in 2024-09-28T12:00:00Z, or leave the time out",
                                format_time(now)));
  }
  // told to be stored, it counts: its clock is ahead, and the event is not
  return std::min(*given, now);
}

}  // namespace

std::vector<KeptEvent> kept_as(const LiveEvent& told, std::size_t place,
                               const io::ActionCodes& actions, LiveClock& clock) {
  const bool is_user = !told.user_id.empty();
  const auto& id = is_user ? told.user_id : told.visit_id;
  if (!io::is_sound_id(id)) {
    throw bad_event(place, is_user ? "user_id" : "visit_id", id,
                    "the id of a customer or of a visit, in UTF-8");
  }
  const auto action = actions.find(told.action);
  if (action == actions.end()) {
    throw bad_event(place, "action", told.action,
                    "a name such as view, basket_add or order, or a code from 0 to 9");
  }
  for (const auto& product : told.products) {
    if (!io::is_sound_id(product)) {
      throw bad_event(place, "products", product, "the id of a product, in UTF-8");
    }
  }
  KeptEvent event{.is_visit = !is_user,
                  .customer = id,
                  .action = static_cast<int>(code(action->second)),
                  .page = told.page,
                  .device = io::is_sound_id(told.device) ? told.device : std::string{},
                  .time_us = moment_of(told, place, clock)};
  std::vector<KeptEvent> kept(std::max<std::size_t>(told.products.size(), 1), event);
  for (std::size_t p = 0; p < told.products.size(); ++p) kept[p].product = told.products[p];
  return kept;
}

void check_facts(const std::vector<ProductFacts>& products) {
  for (std::size_t p = 0; p < products.size(); ++p) {
    const auto& facts = products[p];
    const auto refuse = [&](std::string_view field, std::string_view found,
                            std::string_view expected) {
      throw Error(ErrorCode::kBadData, fmt::format("product {}: {}: found '{}', expected {}", p,
                                                   field, printable(found), expected));
    };
    if (!io::is_sound_id(facts.product_id)) {
      refuse("product_id", facts.product_id, "the id of a product, in UTF-8");
    }
    if (facts.category && !facts.category->empty() && !io::is_sound_id(*facts.category)) {
      refuse("category", *facts.category, "the id of a category, in UTF-8");
    }
    if (facts.price && !(std::isfinite(*facts.price) && *facts.price >= 0)) {
      refuse("price", fmt::to_string(*facts.price), "a number from 0 on");
    }
  }
}

live::Facts to_facts(const ProductFacts& told) {
  return {.price = told.price,
          .available = told.available,
          .category = told.category,
          .title = told.title,
          .url = told.url,
          .picture = told.picture};
}

ProductFacts to_told(const std::string& product_id, const live::Facts& facts) {
  return {.product_id = product_id,
          .price = facts.price,
          .available = facts.available,
          .category = facts.category,
          .title = facts.title,
          .url = facts.url,
          .picture = facts.picture};
}

ToldEvents told_by(const std::vector<KeptEvent>& events) {
  ToldEvents all;
  for (const auto& event : events) {
    all.add(event.is_visit ? live::Kind::kVisit : live::Kind::kUser, event.customer,
            {.time = event.time_us,
             .action = static_cast<Action>(event.action),
             .product = event.product,
             .page = event.page,
             .device = event.device});
  }
  return all;
}

ToldEvents told_by(const RawLog& log) {
  ToldEvents all;
  const auto text = [](const StringTable& table, std::uint32_t code) {
    return code == kNoCode ? std::string_view{} : table.text(code);
  };
  for (std::size_t row = 0; row < log.user.size(); ++row) {
    if (log.time[row] < kAllTimes.first || log.time[row] > kAllTimes.last) continue;
    all.add(live::Kind::kUser, log.users.text(log.user[row]),
            {.time = log.time[row],
             .action = static_cast<Action>(log.action[row]),
             .product = text(log.items, log.item[row]),
             .page = log.page[row],
             .device = text(log.devices, log.device[row])});
  }
  return all;
}

KeptEvent to_kept(live::Kind kind, std::string_view id, const live::Event& event) {
  return {.is_visit = kind == live::Kind::kVisit,
          .customer = std::string(id),
          .action = static_cast<int>(code(event.action)),
          .product = std::string(event.product),
          .page = event.page,
          .device = std::string(event.device),
          .time_us = event.time};
}

}  // namespace vitrina
