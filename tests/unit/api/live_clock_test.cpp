#include "api/live_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/time.hpp"

namespace vitrina {
namespace {

TimeUs machine = 0;

TimeUs machine_now() { return machine; }

constexpr TimeUs kNoon = 1'700'000'000 * kUsPerSecond;

TEST(LiveClock, EveryMomentIsLaterThanAllBefore) {
  LiveClock clock("+03:00", {}, machine_now);
  machine = kNoon;
  EXPECT_EQ(clock.now(), kNoon + 3 * kUsPerHour);
  EXPECT_EQ(clock.now(), kNoon + 3 * kUsPerHour + 1);
  machine = kNoon - kUsPerHour;  // an hour that is repeated
  EXPECT_EQ(clock.now(), kNoon + 3 * kUsPerHour + 2);
  machine = kNoon + kUsPerSecond;
  EXPECT_EQ(clock.now(), kNoon + 3 * kUsPerHour + kUsPerSecond);
}

TEST(LiveClock, AReadingFarAheadDoesNotStopTime) {
  std::vector<TimeUs> told;
  LiveClock clock("UTC", [&](TimeUs by) { told.push_back(by); }, machine_now);
  machine = kNoon + 3 * kUsPerHour;
  EXPECT_EQ(clock.now(), machine);
  EXPECT_TRUE(told.empty());
  machine = kNoon;
  EXPECT_EQ(clock.now(), kNoon);
  EXPECT_EQ(clock.now(), kNoon + 1);
  EXPECT_EQ(told, std::vector<TimeUs>{3 * kUsPerHour}) << "said once";
}

}  // namespace
}  // namespace vitrina
