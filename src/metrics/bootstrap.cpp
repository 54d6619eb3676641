#include "metrics/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"

namespace vitrina::metrics {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kDrawsPerChunk = 16;
// Streams of the two populations do not meet.
constexpr std::uint64_t kBuyerDraws = 0;
constexpr std::uint64_t kSentDraws = 1;

/// What the readings of one answer need of one user, summed over the windows. Counts are exact
/// in doubles.
struct Sums {
  double recall = 0.0;
  double buyers = 0.0;
  double buyers_sent = 0.0;
  double buyers_hit = 0.0;
  double sent = 0.0;

  void add(const UserResult& result) {
    sent += result.sent ? 1.0 : 0.0;
    if (!result.is_buyer()) return;
    recall += result.recall();
    buyers += 1.0;
    buyers_sent += result.sent ? 1.0 : 0.0;
    buyers_hit += result.n_hits > 0 ? 1.0 : 0.0;
  }
  void add(const Sums& other) {
    recall += other.recall;
    buyers += other.buyers;
    buyers_sent += other.buyers_sent;
    buyers_hit += other.buyers_hit;
    sent += other.sent;
  }
};

double ratio(double sum, double n) { return n > 0.0 ? sum / n : kNan; }

PerReading<double> values(const Sums& sums) {
  return {.a = ratio(sums.recall, sums.buyers),
          .b = ratio(sums.recall, sums.buyers_sent),
          .c = ratio(sums.recall, sums.buyers_hit),
          .precision = ratio(sums.buyers_sent, sums.sent)};
}

/// One user of the population as N answers saw them; `Unit` below is this for one N.
using OneAnswer = std::array<Sums, 1>;
using TwoAnswers = std::array<Sums, 2>;

template <class Unit>
struct Populations {
  std::vector<Unit> buyers;
  std::vector<Unit> sent;
};

/// `answers` has as many entries as a Unit.
template <class Unit>
Populations<Unit> populations(std::initializer_list<std::span<const UserResult>> answers) {
  std::map<UserIdx, Unit> users;
  std::size_t answer = 0;
  for (const auto& results : answers) {
    for (const UserResult& result : results) users[result.user][answer].add(result);
    ++answer;
  }
  Populations<Unit> result;
  for (const auto& [user, unit] : users) {
    const auto any = [&unit](double Sums::* member) {
      return std::any_of(unit.begin(), unit.end(),
                         [member](const Sums& sums) { return sums.*member > 0.0; });
    };
    if (any(&Sums::buyers)) result.buyers.push_back(unit);
    if (any(&Sums::sent)) result.sent.push_back(unit);
  }
  return result;
}

/// The sums of each draw of as many users as the population has.
template <class Unit>
std::vector<Unit> draw_sums(const std::vector<Unit>& population, std::uint64_t kind,
                            const BootstrapConfig& config) {
  std::vector<Unit> draws(static_cast<std::size_t>(config.n_draws));
  const std::uint64_t seed = mix64(config.seed, kind);
  parallel_chunks(draws.size(), kDrawsPerChunk, resolve_threads(config.threads),
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t d = begin; d < end; ++d) {
                      Rng rng(seed, d);
                      for (std::size_t i = 0; i < population.size(); ++i) {
                        const auto& unit = population[rng.below(population.size())];
                        for (std::size_t a = 0; a < unit.size(); ++a) draws[d][a].add(unit[a]);
                      }
                    }
                  });
  return draws;
}

double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double weight = position - static_cast<double>(below);
  return sorted[below] + weight * (sorted[above] - sorted[below]);
}

/// Sorts the draws that have a value and drops the others.
void keep_values(std::vector<double>& draws) {
  std::erase_if(draws, [](double value) { return std::isnan(value); });
  std::sort(draws.begin(), draws.end());
}

Interval interval_of(const std::vector<double>& sorted, double level) {
  if (sorted.empty()) return {kNan, kNan};
  const double tail = (1.0 - level) / 2.0;
  return {quantile(sorted, tail), quantile(sorted, 1.0 - tail)};
}

/// Which reading of PerReading, for any T.
template <class T>
constexpr std::array<T PerReading<T>::*, 4> kReadings{&PerReading<T>::a, &PerReading<T>::b,
                                                      &PerReading<T>::c, &PerReading<T>::precision};
constexpr std::size_t kPrecision = 3;

void check(const BootstrapConfig& config) {
  VITRINA_CHECK(config.n_draws, >=, 1);
  VITRINA_CHECK(config.level, >, 0.0);
  VITRINA_CHECK(config.level, <, 1.0);
}

/// (window, user, products bought) of every buyer, in order: the truth an answer was judged by.
auto truth_of(std::span<const UserResult> results) {
  std::vector<std::tuple<std::uint32_t, UserIdx, std::uint32_t>> truth;
  for (const UserResult& result : results) {
    if (result.is_buyer()) truth.emplace_back(result.cut, result.user, result.n_bought);
  }
  std::sort(truth.begin(), truth.end());
  return truth;
}

}  // namespace

PerReading<Interval> bootstrap(std::span<const UserResult> results, const BootstrapConfig& config) {
  check(config);
  const auto users = populations<OneAnswer>({results});
  const auto buyer_draws = draw_sums(users.buyers, kBuyerDraws, config);
  const auto sent_draws = draw_sums(users.sent, kSentDraws, config);
  PerReading<Interval> intervals;
  for (std::size_t r = 0; r < kReadings<double>.size(); ++r) {
    std::vector<double> draws;
    for (const auto& draw : r == kPrecision ? sent_draws : buyer_draws) {
      draws.push_back(values(draw[0]).*kReadings<double>[r]);
    }
    keep_values(draws);
    intervals.*kReadings<Interval>[r] = interval_of(draws, config.level);
  }
  return intervals;
}

PerReading<Difference> compare(std::span<const UserResult> first,
                               std::span<const UserResult> second, const BootstrapConfig& config) {
  check(config);
  const auto first_truth = truth_of(first);
  const auto second_truth = truth_of(second);
  if (first_truth != second_truth) {
    throw Error(ErrorCode::kBadData,
                fmt::format("paired comparison: the answers were judged by different purchases, "
                            "found {} and {} buyers x windows; judge both by the same log and "
                            "windows",
                            first_truth.size(), second_truth.size()));
  }
  const auto users = populations<TwoAnswers>({first, second});
  const auto buyer_draws = draw_sums(users.buyers, kBuyerDraws, config);
  const auto sent_draws = draw_sums(users.sent, kSentDraws, config);
  const auto first_values = readings(first).value;
  const auto second_values = readings(second).value;
  PerReading<Difference> differences;
  for (std::size_t r = 0; r < kReadings<double>.size(); ++r) {
    const auto reading = kReadings<double>[r];
    std::vector<double> draws;
    for (const auto& draw : r == kPrecision ? sent_draws : buyer_draws) {
      draws.push_back(values(draw[0]).*reading - values(draw[1]).*reading);
    }
    keep_values(draws);
    const auto n_above = std::count_if(draws.begin(), draws.end(), [](double d) { return d > 0; });
    differences.*kReadings<Difference>[r] = {
        .value = first_values.*reading - second_values.*reading,
        .interval = interval_of(draws, config.level),
        .share_above = ratio(static_cast<double>(n_above), static_cast<double>(draws.size()))};
  }
  return differences;
}

}  // namespace vitrina::metrics
