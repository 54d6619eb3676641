#include "data/decay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vitrina {
namespace {

TEST(Decay, ManyAtATimeAreAsOneByOne) {
  for (const double half_life : {0.001, 1.0 / 24, 0.25, 1.0, 3.0, 16.0, 1000.0}) {
    std::vector<TimeUs> ages{0, 1, 2, kUsPerSecond, kUsPerDay - 1, kUsPerDay, 400 * kUsPerDay};
    for (TimeUs age = 3; age < 30 * kUsPerDay; age += age / 7 + 1) ages.push_back(age);
    std::vector<float> found(ages.size(), -1.0F);
    decay_all(ages, half_life, found);
    for (std::size_t i = 0; i < ages.size(); ++i) {
      const float expected = decay(ages[i], half_life);
      // one rounding apart at most
      EXPECT_LE(std::nextafter(expected, 0.0F), found[i]) << ages[i] << " at " << half_life;
      EXPECT_GE(std::nextafter(expected, 2.0F), found[i]) << ages[i] << " at " << half_life;
    }
  }
}

TEST(Decay, ByManyHalfLivesAreAsByEach) {
  const std::vector<double> all{0.001, 1.0 / 24, 0.25, 1.0, 3.0, 16.0, 1000.0};
  for (std::size_t n = 0; n <= all.size(); ++n) {
    const auto half_lives = std::span(all).first(n);
    const AgeDecays decays(half_lives);
    for (TimeUs age = 0; age < 2000 * kUsPerDay; age += age / 5 + 1) {
      const auto found = decays.of(age);
      for (std::size_t h = 0; h < n; ++h) {
        float expected = -1;
        decay_all(std::span(&age, 1), half_lives[h], std::span(&expected, 1));
        EXPECT_EQ(found[h], expected) << age << " at " << half_lives[h];
      }
      for (std::size_t h = n; h < AgeDecays::kWidth; ++h) EXPECT_EQ(found[h], 1.0F);
    }
  }
}

TEST(Decay, WhatIsForgottenIsNothing) {
  std::vector<float> found(2, -1.0F);
  decay_all(std::vector<TimeUs>{TimeUs{1'125'899'906'842'624}, 2000 * kUsPerDay}, 1e-6, found);
  EXPECT_EQ(found, (std::vector<float>{0, 0}));
}

}  // namespace
}  // namespace vitrina
