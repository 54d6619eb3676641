#include "evaluation/scoring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "core/action.hpp"
#include "core/error.hpp"
#include "data/build.hpp"
#include "data/id_map.hpp"
#include "data/log_age.hpp"
#include "metrics/user_lists.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::evaluation {
namespace {

std::vector<std::string_view> sorted_distinct(std::vector<std::string_view> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

/// Dense ids of everyone and everything in the windows, ordered as the external ids.
class Ids {
 public:
  explicit Ids(const std::vector<Window>& windows) {
    std::vector<std::string_view> users;
    std::vector<std::string_view> items;
    const auto collect = [&](const IdLists& lists) {
      users.insert(users.end(), lists.users.begin(), lists.users.end());
      for (const auto& row : lists.items) items.insert(items.end(), row.begin(), row.end());
    };
    for (const Window& window : windows) {
      collect(window.bought);
      collect(window.first.lists);
      if (window.second) collect(window.second->lists);
    }
    users_ = UserMap(sorted_distinct(std::move(users)));
    items_ = ItemMap(sorted_distinct(std::move(items)));
  }

  [[nodiscard]] metrics::UserLists encode(const IdLists& lists) const {
    metrics::UserLists result;
    std::vector<ItemIdx> row;
    for (std::size_t r = 0; r < lists.users.size(); ++r) {
      row.clear();
      for (const auto& item : lists.items[r]) row.push_back(items_.find(item).value());
      result.add(users_.find(lists.users[r]).value(), row);
    }
    return result;
  }

 private:
  UserMap users_;
  ItemMap items_;
};

struct Judged {
  std::vector<metrics::UserResult> results;
  AnswerScore score;
};

Judged judge_answer(const std::vector<Window>& windows, const Ids& ids, const ScoringConfig& config,
                    const Predictions& (*answer_of)(const Window&)) {
  Judged judged;
  std::vector<double> curve(config.k, 0.0);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const auto bought = ids.encode(windows[w].bought);
    const auto sent = ids.encode(answer_of(windows[w]).lists);
    const auto results = metrics::judge(bought, sent, config.k, static_cast<std::uint32_t>(w));
    judged.results.insert(judged.results.end(), results.begin(), results.end());
    judged.score.by_window.push_back(metrics::readings(results));
    if (bought.size() == 0) continue;
    const auto window_curve = metrics::recall_by_k(bought, sent, config.k);
    for (std::size_t k = 0; k < config.k; ++k) {
      curve[k] += window_curve[k] * static_cast<double>(bought.size());
    }
  }
  judged.score.pooled = metrics::readings(judged.results);
  judged.score.intervals = metrics::bootstrap(judged.results, config.bootstrap);
  const auto n_buyers = judged.score.pooled.counts.buyers;
  for (double& value : curve) {
    value = n_buyers > 0 ? value / static_cast<double>(n_buyers)
                         : std::numeric_limits<double>::quiet_NaN();
  }
  judged.score.recall_by_k = std::move(curve);
  return judged;
}

/// Ids of an answer that the log has none of.
void warn_of_strangers(std::string_view path, std::string_view whose, std::string_view example,
                       const StringTable& own, Progress& progress) {
  progress.warn(
      fmt::format("{}: the log has none of {}, such as '{}'; its own are such as '{}': another "
                  "shop's, or ids that are written in another way",
                  printable(path), whose, printable(example), printable(own.text(0))));
}

}  // namespace

IdLists purchases(const RawLog& log, TimeUs from, TimeUs to) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::size_t i = 0; i < log.time.size(); ++i) {
    if (log.action[i] != code(Action::kOrder) || log.item[i] == kNoCode) continue;
    if (log.time[i] < from || log.time[i] >= to) continue;
    pairs.emplace_back(log.user[i], log.item[i]);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  IdLists lists;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i].first != pairs[i - 1].first) {
      lists.users.emplace_back(log.users.text(pairs[i].first));
      lists.items.emplace_back();
    }
    lists.items.back().emplace_back(log.items.text(pairs[i].second));
  }
  return lists;
}

IdLists some_purchases(const RawLog& log, TimeUs from, TimeUs to, std::string_view name) {
  auto bought = purchases(log, from, to);
  if (!bought.users.empty()) return bought;
  const auto unknown =
      log.counts.unknown_actions.empty()
          ? std::string()
          : fmt::format("; {} rows have an action that is not known: {}",
                        log.counts.unknown_actions.total(), describe(log.counts.unknown_actions));
  const auto [first, last] = std::minmax_element(log.time.begin(), log.time.end());
  throw Error(ErrorCode::kBadData,
              fmt::format("{}: no orders from {} to {}, found {}; check --from and --to{}", name,
                          format_time(from), format_time(to),
                          log.time.empty() ? "no event before that end"
                                           : fmt::format("events from {} to {} before that end",
                                                         format_time(*first), format_time(*last)),
                          unknown));
}

void check_overlap(const Predictions& answer, TimeUs from, bool allow_overlap, Progress& progress) {
  if (!answer.origin || from >= answer.origin->knows_until()) return;
  const auto& origin = *answer.origin;
  const auto what = fmt::format("{}: {} {}, the window begins before that, at {}", answer.path,
                                origin.as_of < origin.learned_until
                                    ? "the bundle that answered learned from events until"
                                    : "the answer was made as of",
                                format_time(origin.knows_until()), format_time(from));
  if (!allow_overlap) {
    throw Error(ErrorCode::kConfig,
                what +
                    ", and it would be scored on what it has seen; score later orders, answer "
                    "as of an earlier moment, or insist with --allow-overlap");
  }
  progress.warn(what + "; it is scored on what it has seen, the readings mean nothing");
}

void check_known(const Predictions& answer, const RawLog& log, Progress& progress) {
  const auto& users = answer.lists.users;
  const auto is_user = [&](const std::string& user) { return log.users.find(user).has_value(); };
  if (!users.empty() && log.users.size() > 0 && std::ranges::none_of(users, is_user)) {
    warn_of_strangers(answer.path, fmt::format("its {} customers", users.size()), users.front(),
                      log.users, progress);
  }
  const auto is_item = [&](const std::string& item) { return log.items.find(item).has_value(); };
  const std::string* some_item = nullptr;
  for (const auto& row : answer.lists.items) {
    if (log.items.size() == 0 || std::ranges::any_of(row, is_item)) return;
    if (some_item == nullptr && !row.empty()) some_item = &row.front();
  }
  if (some_item == nullptr) return;
  warn_of_strangers(answer.path, "the products it names", *some_item, log.items, progress);
}

void check_truth_end(const RawLog& log, TimeUs to, Progress& progress) {
  if (log.time.empty()) return;
  warn_of_old_log(to, end_of(log.time) - 1,
                  /*has_later_rows=*/log.counts.rows_hidden > 0,
                  "what was bought in between is not among the orders scored against", progress);
}

ScoringConfig read_scoring_config(const ParamMap& params, std::uint64_t seed, int threads) {
  ScoringConfig config;
  config.k = selection::read_choose(params).limits().k;
  config.bootstrap.n_draws = read_section<ScoreConfig>(params, "score").draws;
  config.bootstrap.seed = seed;
  config.bootstrap.threads = threads;
  return config;
}

Scores score(const std::vector<Window>& windows, const ScoringConfig& config) {
  const Ids ids(windows);
  auto first = judge_answer(windows, ids, config, [](const Window& window) -> const Predictions& {
    return window.first;
  });
  Scores scores;
  if (windows.front().second) {
    auto second =
        judge_answer(windows, ids, config,
                     [](const Window& window) -> const Predictions& { return *window.second; });
    scores.difference = metrics::compare(first.results, second.results, config.bootstrap);
    scores.second = std::move(second.score);
  }
  scores.first = std::move(first.score);
  return scores;
}

}  // namespace vitrina::evaluation
