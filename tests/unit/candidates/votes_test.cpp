#include "candidates/votes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/rng.hpp"
#include "core/topk.hpp"
#include "support/random_shop.hpp"

namespace vitrina::candidates {
namespace {

void sum(std::vector<ScoredItem>& votes) {
  ItemPlaces places(1);  // which grows as it must
  sum_votes(votes, places);
}

TEST(SumVotes, AddsTheVotesOfAProductWhereItCameFirst) {
  std::vector<ScoredItem> votes{
      {ItemIdx(5), 1}, {ItemIdx(2), 2}, {ItemIdx(5), 4}, {ItemIdx(9), 8}, {ItemIdx(2), 16}};
  sum(votes);
  const std::vector<ScoredItem> expected{{ItemIdx(5), 5}, {ItemIdx(2), 18}, {ItemIdx(9), 8}};
  EXPECT_EQ(votes, expected);
  votes.clear();
  sum(votes);
  EXPECT_TRUE(votes.empty());
}

TEST(SumVotes, AddsInTheOrderOfArrival) {
  std::vector<ScoredItem> votes{{ItemIdx(1), 1e8F}, {ItemIdx(1), 1}, {ItemIdx(1), -1e8F}};
  sum(votes);
  EXPECT_EQ(votes.at(0).score, (1e8F + 1) - 1e8F);
}

TEST(SumVotes, AgreesWithAMapToTheBit) {
  for (const auto seed : test::property_seeds(20)) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    std::vector<ScoredItem> votes;
    std::map<ItemIdx, float> score_of;
    for (std::uint64_t v = rng.below(500); v > 0; --v) {
      votes.push_back({ItemIdx(rng.below(100)), static_cast<float>(rng.uniform())});
      score_of[votes.back().id] += votes.back().score;
    }
    std::vector<ScoredItem> expected;
    for (const auto& [item, score] : score_of) expected.push_back({item, score});
    keep_top_k(expected, 30);
    sum(votes);
    keep_top_k(votes, 30);
    EXPECT_EQ(votes, expected);
  }
}

}  // namespace
}  // namespace vitrina::candidates
