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

}  // namespace

std::vector<VisitMoment> visit_moments(const Shop& shop, TimeUs from, TimeUs to, std::size_t limit,
                                       std::uint64_t seed) {
  std::vector<Place> places;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.before(UserIdx(u), to);
    if (events.empty() || events.time.back() < from) continue;
    append_places(events, from, UserIdx(u), mix64(hash_text(shop.users.text(u)), seed), places);
  }
  if (places.size() > limit) {
    const auto last = places.begin() + static_cast<std::ptrdiff_t>(limit);
    std::nth_element(places.begin(), last, places.end(),
                     [](const Place& a, const Place& b) { return a.hash < b.hash; });
    places.resize(limit);
  }
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
