#include <algorithm>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "data/shop_file.hpp"
#include "models/sessions.hpp"

namespace vitrina::bench {
namespace {

struct UserAndHistory {
  UserIdx user;
  UserHistory history;
};

/// Users with product events, so many, evenly over all of them.
std::vector<UserAndHistory> some_histories(const Shop& shop, std::size_t wanted) {
  std::vector<UserIdx> users;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.of(UserIdx(u));
    const bool has_product = std::any_of(events.item.begin(), events.item.end(),
                                         [](ItemIdx item) { return item.valid(); });
    if (has_product) users.emplace_back(u);
  }
  const std::size_t n = std::min(wanted, users.size());
  std::vector<UserAndHistory> histories;
  histories.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    EventColumns merged;  // users are not linked: the histories lie in the log
    auto& added = histories.emplace_back();
    added.user = users[i * users.size() / n];
    read_history(events_before(shop.events, added.user, shop.end, merged), shop.end, added.history);
  }
  return histories;
}

std::vector<ScoredItem> predict(const models::Sessions& sessions, const UserHistory& history,
                                std::size_t k) {
  std::vector<ScoredItem> best;
  for (const auto& vote : sessions.votes(history)) best.push_back({vote.item, vote.score});
  keep_top_k(best, k);
  return best;
}

double percentile(const std::vector<double>& ascending, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(ascending.size() - 1));
  return ascending[at];
}

}  // namespace

/// --input: a shop archive. `seconds` is the index; predictions, one at a time on one thread, are
/// figures. Answer: user.u32, item.u32, score.f32, k rows a user at most.
Json run_sessions(const Options& options) {
  const auto shop = load_shop(options.input);
  const models::FitContext context{shop, shop.end, kUsPerDay, 3000, options.k, options.threads};
  const Stopwatch watch;
  const auto sessions = models::Sessions::fit(context, {});
  const double seconds = watch.seconds();

  const auto histories = some_histories(shop, static_cast<std::size_t>(options.users));
  std::vector<double> micros;
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> items;
  std::vector<float> scores;
  for (const auto& [user, history] : histories) {
    const Stopwatch of_one;
    const auto best = predict(sessions, history, static_cast<std::size_t>(options.k));
    micros.push_back(of_one.seconds() * 1e6);
    for (const auto& entry : best) {
      users.push_back(user.value);
      items.push_back(entry.id.value);
      scores.push_back(entry.score);
    }
  }
  if (micros.empty()) throw Error(ErrorCode::kBadData, "no user has an event with a product");
  std::sort(micros.begin(), micros.end());
  if (options.answer) {
    write_array<std::uint32_t>(*options.answer / "user.u32", users);
    write_array<std::uint32_t>(*options.answer / "item.u32", items);
    write_array<float>(*options.answer / "score.f32", scores);
  }
  return {{"seconds", seconds},
          {"sessions", sessions.n_sessions()},
          {"predictions", micros.size()},
          {"p50_us", percentile(micros, 0.5)},
          {"p90_us", percentile(micros, 0.9)},
          {"p99_us", percentile(micros, 0.99)}};
}

}  // namespace vitrina::bench
