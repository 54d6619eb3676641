#include "data/links.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "data/raw_log.hpp"

namespace vitrina {
namespace {

/// The first time that a user was seen on a device.
struct Use {
  std::uint32_t device;
  TimeUs first;
  UserIdx user;

  friend bool operator<(const Use& a, const Use& b) {
    return std::tie(a.device, a.first, a.user) < std::tie(b.device, b.first, b.user);
  }
};

std::vector<Use> list_uses(const EventLog& events) {
  std::vector<Use> uses;
  std::vector<Use> own;
  for (std::size_t u = 0; u < events.n_users(); ++u) {
    const auto all = events.of(UserIdx(u));
    own.clear();
    for (std::size_t e = 0; e < all.size(); ++e) {
      // a row of consecutive equal devices is one use
      const bool is_repeat = e > 0 && all.device[e] == all.device[e - 1];
      if (all.device[e] != kNoCode && !is_repeat) {
        own.push_back({all.device[e], all.time[e], UserIdx(u)});
      }
    }
    std::sort(own.begin(), own.end());
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (i == 0 || own[i].device != own[i - 1].device) uses.push_back(own[i]);
    }
  }
  std::sort(uses.begin(), uses.end());
  return uses;
}

struct Pair {
  UserIdx user;
  Link link;
};

}  // namespace

void link_users(EventLog& events, std::size_t max_users) {
  const auto uses = list_uses(events);
  std::vector<Pair> pairs;
  for (std::size_t begin = 0, end = 0; begin < uses.size(); begin = end) {
    while (end < uses.size() && uses[end].device == uses[begin].device) ++end;
    const std::size_t n = std::min(end - begin, max_users);
    const TimeUs until = end - begin > max_users ? uses[begin + max_users].first
                                                 : std::numeric_limits<TimeUs>::max();
    for (std::size_t a = begin; a < begin + n; ++a) {
      for (std::size_t b = begin; b < begin + n; ++b) {
        if (a == b) continue;
        const TimeUs since = std::max(uses[a].first, uses[b].first);
        if (since < until) pairs.push_back({uses[a].user, {uses[b].user, since, until}});
      }
    }
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.user, a.link.user, a.link.since, a.link.until) <
           std::tie(b.user, b.link.user, b.link.since, b.link.until);
  });
  events.links = {};
  events.links.offsets.assign(events.n_users() + 1, 0);
  for (const auto& pair : pairs) {
    ++events.links.offsets[pair.user.value + 1];
    events.links.values.push_back(pair.link);
  }
  for (std::size_t u = 1; u < events.links.offsets.size(); ++u) {
    events.links.offsets[u] += events.links.offsets[u - 1];
  }
}

}  // namespace vitrina
