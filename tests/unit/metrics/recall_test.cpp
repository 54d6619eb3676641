#include "metrics/recall.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <vector>

#include "core/error.hpp"

namespace vitrina::metrics {
namespace {

struct Line {
  std::size_t user;
  std::vector<std::size_t> items;
};

UserLists lists(std::initializer_list<Line> lines) {
  UserLists result;
  for (const Line& line : lines) {
    std::vector<ItemIdx> items;
    items.reserve(line.items.size());
    for (const std::size_t item : line.items) items.emplace_back(item);
    result.add(UserIdx(line.user), items);
  }
  return result;
}

TEST(Recall, ThreeOfFourBoughtIsThreeQuarters) {
  const auto results = judge(lists({{0, {1, 2, 3, 4}}}), lists({{0, {9, 3, 1, 8, 4}}}), 25);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].n_bought, 4U);
  EXPECT_EQ(results[0].n_hits, 3U);
  EXPECT_DOUBLE_EQ(readings(results).value.a, 0.75);
}

TEST(Recall, ABuyerAbsentFromTheAnswerCountsZero) {
  const auto results = judge(lists({{0, {1, 2, 3, 4}}, {1, {5}}}), lists({{0, {1, 2, 3}}}), 25);
  const Readings read = readings(results);
  EXPECT_DOUBLE_EQ(read.value.a, 0.375);
  EXPECT_DOUBLE_EQ(read.value.b, 0.75);
  EXPECT_DOUBLE_EQ(read.value.c, 0.75);
}

TEST(Recall, ReadingsOfAWorldCountedByHand) {
  // User:   0 sent, 1 of 2 | 1 sent, 0 of 1 | 2 not sent | 3 sent, no buyer | 4 sent, 2 of 2
  const auto bought = lists({{0, {1, 2}}, {1, {3}}, {2, {1}}, {4, {7, 8}}});
  const auto sent = lists({{4, {8, 7, 1}}, {3, {1}}, {1, {4}}, {0, {2, 9}}});
  const Readings read = readings(judge(bought, sent, 25));
  EXPECT_DOUBLE_EQ(read.value.a, 1.5 / 4);
  EXPECT_DOUBLE_EQ(read.value.b, 1.5 / 3);
  EXPECT_DOUBLE_EQ(read.value.c, 1.5 / 2);
  EXPECT_DOUBLE_EQ(read.value.precision, 3.0 / 4);
  EXPECT_EQ(read.counts.buyers, 4U);
  EXPECT_EQ(read.counts.sent, 4U);
  EXPECT_EQ(read.counts.buyers_sent, 3U);
  EXPECT_EQ(read.counts.buyers_hit, 2U);
  EXPECT_EQ(read.counts.bought, 6U);
  EXPECT_EQ(read.counts.hits, 3U);
}

TEST(Recall, TheDenominatorIsNotCappedAtK) {
  UserLists bought;
  std::vector<ItemIdx> items;
  items.reserve(50);
  for (std::size_t i = 0; i < 50; ++i) items.emplace_back(i);
  bought.add(UserIdx(0), items);
  EXPECT_DOUBLE_EQ(readings(judge(bought, bought, 25)).value.a, 0.5);
}

TEST(Recall, OnlyTheFirstKProductsCount) {
  const auto bought = lists({{0, {1, 2}}});
  const auto sent = lists({{0, {9, 1, 2}}});
  EXPECT_DOUBLE_EQ(readings(judge(bought, sent, 1)).value.a, 0.0);
  EXPECT_DOUBLE_EQ(readings(judge(bought, sent, 2)).value.a, 0.5);
  EXPECT_DOUBLE_EQ(readings(judge(bought, sent, 3)).value.a, 1.0);
}

TEST(Recall, RepeatedProductsCountOnce) {
  const auto bought = lists({{0, {1, 1, 2}}});
  const auto sent = lists({{0, {1, 1, 1}}});
  EXPECT_DOUBLE_EQ(readings(judge(bought, sent, 25)).value.a, 0.5);
  EXPECT_EQ(recall_by_k(bought, sent, 3), (std::vector<double>{0.5, 0.5, 0.5}));
}

TEST(Recall, ResultsAreOrderedByUserAndCarryTheCut) {
  const auto results = judge(lists({{5, {1}}, {2, {1}}}), lists({{9, {1}}, {2, {1}}}), 25, 3);
  const std::vector<UserResult> expected{
      {.user = UserIdx(2), .cut = 3, .n_bought = 1, .n_hits = 1, .sent = true},
      {.user = UserIdx(5), .cut = 3, .n_bought = 1, .n_hits = 0, .sent = false},
      {.user = UserIdx(9), .cut = 3, .n_bought = 0, .n_hits = 0, .sent = true}};
  EXPECT_EQ(results, expected);
}

TEST(Recall, PoolingIsTheMeanOverBuyerAndCut) {
  auto results = judge(lists({{0, {1}}}), lists({{0, {1}}}), 25, 0);
  const auto second = judge(lists({{0, {1}}, {1, {2}}, {2, {3}}}), lists({{0, {2}}}), 25, 1);
  results.insert(results.end(), second.begin(), second.end());
  EXPECT_DOUBLE_EQ(readings(results).value.a, 0.25);
}

TEST(Recall, AReadingOverNobodyIsNaN) {
  const Readings nothing = readings({});
  EXPECT_TRUE(std::isnan(nothing.value.a));
  EXPECT_TRUE(std::isnan(nothing.value.precision));
  const Readings missed = readings(judge(lists({{0, {1}}}), lists({{1, {1}}}), 25));
  EXPECT_EQ(missed.value.a, 0.0);
  EXPECT_TRUE(std::isnan(missed.value.b));
  EXPECT_TRUE(std::isnan(missed.value.c));
  EXPECT_EQ(missed.value.precision, 0.0);
}

TEST(Recall, AUserSentTwiceIsRefused) {
  EXPECT_THROW(judge(lists({{0, {1}}}), lists({{0, {1}}, {0, {2}}}), 25), Error);
}

TEST(RecallByK, GrowsByEachHit) {
  const auto bought = lists({{0, {1, 2}}, {1, {5}}});
  const auto sent = lists({{0, {1, 9, 2}}});
  EXPECT_EQ(recall_by_k(bought, sent, 4), (std::vector<double>{0.25, 0.25, 0.5, 0.5}));
}

TEST(Purchases, AreDistinctOrderedProductsInsideTheWindow) {
  EventLog log;
  const auto event = [&log](TimeUs time, std::size_t item, Action action) {
    log.time.push_back(time);
    log.item.push_back(item == 99 ? ItemIdx{} : ItemIdx(item));
    log.action.push_back(action);
    log.page.push_back(0);
    log.device.push_back(0);
  };
  event(9, 1, Action::kOrder);   // before the window
  event(10, 4, Action::kOrder);  // its first moment
  event(12, 2, Action::kOrder);
  event(13, 4, Action::kOrder);  // once more
  event(14, 7, Action::kBasketAdd);
  event(15, 99, Action::kOrder);  // names no product
  event(20, 3, Action::kOrder);   // the window's end is not in it
  log.offsets.push_back(log.time.size());
  event(11, 99, Action::kOrder);
  log.offsets.push_back(log.time.size());

  const UserLists bought = as_lists(purchases_between(log, 10, 20));
  ASSERT_EQ(bought.users, std::vector<UserIdx>{UserIdx(0)});
  EXPECT_EQ(bought.items.values, (std::vector<ItemIdx>{ItemIdx(2), ItemIdx(4)}));
}

}  // namespace
}  // namespace vitrina::metrics
