#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <type_traits>
#include <vector>

#include "core/check.hpp"
#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"

namespace vitrina {
namespace {

// Ids of different kinds do not mix, and plain numbers are no ids.
static_assert(!std::is_convertible_v<UserIdx, ItemIdx>);
static_assert(!std::is_constructible_v<ItemIdx, UserIdx>);
static_assert(!std::is_convertible_v<int, UserIdx>);
static_assert(!std::is_convertible_v<UserIdx, std::uint32_t>);

template <class A, class B>
concept Comparable = requires(A a, B b) { a == b; };
static_assert(Comparable<UserIdx, UserIdx>);
static_assert(!Comparable<UserIdx, ItemIdx>);
static_assert(!Comparable<UserIdx, int>);

TEST(Ids, AreValidOnceSetAndOrderedByValue) {
  EXPECT_FALSE(ItemIdx{}.valid());
  EXPECT_TRUE(ItemIdx(0).valid());
  EXPECT_LT(ItemIdx(1), ItemIdx(2));
  EXPECT_LT(ItemIdx(2), ItemIdx{});
}

TEST(Csr, RowsAreViews) {
  const Csr<int> rows{{0, 2, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(rows.n_rows(), 3U);
  EXPECT_EQ(rows.row(0).size(), 2U);
  EXPECT_TRUE(rows.row(1).empty());
  EXPECT_EQ(rows.row(2)[0], 6);
  EXPECT_EQ(Csr<int>{}.n_rows(), 0U);
}

template <class Id>
void expect_head_of_sorted() {
  Rng rng(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<Scored<Id>> entries;
    for (std::uint32_t i = 0; i < 30; ++i) {
      entries.push_back({Id(i), (static_cast<float>(rng.below(7)) - 3) * 0.37F});
    }
    auto sorted = entries;
    std::sort(sorted.begin(), sorted.end(), ranks_before<Id>);
    for (std::size_t i = entries.size(); i > 1; --i) {
      std::swap(entries[i - 1], entries[rng.below(i)]);
    }
    const std::size_t k = rng.below(35);
    keep_top_k(entries, k);
    sorted.resize(std::min(k, sorted.size()));
    EXPECT_EQ(entries, sorted);
  }
}

TEST(TopK, IsTheHeadOfTheSortedListWhateverTheOrder) {
  expect_head_of_sorted<int>();
  expect_head_of_sorted<std::uint32_t>();
  expect_head_of_sorted<ItemIdx>();
}

TEST(TopK, KeysOrderScoresOfAllSizes) {
  constexpr float kMost = std::numeric_limits<float>::max();
  constexpr float kLeast = std::numeric_limits<float>::denorm_min();
  const std::vector<float> falling{kMost, 2, 1, kLeast, 0, -kLeast, -1, -2, -kMost};
  for (std::uint32_t i = 1; i < falling.size(); ++i) {
    EXPECT_LT(rank_key(Scored<std::uint32_t>{9, falling[i - 1]}),
              rank_key(Scored<std::uint32_t>{3, falling[i]}));
  }
  EXPECT_LT(rank_key(Scored<std::uint32_t>{3, -0.0F}), rank_key(Scored<std::uint32_t>{4, 0.0F}));
}

TEST(TopK, AnEntryComesBackFromItsKey) {
  for (const float score : {2.5F, 0.0F, -1.0F, std::numeric_limits<float>::max(),
                            -std::numeric_limits<float>::denorm_min()}) {
    const Scored<std::uint32_t> entry{4'000'000'000U, score};
    EXPECT_EQ(ranked_entry(rank_key(entry)), entry);
  }
}

TEST(TopK, TheSmallestOfNumbersAreTheHeadOfAllSorted) {
  Rng rng(3);
  for (const std::size_t n : {0U, 1U, 63U, 64U, 65U, 1000U}) {
    for (const std::size_t k : {0U, 1U, 40U, 100U, 2000U}) {
      SCOPED_TRACE(testing::Message() << k << " of " << n);
      std::vector<std::uint64_t> numbers;
      for (std::size_t i = 0; i < n; ++i) {
        numbers.push_back(rng.below(200));  // many are equal
      }
      auto sorted = numbers;
      std::sort(sorted.begin(), sorted.end());
      sorted.resize(std::min(k, n));
      const auto found = smallest(numbers, k);
      EXPECT_EQ(std::vector<std::uint64_t>(found.begin(), found.end()), sorted);
    }
  }
}

TEST(TopK, TheSmallestOfFallingNumbersAreTheLast) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 500; i > 0; --i) numbers.push_back(i);
  const auto found = smallest(numbers, 3);
  EXPECT_EQ(std::vector<std::uint64_t>(found.begin(), found.end()),
            (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(TopK, TiesGoToTheSmallerId) {
  std::vector<Scored<int>> entries{{7, 1.0F}, {3, 1.0F}, {5, 2.0F}};
  keep_top_k(entries, 2);
  EXPECT_EQ(entries, (std::vector<Scored<int>>{{5, 2.0F}, {3, 1.0F}}));
}

TEST(Rng, TheSameSeedAndStreamAreTheSameNumbers) {
  Rng a(7, 1);
  Rng b(7, 1);
  Rng other_stream(7, 2);
  Rng other_seed(8, 1);
  for (int i = 0; i < 100; ++i) {
    const auto value = a.next();
    EXPECT_EQ(value, b.next());
    EXPECT_NE(value, other_stream.next());
    EXPECT_NE(value, other_seed.next());
  }
}

TEST(Rng, NumbersAreTheSameOnEveryMachine) {
  Rng rng(42);
  const std::uint64_t first = rng.next();
  EXPECT_EQ(first, Rng(42).next());
  EXPECT_EQ(mix64(0), 0xe220a8397b1dcdafULL);  // SplitMix64's first number for seed 0
  EXPECT_EQ(hash_text(""), mix64(0xcbf29ce484222325ULL));
}

TEST(Rng, DrawsHaveTheRangeAndMeanTheyPromise) {
  constexpr int kDraws = 200'000;
  Rng rng(3);
  double uniform = 0;
  double normal = 0;
  double square = 0;
  double exponential = 0;
  std::map<std::uint64_t, int> dice;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform += u;
    const double z = rng.normal();
    normal += z;
    square += z * z;
    exponential += rng.exponential(2.0);
    ++dice[rng.below(6)];
  }
  // five standard errors of each mean
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.0033);
  EXPECT_NEAR(normal / kDraws, 0.0, 0.0112);
  EXPECT_NEAR(square / kDraws, 1.0, 0.0159);
  EXPECT_NEAR(exponential / kDraws, 2.0, 0.0224);
  ASSERT_EQ(dice.size(), 6U);
  EXPECT_EQ(dice.rbegin()->first, 5U);
  for (const auto& [face, times] : dice) EXPECT_NEAR(times, kDraws / 6.0, 835) << face;
}

TEST(Errors, EveryCodeHasAnExitCodeOfItsOwn) {
  std::set<int> exit_codes;
  for (const auto& row : kErrorCodes) {
    EXPECT_EQ(info(row.code).name, row.name);
    EXPECT_GE(row.exit_code, 1);
    EXPECT_LE(row.exit_code, 63);
    EXPECT_TRUE(exit_codes.insert(row.exit_code).second) << row.name;
  }
}

TEST(Errors, PlacesAreSetInFront) {
  const Error error(ErrorCode::kBadData, "is empty");
  const auto placed = error.with_context("log.csv");
  EXPECT_STREQ(placed.what(), "log.csv: is empty");
  EXPECT_EQ(placed.code(), ErrorCode::kBadData);
}

TEST(Errors, TextOfStrangersIsMadeSafe) {
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), R"(a\x0ab\x1b[31m\x7f)");
  const auto cut = printable(std::string(500, 'x'));
  EXPECT_EQ(cut, std::string(200, 'x') + "...");
}

TEST(Errors, TextOfStrangersIsCutAtWholeCharacters) {
  std::string long_word = "x";
  for (int i = 0; i < 200; ++i) long_word += "ж";
  // 199 bytes: one more character would be the 201st byte.
  std::string expected = "x";
  for (int i = 0; i < 99; ++i) expected += "ж";
  EXPECT_EQ(printable(long_word), expected + "...");
  EXPECT_EQ(printable(std::string(300, '\x82')).size(), 200 * 4 + 3);
}

TEST(Errors, TheNearestNameIsFoundWhenThereIsOne) {
  const std::string_view names[] = {"ingest", "split", "fit"};
  EXPECT_EQ(nearest_name("ingets", std::begin(names), std::end(names)), "ingest");
  EXPECT_EQ(nearest_name("fti", std::begin(names), std::end(names)), "fit");
  EXPECT_EQ(nearest_name("recommendation", std::begin(names), std::end(names)), "");
  EXPECT_EQ(nearest_name("x", nullptr, nullptr), "");
}

TEST(Errors, ABrokenInvariantShowsBothSides) {
  try {
    VITRINA_CHECK(1 + 1, ==, 3);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInternal);
    EXPECT_NE(std::string(error.what()).find("1 + 1 == 3 does not hold: 2 against 3"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace vitrina
