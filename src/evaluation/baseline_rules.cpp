#include "evaluation/baseline_rules.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "data/user_history.hpp"

namespace vitrina::evaluation {
namespace {

/// A user's list with what orders the users: larger is earlier.
struct RankedUser {
  UserIdx user;
  double key = 0;
  std::vector<ItemIdx> items;
};

metrics::UserLists first_users(std::vector<RankedUser> rows, std::size_t n) {
  std::erase_if(rows, [](const RankedUser& row) { return row.items.empty(); });
  std::sort(rows.begin(), rows.end(), [](const RankedUser& a, const RankedUser& b) {
    return a.key != b.key ? a.key > b.key : a.user < b.user;
  });
  rows.resize(std::min(rows.size(), n));
  metrics::UserLists lists;
  for (const auto& row : rows) lists.add(row.user, row.items);
  return lists;
}

/// Calls `make(user)` for all users, in parallel.
template <class Make>
metrics::UserLists for_all_users(const Shop& shop, std::size_t n, int threads, const Make& make) {
  std::vector<RankedUser> rows(shop.users.size());
  parallel_chunks(rows.size(), 2048, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t u = begin; u < end; ++u) {
      rows[u] = make(UserIdx(u));
      rows[u].user = UserIdx(u);
    }
  });
  return first_users(std::move(rows), n);
}

constexpr TimeUs kOrganisersWindow = 5 * kUsPerDay;

RankedUser last_additions(const Shop& shop, UserIdx user, TimeUs as_of, std::size_t k) {
  const auto events = shop.events.between(user, as_of - kOrganisersWindow, as_of);
  RankedUser row;
  for (std::size_t e = events.size(); e-- > 0 && row.items.size() < k;) {
    if (events.action[e] != Action::kBasketAdd || !events.item[e].valid()) continue;
    if (row.items.empty()) row.key = static_cast<double>(events.time[e]);
    if (std::find(row.items.begin(), row.items.end(), events.item[e]) == row.items.end()) {
      row.items.push_back(events.item[e]);
    }
  }
  return row;
}

RankedUser own_history(const Shop& shop, const models::OwnHistory& model, UserIdx user,
                       TimeUs as_of, std::size_t k) {
  RankedUser row;
  if (shop.events.before(user, as_of).empty()) return row;
  EventColumns merged;
  UserHistory history;
  read_history(events_before(shop.events, user, as_of, merged), as_of, history);
  for (const auto& entry : model.rank(history, k)) {
    row.items.push_back(entry.id);
    row.key += double{entry.score};
  }
  return row;
}

}  // namespace

std::vector<Baseline> make_baselines(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
                                     selection::ChoiceLimits limits, int threads) {
  std::vector<Baseline> baselines;
  baselines.push_back({"organisers", "additions to the basket in the last 5 days",
                       for_all_users(shop, limits.max_users, threads, [&](UserIdx user) {
                         return last_additions(shop, user, as_of, limits.k);
                       })});
  if (models.popularity) {
    const auto ranking = models.popularity->ranking();
    const std::vector<ItemIdx> popular(
        ranking.begin(),
        ranking.begin() + static_cast<std::ptrdiff_t>(std::min(limits.k, ranking.size())));
    baselines.push_back({"popularity", "what sells, to the newest visitors",
                         for_all_users(shop, limits.max_users, threads, [&](UserIdx user) {
                           const auto events = shop.events.before(user, as_of);
                           if (events.empty()) return RankedUser{};
                           return RankedUser{user, static_cast<double>(events.time.back()),
                                             popular};
                         })});
  }
  baselines.push_back({"own_history", "learned decay of what the user touched",
                       for_all_users(shop, limits.max_users, threads, [&](UserIdx user) {
                         return own_history(shop, *models.own_history, user, as_of, limits.k);
                       })});
  return baselines;
}

}  // namespace vitrina::evaluation
