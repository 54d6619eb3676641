// What an explanation of an answer takes here and by LightGBM (pred_contrib): 10 rows with values
// missing as in a real run, two models of 100 trees of 12 leaves.
//   tree_explainer_bench [ROWS] [COLUMNS] [REPEATS]
// Contributions of both are compared; a difference above 1e-9 ends in exit code 1. JSON on standard
// output: medians over the repeats, of one thread.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "ranking/booster.hpp"
#include "ranking/tree_explainer.hpp"

namespace vitrina::ranking {
namespace {

constexpr std::size_t kTrainRows = 20'000;
constexpr std::size_t kModels = 2;
constexpr int kTrees = 100;
constexpr double kTolerance = 1e-9;

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

/// Labels that some of the columns tell, so that trees are as deep and lopsided as real ones.
Booster train(std::size_t n_columns, std::uint64_t seed) {
  const auto features = make_rows(kTrainRows, n_columns, seed);
  std::vector<std::string> columns;
  columns.reserve(n_columns);
  for (std::size_t c = 0; c < n_columns; ++c) columns.push_back(fmt::format("c{}", c));
  Rng rng(seed);
  std::vector<float> label;
  label.reserve(kTrainRows);
  for (std::size_t r = 0; r < kTrainRows; ++r) {
    double chance = 0.02;
    for (std::size_t c = 0; c < std::min<std::size_t>(n_columns, 12); ++c) {
      chance *= features[r * n_columns + c] > 0.5F ? 1.5 : 0.8;
    }
    label.push_back(rng.chance(chance) ? 1.0F : 0.0F);
  }
  const std::vector<float> weight(kTrainRows, 1);
  const std::vector<double> init_score(kTrainRows, 0);
  const MatrixView view{features.data(), kTrainRows, n_columns};
  return Booster::train({std::span(&view, 1), label, weight, init_score, columns,
                         "objective=cross_entropy num_leaves=12 learning_rate=0.15 "
                         "feature_fraction=0.5 force_col_wise=true deterministic=true "
                         "num_threads=1 verbosity=-1",
                         kTrees});
}

/// The median of some runs, in microseconds.
template <class Work>
double median_us(std::size_t repeats, const Work& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (std::size_t run = 0; run < repeats; ++run) {
    const auto begin = Clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

double largest_difference(std::span<const double> ours, std::span<const double> theirs,
                          std::size_t n_columns, double base) {
  double largest = 0;
  for (std::size_t r = 0; r < ours.size() / n_columns; ++r) {
    const auto* row = theirs.data() + r * (n_columns + 1);
    largest = std::max(largest, std::abs(base - row[n_columns]));
    for (std::size_t c = 0; c < n_columns; ++c) {
      const double difference = std::abs(ours[r * n_columns + c] - row[c]);
      largest = difference <= largest ? largest : difference;  // NaN is a difference
    }
  }
  return largest;
}

int run(std::size_t n_rows, std::size_t n_columns, std::size_t repeats) {
  std::vector<Booster> models;
  models.reserve(kModels);
  for (std::uint64_t m = 0; m < kModels; ++m) models.push_back(train(n_columns, m));
  std::vector<TreeExplainer> explainers(kModels);
  const double build_us = median_us(9, [&] {
    for (std::size_t m = 0; m < kModels; ++m) {
      explainers[m] = TreeExplainer::from_text(models[m].to_text());
    }
  });
  const auto values = make_rows(n_rows, n_columns, 9);
  std::vector<const float*> rows;
  rows.reserve(n_rows);
  for (std::size_t r = 0; r < n_rows; ++r) rows.push_back(values.data() + r * n_columns);
  std::vector<std::vector<double>> ours(kModels, std::vector<double>(n_rows * n_columns));
  std::vector<std::vector<double>> theirs(kModels, std::vector<double>(n_rows * (n_columns + 1)));
  TreeExplainerMemory memory;
  const double own_us = median_us(repeats, [&] {
    for (std::size_t m = 0; m < kModels; ++m) explainers[m].explain(rows, memory, ours[m]);
  });
  const MatrixView view{values.data(), n_rows, n_columns};
  const double lightgbm_us = median_us(std::max<std::size_t>(repeats / 10, 5), [&] {
    for (std::size_t m = 0; m < kModels; ++m) {
      models[m].contributions_by_lightgbm(view, 1, theirs[m]);
    }
  });
  double largest = 0;
  std::size_t n_bytes = 0;
  for (std::size_t m = 0; m < kModels; ++m) {
    largest =
        std::max(largest, largest_difference(ours[m], theirs[m], n_columns, explainers[m].base()));
    n_bytes += explainers[m].n_bytes();
  }
  fmt::print("{{\"rows\": {}, \"columns\": {}, \"models\": {}, \"trees\": {}, ", n_rows, n_columns,
             kModels, kTrees);
  fmt::print("\"own_us\": {:.1f}, \"lightgbm_us\": {:.1f}, \"times_faster\": {:.1f}, ", own_us,
             lightgbm_us, lightgbm_us / own_us);
  fmt::print("\"build_us\": {:.0f}, \"bytes\": {}, \"largest_difference\": {:.2g}}}\n", build_us,
             n_bytes, largest);
  return largest <= kTolerance ? 0 : 1;
}

}  // namespace
}  // namespace vitrina::ranking

int main(int argc, char** argv) {
  const auto argument = [&](int place, long otherwise) {
    const long given = argc > place ? std::strtol(argv[place], nullptr, 10) : otherwise;
    return static_cast<std::size_t>(std::max(1L, given));
  };
  try {
    return vitrina::ranking::run(argument(1, 10), argument(2, 220), argument(3, 500));
  } catch (const vitrina::Error& error) {
    fmt::print(stderr, "tree_explainer_bench: {}\n", error.what());
    return info(error.code()).exit_code;
  }
}
