#include <algorithm>

#include "core/parallel.hpp"
#include "engine/engine.hpp"

namespace vitrina::engine {
namespace {

struct Strength {
  UserIdx user;
  double own_history;
  TimeUs last;
};

bool stronger(const Strength& a, const Strength& b) {
  if (a.own_history != b.own_history) return a.own_history > b.own_history;
  if (a.last != b.last) return a.last > b.last;
  return a.user < b.user;
}

}  // namespace

std::size_t max_scored_users(const EngineConfig& config, int max_users) {
  return std::max(static_cast<std::size_t>(config.max_scored_users),
                  std::size_t{4} * static_cast<std::size_t>(max_users));
}

std::vector<UserIdx> users_to_score(const LogQueries& queries,
                                    const models::OwnHistory& own_history, std::size_t limit,
                                    const selection::Rules& rules, int threads) {
  const auto& log = queries.log;
  std::vector<Strength> all(log.n_users());
  std::vector<char> is_eligible(log.n_users(), 0);
  parallel_chunks(all.size(), 2048, threads, [&](std::size_t begin, std::size_t end) {
    TouchScorer scorer(own_history.rule());
    EventColumns merged;
    std::vector<ScoredItem> scratch;
    for (std::size_t u = begin; u < end; ++u) {
      const UserIdx user(u);
      const auto own_events = log.before(user, queries.as_of);
      // who is asked for by name gets an answer without any event
      const bool is_eligible_alone = rules.only_users.has_value();
      if ((own_events.empty() && !is_eligible_alone) || !rules.allows(user)) continue;
      const auto events = queries.of(user, merged).events;
      is_eligible[u] = 1;
      all[u] = {user, 0.0, own_events.empty() ? kNoTime : own_events.time.back()};
      const bool has_product = std::any_of(events.item.begin(), events.item.end(),
                                           [](ItemIdx item) { return item.valid(); });
      if (!has_product) continue;
      all[u].own_history =
          models::OwnHistory::strength(scorer.scores(events, queries.as_of), queries.k, scratch);
    }
  });
  std::vector<Strength> eligible;
  for (std::size_t u = 0; u < all.size(); ++u) {
    if (is_eligible[u] != 0) eligible.push_back(all[u]);
  }
  if (eligible.size() > limit) {
    std::nth_element(eligible.begin(), eligible.begin() + static_cast<std::ptrdiff_t>(limit),
                     eligible.end(), stronger);
    eligible.resize(limit);
  }
  std::vector<UserIdx> users;
  users.reserve(eligible.size());
  for (const auto& row : eligible) users.push_back(row.user);
  std::sort(users.begin(), users.end());
  return users;
}

}  // namespace vitrina::engine
