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

std::vector<UserIdx> users_to_score(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
                                    const EngineConfig& config, int max_users, int k,
                                    const selection::Rules& rules, int threads) {
  std::vector<Strength> all(shop.users.size());
  std::vector<char> is_eligible(shop.users.size(), 0);
  parallel_chunks(all.size(), 2048, threads, [&](std::size_t begin, std::size_t end) {
    TouchScorer scorer(models.own_history->rule());
    std::vector<ScoredItem> scratch;
    for (std::size_t u = begin; u < end; ++u) {
      const UserIdx user(u);
      const auto events = shop.events.before(user, as_of);
      if (events.empty() || !rules.allows(user)) continue;
      const bool has_product = std::any_of(events.item.begin(), events.item.end(),
                                           [](ItemIdx item) { return item.valid(); }) ||
                               !shop.events.linked(user).empty();
      is_eligible[u] = 1;
      all[u] = {user, 0.0, events.time.back()};
      if (!has_product) continue;
      all[u].own_history = models::OwnHistory::strength(scorer.scores(shop.events, user, as_of),
                                                        static_cast<std::size_t>(k), scratch);
    }
  });
  std::vector<Strength> eligible;
  for (std::size_t u = 0; u < all.size(); ++u) {
    if (is_eligible[u] != 0) eligible.push_back(all[u]);
  }
  const std::size_t limit =
      std::max<std::size_t>(static_cast<std::size_t>(config.max_scored_users),
                            std::size_t{4} * static_cast<std::size_t>(max_users));
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
