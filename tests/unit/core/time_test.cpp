#include "core/time.hpp"

#include <gtest/gtest.h>

namespace vitrina {
namespace {

constexpr TimeUs kMoment = 1'727'528'759 * kUsPerSecond;  // 2024-09-28T13:05:59

TEST(Time, ReadsIsoTimes) {
  EXPECT_EQ(parse_time("1970-01-01"), 0);
  EXPECT_EQ(parse_time("2024-09-28T13:05:59"), kMoment);
  EXPECT_EQ(parse_time("2024-09-28 13:05:59"), kMoment);
  EXPECT_EQ(parse_time("2024-09-28T13:05"), kMoment - 59 * kUsPerSecond);
  EXPECT_EQ(parse_time("2024-09-28T13:05:59.25"), kMoment + 250'000);
  EXPECT_EQ(parse_time("2024-09-28T13:05:59.123456789"), kMoment + 123'456);
  EXPECT_EQ(parse_time("2024-09-28T13:05:59Z"), kMoment);
  EXPECT_EQ(parse_time("2024-09-28T16:05:59+03:00"), kMoment);
  EXPECT_EQ(parse_time("2024-09-28T10:05:59-0300"), kMoment);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59"), -kUsPerSecond);
  EXPECT_EQ(parse_time("2024-02-29"), parse_time("2024-03-01").value() - kUsPerDay);
}

TEST(Time, ReadsNothingElse) {
  for (const auto* text :
       {"", "2024", "2024-9-28", "2024-09-31", "2023-02-29", "28.09.2024", "2024-09-28T",
        "2024-09-28T24:00", "2024-09-28T13:60", "2024-09-28T13:05:59.", "2024-09-28T13:05:59 ",
        "2024-09-28T13:05:59+3", "2024-09-28X13:05", "2024-09-28T13:05:59ZZ", " 2024-09-28",
        "2024-09-28T13:05:59+16:00", "2024-09-28T13:05:59-99", "2024-09-28T13:05:59+03:60"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

TEST(Time, WritesWhatItReads) {
  EXPECT_EQ(format_time(kMoment), "2024-09-28T13:05:59");
  EXPECT_EQ(format_time(kMoment + 1), "2024-09-28T13:05:59.000001");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999999");
  for (const TimeUs time : {TimeUs{0}, kMoment, kMoment + 999'999, -kUsPerDay - 1}) {
    EXPECT_EQ(parse_time(format_time(time)), time);
  }
}

TEST(Time, HoursAndWeekdays) {
  EXPECT_EQ(hour_of_day(kMoment), 13);
  EXPECT_EQ(weekday(kMoment), 5);  // a Saturday
  EXPECT_EQ(hour_of_day(-1), 23);
  EXPECT_EQ(weekday(0), 3);
  EXPECT_EQ(weekday(-1), 2);
  EXPECT_EQ(weekday(4 * kUsPerDay), 0);
}

TEST(Time, Durations) {
  EXPECT_EQ(from_days(1.5), kUsPerDay + 12 * kUsPerHour);
  EXPECT_EQ(to_days(kUsPerDay / 4), 0.25);
  EXPECT_EQ(to_hours(-kUsPerHour), -1.0);
}

}  // namespace
}  // namespace vitrina
