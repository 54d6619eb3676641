#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "oracle/random_booster.hpp"
#include "support/random_shop.hpp"

// The tree scorer against LightGBM's own predictions, bit for bit, on models that LightGBM trained
// from random rows.

namespace vitrina::ranking {
namespace {

constexpr std::size_t kRows = 2500;

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
