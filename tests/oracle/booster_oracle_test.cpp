#include "ranking/booster.hpp"

#include <LightGBM/c_api.h>
#include <gtest/gtest.h>

#include <string>

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
                trees_of_matrix(random_rows(seed), booster_params(growth, seed)))
          << params;
    }
  }
}

}  // namespace
}  // namespace vitrina::ranking
