#include "engine/batch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vitrina::engine {
namespace {

struct Row {
  float w;
  float own;
  std::vector<std::uint16_t> rank;  ///< by generator
};

/// The best k of one user's rows; row r is of product r.
std::vector<SourcedItem> best(const std::vector<Row>& rows, std::size_t k) {
  Batch batch;
  auto& block = batch.blocks.emplace_back();
  for (std::uint32_t r = 0; r < rows.size(); ++r) {
    block.item.emplace_back(r);
    block.rank.insert(block.rank.end(), rows[r].rank.begin(), rows[r].rank.end());
    batch.w.push_back(rows[r].w);
    batch.own.push_back(rows[r].own);
  }
  std::vector<std::uint64_t> keys;
  std::vector<std::vector<SourcedItem>> out(1);
  best_of_batch(k, batch, keys, out);
  return out[0];
}

std::vector<std::uint32_t> ids(const std::vector<SourcedItem>& items) {
  std::vector<std::uint32_t> ids;
  for (const auto& item : items) ids.push_back(item.id.value);
  return ids;
}

using Ids = std::vector<std::uint32_t>;

TEST(BestOfBatch, RanksByTheTreesAndTellsWhoProposed) {
  const auto items = best({{.1F, 9, {0, 1}}, {.3F, 0, {5, 2}}, {.2F, 0, {1, 7}}}, 2);
  EXPECT_EQ(ids(items), (Ids{1, 2}));
  EXPECT_EQ(items[0].score, .3F);
  EXPECT_EQ(items[0].source, 1);
  EXPECT_EQ(items[1].source, 0);
  EXPECT_TRUE(best({}, 5).empty());
}

TEST(BestOfBatch, WhatTheTreesCannotTellApartOwnHistoryThenGeneratorsDo) {
  const std::vector<Row> rows{
      {.2F, 0, {9, 4}}, {.2F, 0, {3, 9}}, {.2F, 1e-30F, {9, 8}},
      {.5F, 0, {8, 9}}, {.2F, 0, {9, 4}}, {.2F, 2.0F, {9, 9}},
  };
  EXPECT_EQ(ids(best(rows, 6)), (Ids{3, 5, 2, 1, 0, 4}));
  // where the list ends inside of equals, too
  for (std::size_t k = 0; k < 6; ++k) {
    const Ids all{3, 5, 2, 1, 0, 4};
    EXPECT_EQ(ids(best(rows, k)), Ids(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k)));
  }
}

TEST(BestOfBatch, EqualsBelowTheListChangeNothing) {
  const std::vector<Row> rows{{.5F, 0, {1}}, {.4F, 5, {1}}, {.1F, 1, {1}}, {.1F, 2, {0}}};
  EXPECT_EQ(ids(best(rows, 2)), (Ids{0, 1}));
  EXPECT_EQ(ids(best(rows, 3)), (Ids{0, 1, 3}));
}

}  // namespace
}  // namespace vitrina::engine
