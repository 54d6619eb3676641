#include "ranking/booster.hpp"

#include <LightGBM/c_api.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/rng.hpp"
#include "oracle/random_booster.hpp"

namespace vitrina::ranking {
namespace {

constexpr int kRounds = 8;

/// Up to the parameters, which also tell of threads.
std::string trees_of(const std::string& text) { return text.substr(0, text.find("\nparameters:")); }

/// The trees that LightGBM grows when it is given the whole matrix.
std::string trees_of_matrix(const RandomRows& rows, const std::string& params) {
  DatasetHandle dataset = nullptr;
  const auto n_rows = static_cast<std::int32_t>(rows.label.size());
  EXPECT_EQ(LGBM_DatasetCreateFromMat(rows.features.data(), C_API_DTYPE_FLOAT32, n_rows, kColumns,
                                      1, params.c_str(), nullptr, &dataset),
            0);
  EXPECT_EQ(LGBM_DatasetSetField(dataset, "label", rows.label.data(), n_rows, C_API_DTYPE_FLOAT32),
            0);
  std::vector<std::string> names;
  std::vector<const char*> columns;
  for (std::size_t c = 0; c < kColumns; ++c) names.push_back(fmt::format("c{}", c));
  for (const auto& name : names) columns.push_back(name.c_str());
  EXPECT_EQ(LGBM_DatasetSetFeatureNames(dataset, columns.data(), kColumns), 0);
  BoosterHandle booster = nullptr;
  EXPECT_EQ(LGBM_BoosterCreate(dataset, params.c_str(), &booster), 0);
  for (int round = 0; round < kRounds; ++round) {
    int is_finished = 0;
    EXPECT_EQ(LGBM_BoosterUpdateOneIter(booster, &is_finished), 0);
  }
  std::int64_t size = 0;
  EXPECT_EQ(LGBM_BoosterSaveModelToString(booster, 0, -1, C_API_FEATURE_IMPORTANCE_GAIN, 0, &size,
                                          nullptr),
            0);
  std::string text(static_cast<std::size_t>(size), '\0');
  EXPECT_EQ(LGBM_BoosterSaveModelToString(booster, 0, -1, C_API_FEATURE_IMPORTANCE_GAIN, size,
                                          &size, text.data()),
            0);
  LGBM_BoosterFree(booster);
  LGBM_DatasetFree(dataset);
  return trees_of(text);
}

TEST(BoosterOracle, RowsOneByOneTeachWhatTheWholeMatrixDoes) {
  for (const auto* params : {"", "bin_construct_sample_cnt=300 max_bin=31",
                             "feature_fraction=0.5 bagging_freq=1 "
                             "bagging_fraction=0.7 learning_rate=0.3"}) {
    for (const std::uint64_t seed : {1, 2}) {
      const Growth growth{15, params};
      EXPECT_EQ(trees_of(train(growth, seed, kRounds).to_text()),
                trees_of_matrix(random_rows(seed), booster_params(growth, seed) + " num_threads=1"))
          << params;
    }
  }
}

/// LightGBM has one number of threads for the process, and writes beyond its buffers, which sparse
/// columns have, where that grows while it trains.
TEST(BoosterOracle, TrainedSideBySideWithOtherNumbersOfThreadsTheTreesAreTheSame) {
  constexpr std::size_t kRows = 20'000;
  constexpr std::size_t kSparse = 20;
  Rng rng(1);
  std::vector<float> values(kRows * kSparse);
  std::vector<float> label(kRows);
  for (auto& value : values) value = rng.chance(0.1) ? static_cast<float>(rng.uniform()) : 0.0F;
  std::vector<const float*> rows;
  for (std::size_t r = 0; r < kRows; ++r) {
    rows.push_back(values.data() + r * kSparse);
    label[r] = rng.chance(0.1 + rows[r][0] / 2) ? 1.0F : 0.0F;
  }
  const std::vector<float> weight(kRows, 1);
  const std::vector<double> init_score(kRows, 0);
  std::vector<std::string> columns;
  for (std::size_t c = 0; c < kSparse; ++c) columns.push_back(fmt::format("c{}", c));
  const auto trees = [&](int threads) {
    return trees_of(Booster::train({rows, label, weight, init_score, columns,
                                    booster_params({15, ""}, 1), 3, threads})
                        .to_text());
  };
  const auto alone = trees(1);
  std::atomic<int> n_other = 0;
  std::vector<std::thread> workers;
  for (const int threads : {1, 2, 4, 7}) {
    workers.emplace_back([&, threads] {
      for (int i = 0; i < 5; ++i) n_other += trees(threads) != alone ? 1 : 0;
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(n_other, 0);
}

}  // namespace
}  // namespace vitrina::ranking
