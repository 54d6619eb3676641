#include "data/decay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vitrina {
namespace {

TEST(Decay, ManyAtATimeAreAsOneByOne) {
  for (const double half_life : {0.001, 1.0 / 24, 0.25, 1.0, 3.0, 16.0, 1000.0}) {
    std::vector<TimeUs> ages{0, 1, 2, kUsPerSecond, kUsPerDay - 1, kUsPerDay, 400 * kUsPerDay};
    for (TimeUs age = 3; age < 30 * kUsPerDay; age += age / 7 + 1) ages.push_back(age);
    std::vector<double> found(ages.size(), -1.0);
    decay_all(ages, half_life, found);
    for (std::size_t i = 0; i < ages.size(); ++i) {
      const double expected = std::exp2(-to_days(ages[i]) / half_life);
      EXPECT_NEAR(found[i], expected, 2e-11 * expected + 1e-300) << ages[i] << " at " << half_life;
    }
  }
}

TEST(Decay, ByManyHalfLivesAreAsByEach) {
  const std::vector<double> all{0.001, 1.0 / 24, 0.25, 1.0, 3.0, 16.0, 1000.0};
  for (std::size_t n = 0; n <= all.size(); ++n) {
    const auto half_lives = std::span(all).first(n);
    const AgeDecays decays(half_lives);
    for (TimeUs age = 0; age < 2000 * kUsPerDay; age += age / 5 + 1) {
      const auto values = decays.of(age);
      const auto found = [&](std::size_t h) {
        return h < AgeDecays::kLanes ? values.first[h] : values.second[h - AgeDecays::kLanes];
      };
      for (std::size_t h = 0; h < n; ++h) {
        double expected = -1;
        decay_all(std::span(&age, 1), half_lives[h], std::span(&expected, 1));
        EXPECT_EQ(found(h), expected) << age << " at " << half_lives[h];
      }
      for (std::size_t h = n; h < 2 * AgeDecays::kLanes; ++h) EXPECT_EQ(found(h), 1.0);
      EXPECT_EQ(found(decays.none()), 1.0);
      EXPECT_TRUE(decays.has_second() || decays.none() < AgeDecays::kLanes);
    }
  }
}

TEST(Decay, WhatIsForgottenIsAsGoodAsNothing) {
  std::vector<double> found(2, -1.0);
  decay_all(std::vector<TimeUs>{TimeUs{1'125'899'906'842'624}, 2000 * kUsPerDay}, 1e-6, found);
  for (const double weight : found) EXPECT_LT(weight, 1e-300);
}

}  // namespace
}  // namespace vitrina
