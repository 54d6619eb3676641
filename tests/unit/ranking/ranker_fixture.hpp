#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "ranking/examples.hpp"
#include "ranking/ranker.hpp"
#include "support/scratch.hpp"

namespace vitrina::ranking {

/// Rows in which own history foretells a purchase and the first column does what own history
/// cannot: of pairs with equal own history, those with a large value are bought.
inline Examples make_examples(std::size_t n_users, std::uint64_t seed) {
  constexpr std::size_t kRows = 10;
  Rng rng(seed);
  Examples examples;
  examples.columns = {"useful", "noise", "sometimes"};
  for (std::size_t u = 0; u < n_users; ++u) {
    bool is_buyer = false;
    for (std::size_t r = 0; r < kRows; ++r) {
      const auto own = static_cast<float>(rng.below(3));
      const auto useful = static_cast<float>(rng.uniform());
      examples.features.insert(examples.features.end(),
                               {useful, static_cast<float>(rng.uniform()),
                                rng.chance(0.5) ? std::nanf("") : static_cast<float>(r)});
      const bool is_bought = rng.chance(0.05 * double{own} * (useful > 0.5F ? 2.0 : 0.1));
      is_buyer = is_buyer || is_bought;
      examples.label.push_back(is_bought ? 1.0F : 0.0F);
      examples.weight.push_back(1);
      examples.own_valid.push_back(own);
      examples.own_final.push_back(2 * own);
    }
    examples.offsets.push_back(examples.label.size());
    examples.user_weight.push_back(1);
    examples.is_buyer.push_back(is_buyer ? 1 : 0);
    const auto own = std::span(examples.own_valid).last(kRows);
    const auto row = examples.n_rows() - kRows + strongest_row(own);
    const auto first = examples.features.begin() + static_cast<std::ptrdiff_t>(3 * row);
    examples.user_features.insert(examples.user_features.end(), first, first + 3);
    examples.user_own_valid.push_back(examples.own_valid[row]);
    examples.user_own_final.push_back(examples.own_final[row]);
  }
  return examples;
}

// Enough to give LightGBM two threads of its own in each of two models fitted at a time. Under
// ThreadSanitizer ours alone: it cannot see the barriers of LightGBM's, nor end in minutes with
// them.
#ifdef __SANITIZE_THREAD__
constexpr int kManyThreads = 2;
#else
constexpr int kManyThreads = 4;
#endif

inline Ranker fit(const Examples& examples, const RankerConfig& config, int threads = 1,
                  std::uint64_t seed = 42) {
  const Examples* folds[] = {&examples};
  return Ranker::fit(folds, Lineage::kValid, config, seed, threads);
}

inline std::vector<float> scores(const Ranker& ranker, const Examples& examples, int threads = 1) {
  std::vector<float> w(examples.n_rows());
  ranker.score({{examples.features.data(), examples.n_rows(), examples.columns.size()},
                examples.offsets,
                examples.own_valid},
               threads, w);
  return w;
}

class RankerTest : public testing::Test {
 protected:
  RankerTest() : folder_(test::scratch("ranker_test")) { std::filesystem::remove_all(folder_); }
  ~RankerTest() override { std::filesystem::remove_all(folder_); }

  std::string bytes(const Ranker& ranker) const {
    ranker.save(folder_);
    return read_file(folder_ / "ranker.vtr");
  }

  std::filesystem::path folder_;
};

}  // namespace vitrina::ranking
