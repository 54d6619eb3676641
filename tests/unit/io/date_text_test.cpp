#include "io/date_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vitrina::io {
namespace {

/// The moment in ISO form and the zone as written; empty when the text is none.
std::string read(std::string_view text, DateFormat format = DateFormat::kPlain) {
  const auto date = parse_date_text(text, format);
  return date ? format_time(date->time) + (date->zone.empty() ? "" : " " + std::string(date->zone))
              : "";
}

TEST(DateText, ReadsIsoAndItsNeighbours) {
  EXPECT_EQ(read("2024-09-28"), "2024-09-28T00:00:00");
  EXPECT_EQ(read("2024-09-28 13:05:59.5"), "2024-09-28T13:05:59.500000");
  EXPECT_EQ(read("2024-09-28T13:05:59+03:00"), "2024-09-28T10:05:59 +03:00");
  EXPECT_EQ(read("2024-09-28T13:05:59Z"), "2024-09-28T13:05:59 Z");
  EXPECT_EQ(read("2019-10-01 00:00:00 UTC"), "2019-10-01T00:00:00 UTC");
  EXPECT_EQ(read("2024-09-28 13:05:59 -0330"), "2024-09-28T16:35:59 -0330");
  EXPECT_EQ(read("2024/09/28 13:05"), "2024-09-28T13:05:00");
}

TEST(DateText, ReadsDaysFirstWithDots) {
  EXPECT_EQ(read("28.09.2024"), "2024-09-28T00:00:00");
  EXPECT_EQ(read("8.9.2024 9:05"), "2024-09-08T09:05:00");
  EXPECT_EQ(read("28.09.2024 13:05:59"), "2024-09-28T13:05:59");
  EXPECT_EQ(read("28.09.2024, 13:05:59+03:00"), "2024-09-28T10:05:59 +03:00");
  EXPECT_FALSE(parse_date_text("28.09.2024", DateFormat::kPlain)->is_iso);
}

TEST(DateText, SlashesAreReadAsToldOnly) {
  EXPECT_EQ(read("03/04/2024"), "");
  EXPECT_EQ(read("28/09/2024"), "") << "one row must not decide for the others";
  EXPECT_EQ(read("03/04/2024 10:00", DateFormat::kDaySlash), "2024-04-03T10:00:00");
  EXPECT_EQ(read("03/04/2024", DateFormat::kMonthSlash), "2024-03-04T00:00:00");
  EXPECT_EQ(read("03-04-2024", DateFormat::kDayDash), "2024-04-03T00:00:00");
  EXPECT_EQ(read("03-04-2024", DateFormat::kMonthDash), "2024-03-04T00:00:00");
  EXPECT_EQ(read("03/04/2024", DateFormat::kDayDash), "");
}

TEST(DateText, RefusesTheRest) {
  for (const auto* text :
       {"", "28.09", "28.09.24", "31.02.2024", "28.09.2024x", "28.13.2024", "28.09.2024 25:00",
        "2024-9", "1.1.1.1", "..", "28.09/2024", "UTC", "28.09.2024 1", "nan", "20240928"}) {
    EXPECT_EQ(read(text), "") << text;
  }
}

}  // namespace
}  // namespace vitrina::io
