// How fast trees are scored here and by LightGBM, on rows as a real run has them: users x
// candidates x columns of which some are missing, two models of 50 trees of 12 leaves.
//   tree_scorer_bench [USERS] [COLUMNS] [THREADS]
// The scores of both are compared to the bit; a difference ends in exit code 1. JSON on standard
// output.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "ranking/booster.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::size_t kCandidates = 120;
constexpr std::size_t kTrainRows = 20'000;
constexpr int kModels = 2;
constexpr int kTrees = 50;
constexpr int kRepeats = 3;

/// Of one run: processor time counts all threads and no waiting for other programs.
struct Cost {
  double seconds = 0;
  double processor_seconds = 0;
};

/// Counts, shares and ages; a third of the columns are often missing or 0.
std::vector<float> make_rows(std::size_t n_rows, std::size_t n_columns, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> rows;
  rows.reserve(n_rows * n_columns);
  for (std::size_t i = 0; i < n_rows * n_columns; ++i) {
    const auto kind = i % n_columns % 6;
    const auto value = static_cast<float>(rng.uniform());
    if (kind == 0 && value < 0.5F) {
      rows.push_back(std::nanf(""));
    } else if (kind == 1 && value < 0.5F) {
      rows.push_back(0);
    } else {
      rows.push_back(kind == 2 ? std::floor(value * 20) : value);
    }
  }
  return rows;
}

Booster train(std::size_t n_columns, std::uint64_t seed) {
  const auto features = make_rows(kTrainRows, n_columns, seed);
  std::vector<std::string> columns;
  columns.reserve(n_columns);
  for (std::size_t c = 0; c < n_columns; ++c) columns.push_back(fmt::format("c{}", c));
  Rng rng(seed);
  std::vector<float> label;
  label.reserve(kTrainRows);
  for (std::size_t r = 0; r < kTrainRows; ++r) label.push_back(rng.chance(0.3) ? 1.0F : 0.0F);
  const std::vector<float> weight(kTrainRows, 1);
  const std::vector<double> init_score(kTrainRows, 0);
  const MatrixView view{features.data(), kTrainRows, n_columns};
  return Booster::train({std::span(&view, 1), label, weight, init_score, columns,
                         "objective=cross_entropy boost_from_average=false num_leaves=12 "
                         "feature_fraction=0.5 force_row_wise=true deterministic=true "
                         "num_threads=1 verbosity=-1",
                         kTrees});
}

/// The least of some runs.
template <class Work>
Cost cost(const Work& work) {
  using Clock = std::chrono::steady_clock;
  Cost least{std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
  for (int run = 0; run < kRepeats; ++run) {
    const auto begin = Clock::now();
    const auto processor_begin = std::clock();
    work();
    const auto ticks = static_cast<double>(std::clock() - processor_begin);
    least.seconds =
        std::min(least.seconds, std::chrono::duration<double>(Clock::now() - begin).count());
    least.processor_seconds = std::min(least.processor_seconds, ticks / CLOCKS_PER_SEC);
  }
  return least;
}

int run(std::size_t n_users, std::size_t n_columns, int threads) {
  std::vector<Booster> models;
  models.reserve(kModels);
  for (int m = 0; m < kModels; ++m) {
    models.push_back(train(n_columns, static_cast<std::uint64_t>(m)));
  }
  const std::size_t n_rows = n_users * kCandidates;
  const auto rows = make_rows(n_rows, n_columns, 9);
  const MatrixView view{rows.data(), n_rows, n_columns};
  std::vector<double> ours(n_rows * kModels);
  std::vector<double> theirs(n_rows * kModels);
  const auto part = [&](std::vector<double>& all, std::size_t m) {
    return std::span(all).subspan(m * n_rows, n_rows);
  };
  const auto own = cost([&] {
    for (std::size_t m = 0; m < kModels; ++m) models[m].predict(view, threads, part(ours, m));
  });
  const auto lightgbm = cost([&] {
    for (std::size_t m = 0; m < kModels; ++m) {
      models[m].predict_by_lightgbm(view, threads, part(theirs, m));
    }
  });
  std::size_t n_different = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    n_different +=
        std::bit_cast<std::uint64_t>(ours[i]) == std::bit_cast<std::uint64_t>(theirs[i]) ? 0 : 1;
  }
  fmt::print("{{\"rows\": {}, \"columns\": {}, \"threads\": {}, ", n_rows, n_columns, threads);
  fmt::print("\"own\": {{\"seconds\": {:.3f}, \"processor_seconds\": {:.3f}}}, ", own.seconds,
             own.processor_seconds);
  fmt::print("\"lightgbm\": {{\"seconds\": {:.3f}, \"processor_seconds\": {:.3f}}}, ",
             lightgbm.seconds, lightgbm.processor_seconds);
  fmt::print("\"times_faster\": {:.2f}, \"times_less_processor\": {:.2f}, \"different\": {}}}\n",
             lightgbm.seconds / own.seconds, lightgbm.processor_seconds / own.processor_seconds,
             n_different);
  return n_different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace vitrina::ranking

int main(int argc, char** argv) {
  const auto argument = [&](int place, int otherwise) {
    return argc > place ? static_cast<int>(std::max(1L, std::strtol(argv[place], nullptr, 10)))
                        : otherwise;
  };
  try {
    return vitrina::ranking::run(static_cast<std::size_t>(argument(1, 30'000)),
                                 static_cast<std::size_t>(argument(2, 180)), argument(3, 1));
  } catch (const vitrina::Error& error) {
    fmt::print(stderr, "tree_scorer_bench: {}\n", error.what());
    return info(error.code()).exit_code;
  }
}
