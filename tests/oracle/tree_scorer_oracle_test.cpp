#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "ranking/booster.hpp"
#include "support/random_shop.hpp"

// The tree scorer against LightGBM's own predictions, bit for bit, on models that LightGBM trained
// from random rows.

namespace vitrina::ranking {
namespace {

constexpr std::size_t kColumns = 9;
constexpr std::size_t kTrainRows = 1500;
constexpr std::size_t kRows = 2500;

struct Growth {
  int leaves;
  std::string params;
};

/// A value of one of the columns' kinds: smooth, few levels, mostly 0, often missing, around 0,
/// huge, constant, 1e-35 and its neighbours.
float draw(std::size_t column, Rng& rng) {
  switch (column) {
    case 0:
      return static_cast<float>(rng.normal());
    case 1:
      return static_cast<float>(rng.below(5)) - 2;
    case 2:
      return rng.chance(0.8) ? 0.0F : static_cast<float>(rng.normal());
    case 3:
      return rng.chance(0.4) ? std::nanf("") : static_cast<float>(rng.normal());
    case 4:
      return rng.chance(0.3) ? std::nanf("") : static_cast<float>(rng.below(3)) - 1;
    case 5:
      return static_cast<float>(rng.normal() * 1e30);
    case 6:
      return 7;
    case 7:
      return static_cast<float>((rng.uniform() - 0.5) * 1e-34);
    default:
      return -static_cast<float>(rng.uniform());
  }
}

/// Also what no row of training held: infinities, NaN in every column, both zeros, the tiniest.
float draw_any(std::size_t column, Rng& rng) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kRare[] = {0.0F, -0.0F, kInfinity, -kInfinity, 1e-35F, -1e-35F, 1e-40F, -1e-40F};
  if (rng.chance(0.1)) return std::nanf("");
  if (rng.chance(0.2)) return kRare[rng.below(std::size(kRare))];
  return draw(column, rng);
}

Booster train(const Growth& growth, std::uint64_t seed, int rounds) {
  Rng rng(seed);
  std::vector<float> features;
  std::vector<float> label;
  for (std::size_t r = 0; r < kTrainRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) features.push_back(draw(c, rng));
    const auto* row = features.data() + r * kColumns;
    const double signal = double{row[0]} + (std::isnan(row[3]) ? 1 : double{row[3]}) +
                          (row[2] == 0 ? 2 : 0) + double{row[1]} * double{row[8]} +
                          (row[7] > 0 ? 1 : 0);
    label.push_back(rng.chance(1 / (1 + std::exp(-signal))) ? 1.0F : 0.0F);
  }
  const std::vector<float> weight(kTrainRows, 1);
  const std::vector<double> init_score(kTrainRows, 0);
  std::vector<std::string> columns;
  for (std::size_t c = 0; c < kColumns; ++c) columns.push_back(fmt::format("c{}", c));
  const MatrixView view{features.data(), kTrainRows, kColumns};
  return Booster::train({std::span(&view, 1), label, weight, init_score, columns,
                         fmt::format("objective=cross_entropy boost_from_average=false "
                                     "num_leaves={} min_data_in_leaf=3 seed={} num_threads=1 "
                                     "deterministic=true force_row_wise=true verbosity=-1 {}",
                                     growth.leaves, seed, growth.params),
                         rounds});
}

void expect_equal_bits(const Booster& booster, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> rows;
  for (std::size_t i = 0; i < kRows * kColumns; ++i) rows.push_back(draw_any(i % kColumns, rng));
  const MatrixView view{rows.data(), kRows, kColumns};
  std::vector<double> theirs(kRows);
  booster.predict_by_lightgbm(view, 1, theirs);
  for (const int threads : {1, 4}) {
    std::vector<double> ours(kRows);
    booster.predict(view, threads, ours);
    for (std::size_t r = 0; r < kRows; ++r) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(ours[r]), std::bit_cast<std::uint64_t>(theirs[r]))
          << "row " << r << ": " << ours[r] << " against " << theirs[r];
    }
  }
}

class TreeScorerOracle : public testing::TestWithParam<Growth> {};

TEST_P(TreeScorerOracle, ScoresToTheBitAsLightGbm) {
  for (const auto seed : test::property_seeds(4)) {
    SCOPED_TRACE(seed);
    expect_equal_bits(train(GetParam(), seed, 30), seed + 1);
  }
}

// 2, 32, 64 and more leaves are the borders between the ways to score a tree
INSTANTIATE_TEST_SUITE_P(
    Growths, TreeScorerOracle,
    testing::Values(Growth{2, ""}, Growth{12, ""}, Growth{12, "zero_as_missing=true"},
                    Growth{12, "use_missing=false"}, Growth{31, "zero_as_missing=true"},
                    Growth{32, ""}, Growth{33, ""}, Growth{64, ""}, Growth{65, ""},
                    Growth{200, "zero_as_missing=true"}, Growth{12, "max_bin=15 lambda_l2=10"}));

TEST(TreeScorerOracle, ATreeThatFoundNoSplitCountsToo) {
  const auto booster = train({12, "min_gain_to_split=1e9"}, 3, 2);
  expect_equal_bits(booster, 4);
}

TEST(TreeScorerOracle, TextThatMeansSomethingElseToLightGbmIsRefused) {
  // LightGBM goes by the sizes of the trees and does not see the last one
  auto text = train({4, ""}, 5, 3).to_text();
  const auto sizes = text.find("tree_sizes=");
  const auto end = text.find('\n', sizes);
  text.erase(text.rfind(' ', end), end - text.rfind(' ', end));
  EXPECT_THROW(
      {
        try {
          Booster::from_text(text);
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
          EXPECT_NE(std::string(error.what()).find("by LightGBM, expected the same"),
                    std::string::npos)
              << error.what();
          throw;
        }
      },
      Error);
}

}  // namespace
}  // namespace vitrina::ranking
