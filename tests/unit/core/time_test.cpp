#include "core/time.hpp"

#include <gtest/gtest.h>

namespace vitrina {
namespace {

TEST(Time, ReadsTheIsoForms) {
  EXPECT_EQ(parse_time("1970-01-01"), 0);
  EXPECT_EQ(parse_time("1970-01-02T01:02"), kUsPerDay + kUsPerHour + 120 * kUsPerSecond);
  EXPECT_EQ(parse_time("1970-01-01 00:00:01.5"), 1'500'000);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.1234567"), 123'456);
  EXPECT_EQ(parse_time("1970-01-01T03:00:00+03:00"), 0);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2024-02-29"), 19'782 * kUsPerDay);
}

TEST(Time, RefusesEverythingElse) {
  for (const auto* text :
       {"", "2024", "2024-13-01", "2023-02-29", "2024-01-01T", "2024-01-01T25:00",
        "2024-01-01T10:60", "2024-01-01T10:00:61", "2024-01-01T10:00:00.", "2024-01-01x",
        "24-01-01", "2024-01-01T10:00:00+3", "yesterday"}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

TEST(Time, FormatsWhatItReads) {
  for (const auto* text :
       {"1969-12-31T23:59:59", "2024-09-28T13:05:59", "2024-09-28T13:05:59.000001"}) {
    EXPECT_EQ(format_time(*parse_time(text)), text);
  }
}

TEST(Time, KnowsHourAndWeekday) {
  const auto monday = *parse_time("2024-09-30T23:10");
  EXPECT_EQ(hour_of_day(monday), 23);
  EXPECT_EQ(weekday(monday), 0);
  const auto before_1970 = *parse_time("1969-12-31T22:00");  // a Wednesday
  EXPECT_EQ(hour_of_day(before_1970), 22);
  EXPECT_EQ(weekday(before_1970), 2);
}

}  // namespace
}  // namespace vitrina
