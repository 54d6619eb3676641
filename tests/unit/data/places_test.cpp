#include "data/places.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/rng.hpp"
#include "support/random_shop.hpp"

namespace vitrina {
namespace {

TEST(ItemPlaces, NumberProductsInTheOrderInWhichTheyCome) {
  ItemPlaces places(3);
  EXPECT_EQ(places.find(ItemIdx(7)), ItemPlaces::kNone);
  EXPECT_EQ(places.add(ItemIdx(7)), 0U);
  EXPECT_EQ(places.add(ItemIdx(0)), 1U);
  EXPECT_EQ(places.add(ItemIdx(7)), 0U);
  EXPECT_EQ(places.size(), 2U);
  EXPECT_EQ(places.find(ItemIdx(0)), 1U);
  EXPECT_EQ(places.find(ItemIdx(1)), ItemPlaces::kNone);
}

TEST(ItemPlaces, OfNothingHoldNothing) {
  const ItemPlaces places(std::span<const ItemIdx>{});
  EXPECT_EQ(places.size(), 0U);
  EXPECT_EQ(places.find(ItemIdx(0)), ItemPlaces::kNone);
}

TEST(ItemPlaces, StartAnewWithRoomForMoreOrLess) {
  ItemPlaces places(1);
  places.add(ItemIdx(7));
  for (const std::size_t n : {100U, 2U}) {
    places.reset(n);
    EXPECT_EQ(places.size(), 0U);
    EXPECT_EQ(places.find(ItemIdx(7)), ItemPlaces::kNone);
    for (std::uint32_t i = 0; i < n; ++i) EXPECT_EQ(places.add(ItemIdx(7 * i)), i);
    for (std::uint32_t i = 0; i < n; ++i) EXPECT_EQ(places.find(ItemIdx(7 * i)), i);
  }
}

TEST(ItemPlaces, AreThoseOfAMapHoweverFull) {
  for (const auto seed : test::property_seeds(20)) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    const auto n = 1 + rng.below(300);
    ItemPlaces places(n);
    std::map<ItemIdx, std::uint32_t> expected;
    // steps of 2^20 meet in few slots
    const std::size_t step = rng.chance(0.5) ? 1 : std::size_t{1} << 20U;
    while (expected.size() < n) {
      const ItemIdx item(rng.below(2 * n) * step);
      const auto place = static_cast<std::uint32_t>(expected.size());
      EXPECT_EQ(places.add(item), expected.try_emplace(item, place).first->second);
    }
    for (std::size_t i = 0; i < 2 * n; ++i) {
      const auto it = expected.find(ItemIdx(i * step));
      EXPECT_EQ(places.find(ItemIdx(i * step)),
                it == expected.end() ? ItemPlaces::kNone : it->second);
    }
  }
}

TEST(ItemPlaces, WhatWasAddedBeforeAResetIsForgottenEveryTime) {
  constexpr std::uint32_t kMany = 1000;
  ItemPlaces places(kMany);
  for (std::uint32_t turn = 0; turn < 5; ++turn) {
    for (std::uint32_t i = 0; i < kMany; ++i) EXPECT_EQ(places.add(ItemIdx(3 * i + turn)), i);
    places.reset(kMany);
    for (std::uint32_t i = 0; i < 4 * kMany; ++i) {
      ASSERT_EQ(places.find(ItemIdx(i)), ItemPlaces::kNone);
    }
  }
}

}  // namespace
}  // namespace vitrina
