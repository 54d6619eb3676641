#include "pipeline/visit_moments.hpp"

#include <algorithm>

#include "core/rng.hpp"
#include "data/user_history.hpp"
#include "data/wanted.hpp"

namespace vitrina::pipeline {
namespace {

struct Place {
  std::uint64_t hash;
  UserIdx user;
  std::size_t event;
};

/// The first event of every second of a visit, but its first, in which something was wanted.
void append_places(const EventSpan& events, TimeUs from, UserIdx user, std::uint64_t salt,
                   std::vector<Place>& places) {
  for (std::size_t begin = 0; begin < events.size();) {
    const std::size_t end = end_of_second(events, begin);
    const TimeUs now = events.time[begin];
    const bool is_inside = begin > 0 && now - events.time[begin - 1] <= kVisitGap;
    if (now >= from && is_inside && !wanted_products(events, begin, end).empty()) {
      places.push_back({mix64(salt, static_cast<std::uint64_t>(now)), user, begin});
    }
    begin = end;
  }
}

bool is_drawn_before(const Place& a, const Place& b) { return a.hash < b.hash; }

/// The `limit` that are drawn first, of those from `begin` on.
void keep_first(std::vector<Place>& places, std::size_t begin, std::size_t limit) {
  if (places.size() - begin <= limit) return;
  const auto first = places.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = first + static_cast<std::ptrdiff_t>(limit);
  std::nth_element(first, last, places.end(), is_drawn_before);
  places.erase(last, places.end());
}

}  // namespace

std::vector<VisitMoment> visit_moments(const Shop& shop, TimeUs from, TimeUs to, std::size_t limit,
                                       std::uint64_t seed) {
  // Each moment reads its customer's history: a robot, or the one id that a shop gives to all of
  // its guests, would take nearly all of them, each at its dearest.
  constexpr std::size_t kEventsOfOne = 100'000;
  std::vector<Place> places;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.before(UserIdx(u), to);
    if (events.empty() || events.time.back() < from) continue;
    const auto n_before = places.size();
    append_places(events, from, UserIdx(u), mix64(hash_text(shop.users.text(u)), seed), places);
    keep_first(places, n_before, std::max<std::size_t>(1, kEventsOfOne / events.size()));
  }
  keep_first(places, 0, limit);
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.user != b.user ? a.user < b.user : a.event < b.event;
  });
  std::vector<VisitMoment> moments;
  moments.reserve(places.size());
  for (const auto& place : places) {
    const auto events = shop.events.before(place.user, to);
    moments.push_back({place.user, events.time[place.event],
                       wanted_products(events, place.event, end_of_second(events, place.event)),
                       place.hash});
  }
  return moments;
}

}  // namespace vitrina::pipeline
