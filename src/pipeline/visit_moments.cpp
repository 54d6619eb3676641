#include "pipeline/visit_moments.hpp"

#include <algorithm>

#include "core/rng.hpp"
#include "data/user_history.hpp"

namespace vitrina::pipeline {
namespace {

struct Place {
  std::uint64_t hash;
  UserIdx user;
  std::size_t event;
};

bool shows_want(const EventSpan& events, std::size_t e) {
  return shows_intent(events.action[e]) && events.item[e].valid();
}

TimeUs second_of(const EventSpan& events, std::size_t e) { return events.time[e] / kUsPerSecond; }

/// The first event of every second of a visit, but its first, in which something was wanted.
void append_places(const EventSpan& events, TimeUs from, UserIdx user, std::uint64_t salt,
                   std::vector<Place>& places) {
  for (std::size_t begin = 0; begin < events.size();) {
    std::size_t end = begin + 1;
    while (end < events.size() && second_of(events, end) == second_of(events, begin)) ++end;
    bool is_wanted = false;
    for (std::size_t e = begin; e < end; ++e) is_wanted = is_wanted || shows_want(events, e);
    const TimeUs now = events.time[begin];
    if (is_wanted && begin > 0 && now >= from && now - events.time[begin - 1] <= kVisitGap) {
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
    VisitMoment moment{place.user, events.time[place.event], {}, place.hash};
    for (auto e = place.event;
         e < events.size() && second_of(events, e) == second_of(events, place.event); ++e) {
      if (shows_want(events, e)) moment.wanted.push_back(events.item[e]);
    }
    std::sort(moment.wanted.begin(), moment.wanted.end());
    moment.wanted.erase(std::unique(moment.wanted.begin(), moment.wanted.end()),
                        moment.wanted.end());
    moments.push_back(std::move(moment));
  }
  return moments;
}

}  // namespace vitrina::pipeline
