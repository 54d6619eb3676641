#include "evaluation/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "bundle/answer.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "data/log_queries.hpp"
#include "data/wanted.hpp"
#include "metrics/recall.hpp"

namespace vitrina::evaluation {
namespace {

constexpr std::size_t kTargetCount = kTargetNames.size();

constexpr std::size_t place(Target target) { return static_cast<std::size_t>(target); }

/// More products are asked for where those touched since the day's start are taken out of its list;
/// of both lists, so that they are made alike.
constexpr std::size_t kSpare = 75;

using Ids = std::vector<std::string>;

struct Results {
  TargetResults live;
  TargetResults frozen;
};

Results empty_results(std::size_t n_k) {
  Results results;
  for (auto* side : {&results.live, &results.frozen}) {
    for (auto& by_k : *side) by_k.resize(n_k);
  }
  return results;
}

/// The lists of a customer that one moment is judged by.
struct Lists {
  Ids any;
  Ids untouched;
};

/// One customer's way through the log.
class Player {
 public:
  Player(const Shop& shop, live::Service& service, const ReplayConfig& config, UserIdx user,
         Results& results, std::vector<float>& times)
      : shop_(shop),
        service_(service),
        config_(config),
        user_(user),
        id_(shop.users.external(user)),
        events_(shop.events.of(user)),
        results_(results),
        times_(times) {}

  void play() {
    for (std::size_t e = 0; e < events_.size();) {
      const std::size_t end = end_of_second(events_, e);
      const bool is_asked = events_.time[e] >= config_.from && events_.time[e] < config_.to;
      if (is_asked) ask(e, end);
      e = end;
    }
    tell(events_.size());
  }

 private:
  /// Tells the service the events up to one.
  void tell(std::size_t end) {
    std::vector<std::string_view> ids;
    std::vector<live::Event> told;
    devices_.clear();
    devices_.reserve(end - told_);
    for (std::size_t e = told_; e < end; ++e) {
      ids.push_back(id_);
      const bool has_device = events_.device[e] != kNoCode;
      // any texts do that tell devices apart
      devices_.push_back(has_device ? fmt::to_string(events_.device[e]) : std::string());
      told.push_back({.time = events_.time[e],
                      .action = events_.action[e],
                      .product = events_.item[e].valid() ? shop_.items.external(events_.item[e])
                                                         : std::string_view{},
                      .page = events_.page[e],
                      .device = devices_.back()});
    }
    service_.add(live::Kind::kUser, ids, told);
    told_ = end;
  }

  Ids recommend(TimeUs as_of, std::size_t k, bool untouched) const {
    const auto reply =
        service_.recommend({.user = id_, .as_of = as_of, .k = k, .excludes_touched = untouched});
    Ids ids;
    for (const auto& product : reply.products) ids.push_back(product.id);
    return ids;
  }

  /// The products put into the basket or ordered by the events [begin, end), of one second.
  void ask(std::size_t begin, std::size_t end) {
    const auto wanted = wanted_products(events_, begin, end);
    if (wanted.empty()) return;
    const TimeUs now = events_.time[begin];
    tell(begin);
    read_history(shop_.events.before(user_, now), now, history_);
    std::vector<ItemIdx> loose;
    std::vector<ItemIdx> untouched;
    for (const auto item : wanted) {
      const Touch* touch = history_.find(item);
      if (touch == nullptr || !touch->in_basket) loose.push_back(item);
      if (touch == nullptr) untouched.push_back(item);
    }
    const std::size_t k = config_.k.back();
    Lists live;
    const auto asked = std::chrono::steady_clock::now();
    live.any = recommend(now, k, false);
    times_.push_back(
        std::chrono::duration<float, std::micro>(std::chrono::steady_clock::now() - asked).count());
    if (!untouched.empty()) live.untouched = recommend(now, k + kSpare, true);
    const auto& day = lists_of_day(now);
    judge(Target::kAll, wanted, live.any, day.any);
    judge(Target::kNotInBasket, loose, live.any, day.any);
    judge(Target::kUntouched, untouched, live.untouched, without_touched(day.untouched));
    ++moment_;
  }

  /// Made when the customer is first asked about on that day.
  const Lists& lists_of_day(TimeUs now) {
    const TimeUs start = std::max(now / kUsPerDay * kUsPerDay, config_.from);
    if (start != day_) {
      day_ = start;
      day_lists_ = {recommend(start, config_.k.back(), false),
                    recommend(start, config_.k.back() + kSpare, true)};
    }
    return day_lists_;
  }

  /// What was touched since the day's start is no answer any more.
  [[nodiscard]] Ids without_touched(const Ids& list) const {
    Ids left;
    for (const auto& id : list) {
      const auto item = shop_.items.find(id);
      if (!item || history_.find(*item) == nullptr) left.push_back(id);
    }
    return left;
  }

  void judge(Target target, const std::vector<ItemIdx>& wanted, const Ids& live,
             const Ids& frozen) {
    if (wanted.empty()) return;
    const auto add = [&](std::vector<std::vector<metrics::UserResult>>& by_k, const Ids& list) {
      for (std::size_t i = 0; i < config_.k.size(); ++i) {
        const auto first = std::span(list).first(std::min(config_.k[i], list.size()));
        const auto n_hits = std::count_if(wanted.begin(), wanted.end(), [&](ItemIdx item) {
          return std::find(first.begin(), first.end(), shop_.items.external(item)) != first.end();
        });
        by_k[i].push_back({.user = user_,
                           .cut = moment_,
                           .n_bought = static_cast<std::uint32_t>(wanted.size()),
                           .n_hits = static_cast<std::uint32_t>(n_hits),
                           .sent = true});
      }
    };
    add(results_.live[place(target)], live);
    add(results_.frozen[place(target)], frozen);
  }

  const Shop& shop_;
  live::Service& service_;
  const ReplayConfig& config_;
  UserIdx user_;
  std::string_view id_;
  EventSpan events_;
  Results& results_;
  std::vector<float>& times_;
  std::size_t told_ = 0;  ///< events that the service knows
  std::vector<std::string> devices_;
  UserHistory history_;
  TimeUs day_ = kNoTime;
  Lists day_lists_;
  std::uint32_t moment_ = 0;
};

/// Whether candidates and features of two queries are the same bits.
bool same_features(const engine::Engine& engine, const Query& a, const Query& b) {
  Scratch scratch;
  engine::UserBlock left;
  engine::UserBlock right;
  engine.candidates(a, left, scratch);
  engine.features(left, scratch);
  engine.candidates(b, right, scratch);
  engine.features(right, scratch);
  const auto same_bytes = [](const auto& x, const auto& y) {
    return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size() * sizeof x[0]) == 0;
  };
  return left.n_rows() == right.n_rows() && same_bytes(left.score, right.score) &&
         same_bytes(left.rank, right.rank) && same_bytes(left.features, right.features);
}

/// The customers of one moment's comparison.
std::vector<UserIdx> drawn_users(std::size_t n_users, std::size_t n, std::uint64_t seed) {
  std::set<UserIdx> users;
  for (std::uint64_t i = 0; users.size() < std::min(n, n_users); ++i) {
    users.emplace(mix64(seed, i) % n_users);
  }
  return {users.begin(), users.end()};
}

class Comparison {
 public:
  Comparison(const Shop& shop, const live::Service& service, ParamMap params,
             const ReplayConfig& config)
      : shop_(shop), service_(service), params_(std::move(params)), config_(config) {
    // a longer live list goes on behind these, where a batch of so many ranks all together
    k_ = std::min(config.k.back(), service.generation()->k());
    params_["choose.k"] = fmt::to_string(k_);
    params_["choose.reading"] = "a";
  }

  void compare_at(TimeUs moment, std::span<const UserIdx> users, EqualityCheck& check) {
    const auto generation = service_.generation();
    params_["choose.max_users"] = fmt::to_string(users.size());
    selection::Rules rules;
    rules.only_users =
        selection::bitmap(shop_.users.size(), std::vector<UserIdx>(users.begin(), users.end()));
    SilentProgress quiet;
    const auto batch =
        bundle::answer(*generation, shop_, moment, rules, params_, config_.threads, quiet).answer;
    for (std::size_t row = 0; row < batch.users.size(); ++row) {
      const auto id = shop_.users.external(batch.users[row]);
      const live::Request request{.user = id, .as_of = moment, .k = k_};
      ++check.n_pairs;
      if (!is_same(service_.recommend(request), batch.items.row(row))) ++check.n_other_lists;
      const LogQueries queries{shop_.events, moment, k_};
      EventColumns merged;
      const auto expected = queries.of(batch.users[row], merged);
      service_.with_query(request, [&](const Query& query, const bundle::Generation& current) {
        if (!same_features(current.engine(), query, expected)) ++check.n_other_features;
      });
    }
    ++check.n_moments;
  }

 private:
  [[nodiscard]] bool is_same(const live::Reply& live,
                             std::span<const engine::SourcedItem> batch) const {
    const auto& sources = live.generation->engine().generator_names();
    return std::equal(
        live.products.begin(), live.products.end(), batch.begin(), batch.end(),
        [&](const live::Product& a, const engine::SourcedItem& b) {
          return a.id == shop_.items.external(b.id) && a.source == sources[b.source] &&
                 std::bit_cast<std::uint32_t>(a.score) == std::bit_cast<std::uint32_t>(b.score);
        });
  }

  const Shop& shop_;
  const live::Service& service_;
  ParamMap params_;
  const ReplayConfig& config_;
  std::size_t k_ = 0;
};

EqualityCheck compare_with_batch(const Shop& shop, const live::Service& service,
                                 const ParamMap& params, const ReplayConfig& config,
                                 Progress& progress) {
  EqualityCheck check;
  if (config.check_pairs == 0) return check;
  const std::size_t n_moments =
      std::clamp<std::size_t>(config.check_moments, 1, config.check_pairs);
  const std::size_t n_users = (config.check_pairs + n_moments - 1) / n_moments;
  Comparison comparison(shop, service, params, config);
  progress.begin("compare with the batch", n_moments, "moments");
  for (std::uint64_t m = 0; m < n_moments; ++m) {
    const auto seed = mix64(config.seed, m);
    const auto span = static_cast<std::uint64_t>(config.to - config.from);
    const TimeUs moment = config.from + static_cast<TimeUs>(seed % span);
    comparison.compare_at(moment, drawn_users(shop.users.size(), n_users, seed), check);
    progress.advance(1);
  }
  progress.end(fmt::format("{} answers, {} lists differ", check.n_pairs, check.n_other_lists));
  return check;
}

float quantile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

metrics::BootstrapConfig bootstrap_of(const ReplayConfig& config) {
  return {.n_draws = config.n_draws, .seed = config.seed, .threads = config.threads};
}

TargetHits summarise(const std::vector<std::vector<metrics::UserResult>>& live,
                     const std::vector<std::vector<metrics::UserResult>>& frozen,
                     const ReplayConfig& config) {
  TargetHits hits{.n_moments = live.front().size(), .rates = {}};
  const auto bootstrap = bootstrap_of(config);
  for (std::size_t i = 0; i < config.k.size(); ++i) {
    hits.rates.push_back({.k = config.k[i],
                          .live = metrics::readings(live[i]).value.a,
                          .frozen = metrics::readings(frozen[i]).value.a,
                          .difference = metrics::compare(live[i], frozen[i], bootstrap).a});
  }
  return hits;
}

}  // namespace

Replay replay(const Shop& shop, live::Service& service, const ParamMap& params,
              const ReplayConfig& config, Progress& progress) {
  constexpr std::size_t kUsersAChunk = 256;
  const std::size_t n_users = shop.users.size();
  const std::size_t n_chunks = (n_users + kUsersAChunk - 1) / kUsersAChunk;
  std::vector<Results> chunks(n_chunks, empty_results(config.k.size()));
  std::vector<std::vector<float>> times(n_chunks);
  progress.begin("replay", n_users, "customers");
  parallel_chunks(n_users, kUsersAChunk, config.threads, [&](std::size_t begin, std::size_t end) {
    const std::size_t chunk = begin / kUsersAChunk;
    for (std::size_t u = begin; u < end; ++u) {
      Player(shop, service, config, UserIdx(u), chunks[chunk], times[chunk]).play();
    }
    progress.advance(end - begin);
  });
  Replay found;
  std::vector<float> all_times;
  for (const auto& some : times) all_times.insert(all_times.end(), some.begin(), some.end());
  found.n_answers = all_times.size();
  progress.end(fmt::format("{} live answers", found.n_answers));
  auto results = empty_results(config.k.size());
  for (const auto& chunk : chunks) {
    for (std::size_t t = 0; t < kTargetCount; ++t) {
      for (std::size_t i = 0; i < config.k.size(); ++i) {
        std::ranges::copy(chunk.live[t][i], std::back_inserter(results.live[t][i]));
        std::ranges::copy(chunk.frozen[t][i], std::back_inserter(results.frozen[t][i]));
      }
    }
  }
  for (std::size_t t = 0; t < kTargetCount; ++t) {
    found.hits[t] = summarise(results.live[t], results.frozen[t], config);
  }
  found.live = std::move(results.live);
  found.n_events = service.n_events();
  found.p50_us = quantile(all_times, 0.5);
  found.p99_us = quantile(all_times, 0.99);
  found.check = compare_with_batch(shop, service, params, config, progress);
  return found;
}

Versus compare_live(const Replay& found, const Replay& other, const ReplayConfig& config) {
  const auto bootstrap = bootstrap_of(config);
  Versus versus;
  for (std::size_t t = 0; t < kTargetCount; ++t) {
    for (std::size_t i = 0; i < config.k.size(); ++i) {
      versus[t].push_back(
          {.k = config.k[i],
           .live = metrics::readings(other.live[t][i]).value.a,
           .difference = metrics::compare(found.live[t][i], other.live[t][i], bootstrap).a});
    }
  }
  return versus;
}

}  // namespace vitrina::evaluation
