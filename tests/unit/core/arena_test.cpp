#include "core/arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vitrina {
namespace {

TEST(Arena, PiecesAreClearAndApart) {
  Arena arena;
  for (int round = 0; round < 3; ++round) {
    arena.reset();
    std::vector<std::span<std::uint64_t>> pieces;
    for (std::size_t n = 0; n < 200; ++n) {
      pieces.push_back(arena.take<std::uint64_t>(n * 7));
      EXPECT_EQ(pieces.back().size(), n * 7);
      EXPECT_TRUE(std::ranges::all_of(pieces.back(), [](auto value) { return value == 0; }));
      std::ranges::fill(pieces.back(), n + 1);
    }
    for (std::size_t n = 0; n < pieces.size(); ++n) {
      EXPECT_TRUE(std::ranges::all_of(pieces[n], [&](auto value) { return value == n + 1; }));
    }
  }
}

TEST(Arena, GivesTheSameMemoryAgain) {
  Arena arena;
  const auto fill = [&] {
    arena.reset();
    (void)arena.take<char>(3);
    const auto large = arena.take<double>(10'000);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % alignof(double), 0U);
    return large.data();
  };
  fill();
  const auto* second = fill();
  EXPECT_EQ(fill(), second);
}

}  // namespace
}  // namespace vitrina
