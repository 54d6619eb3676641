#include "support/futures.hpp"

#include <fmt/format.h>

namespace vitrina::test {
namespace {

constexpr TimeUs kFutureLength = 4 * kUsPerDay;

std::vector<Event> past_of(const std::vector<Event>& events, TimeUs cut) {
  std::vector<Event> past;
  for (const auto& event : events) {
    if (event.time < cut) past.push_back(event);
  }
  return past;
}

TimeUs later(Rng& rng, TimeUs cut) {
  // the moment of the cut itself belongs to the future
  return rng.chance(0.1) ? cut : cut + static_cast<TimeUs>(rng.below(kFutureLength));
}

std::vector<Event> shuffled_future(std::vector<Event> events, TimeUs cut, Rng& rng) {
  for (auto& event : events) {
    if (event.time >= cut) event.time = later(rng, cut);
  }
  shuffle(events, rng);
  return events;
}

std::vector<Event> grown_future(std::vector<Event> events, TimeUs cut, Rng& rng) {
  const auto known = events;
  for (std::size_t n = 0; n < known.size(); ++n) {
    Event event = known[rng.below(known.size())];
    event.time = later(rng, cut);
    if (rng.chance(0.5)) event.action = Action::kOrder;
    if (rng.chance(0.3)) event.user = fmt::format("u{:03}x", rng.below(200));
    if (rng.chance(0.3)) event.item = fmt::format("p{:03}x", rng.below(50));
    events.push_back(event);
  }
  shuffle(events, rng);
  return events;
}

}  // namespace

std::vector<Future> other_futures(const std::vector<Event>& events,
                                  const std::vector<Product>& products, TimeUs cut,
                                  std::uint64_t seed) {
  Rng rng(seed, 3);
  auto redated = products;
  auto repriced = products;
  for (auto& product : redated) {
    product.add_date = rng.chance(0.2) ? kNoTime : later(rng, cut);
  }
  for (auto& product : repriced) {
    product.old_price = product.price;
    product.price *= static_cast<float>(0.5 + rng.uniform());
  }
  return {{"dropped", past_of(events, cut), products},
          {"shuffled", shuffled_future(events, cut, rng), products},
          {"grown", grown_future(events, cut, rng), products},
          {"redated", events, redated},
          {"repriced", events, repriced}};
}

std::vector<Event> with_more_events(const std::vector<Event>& events, TimeUs cut,
                                    std::uint64_t seed) {
  Rng rng(seed, 4);
  auto more = events;
  for (std::size_t n = 0; n < events.size(); ++n) {
    Event event = events[rng.below(events.size())];
    event.time = later(rng, cut);
    if (rng.chance(0.5)) event.action = Action::kOrder;
    more.push_back(event);
  }
  return more;
}

}  // namespace vitrina::test
