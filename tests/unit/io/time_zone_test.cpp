#include "io/time_zone.hpp"

#include <filesystem>
#include <string>

#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

TimeUs at(const std::string& text) { return parse_time(text).value(); }

std::string big_endian(std::uint64_t value, int n_bytes) {
  std::string out;
  for (int i = n_bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
  return out;
}

/// A file of the database with one change, to +04:00 at `seconds`, and a rule after it.
std::string zone_file(std::int64_t seconds, const std::string& rule) {
  const auto header = [](std::uint64_t times, std::uint64_t types) {
    auto text = std::string("TZif2") + std::string(15, '\0');
    for (const std::uint64_t n : {0UL, 0UL, 0UL, times, types, 4UL}) text += big_endian(n, 4);
    return text;
  };
  auto file = header(0, 1) + std::string(6, '\0') + std::string("UTC\0", 4);
  file += header(1, 2) + big_endian(static_cast<std::uint64_t>(seconds), 8) + '\1';
  file += big_endian(3 * 3600, 4) + std::string(2, '\0');
  file += big_endian(4 * 3600, 4) + std::string(2, '\0');
  return file + std::string("ABC\0", 4) + "\n" + rule + "\n";
}

class TimeZoneTest : public ScratchTest {
 protected:
  TimeZone zone_of(const std::string& file) {
    put("Test/Zone", file);
    return TimeZone::find("Test/Zone", folder_);
  }
};

TEST_F(TimeZoneTest, OffsetsNeedNoFiles) {
  EXPECT_EQ(TimeZone::find("UTC", "/nowhere").to_local(5), 5);
  EXPECT_EQ(TimeZone::find("+03:00", "/nowhere").to_local(5), 5 + 3 * kUsPerHour);
  EXPECT_EQ(TimeZone::find("-0330", "/nowhere").to_local(0), -7 * kUsPerHour / 2);
  EXPECT_EQ(TimeZone::find("+3", "/nowhere").to_local(0), 3 * kUsPerHour);
}

TEST_F(TimeZoneTest, ReadsChangesAndTheRuleAfterThem) {
  const auto zone = zone_of(zone_file(1'000'000, "MSK-3"));
  EXPECT_EQ(zone.to_local(999'999 * kUsPerSecond), (999'999 + 3 * 3600) * kUsPerSecond);
  EXPECT_EQ(zone.to_local(0), 3 * kUsPerHour);
  EXPECT_EQ(zone.to_local(1'000'000 * kUsPerSecond), (1'000'000 + 3 * 3600) * kUsPerSecond)
      << "after the last change the rule holds";
}

TEST_F(TimeZoneTest, FollowsSummerTime) {
  const auto zone = zone_of(zone_file(0, "CET-1CEST,M3.5.0,M10.5.0/3"));
  EXPECT_EQ(zone.to_local(at("2024-03-31T00:59:59")), at("2024-03-31T01:59:59"));
  EXPECT_EQ(zone.to_local(at("2024-03-31T01:00:00")), at("2024-03-31T03:00:00"));
  EXPECT_EQ(zone.to_local(at("2024-10-27T00:59:59")), at("2024-10-27T02:59:59"));
  EXPECT_EQ(zone.to_local(at("2024-10-27T01:00:00")), at("2024-10-27T02:00:00"));
  EXPECT_EQ(zone.to_local(at("2024-12-31T23:30:00")), at("2025-01-01T00:30:00"));
}

TEST_F(TimeZoneTest, SummerOfTheSouthCrossesTheYear) {
  const auto zone = zone_of(zone_file(0, "<-04>4<-03>,M9.1.6/24,M4.1.6/24"));
  EXPECT_EQ(zone.to_local(at("2024-01-15T12:00:00")), at("2024-01-15T09:00:00"));
  EXPECT_EQ(zone.to_local(at("2024-06-15T12:00:00")), at("2024-06-15T08:00:00"));
}

TEST_F(TimeZoneTest, SaysWhatCannotBeFound) {
  for (const auto* name : {"../etc/passwd", "/etc/passwd", "", "Europe/Moskow\n"}) {
    EXPECT_TRUE(says(error_of([&] { TimeZone::find(name, folder_); }), ErrorCode::kConfig,
                     "expected a name such as Europe/Moscow"))
        << name;
  }
  EXPECT_TRUE(says(error_of([&] { TimeZone::find("Europe/Moskow", folder_); }), ErrorCode::kConfig,
                   "expected a name in"));
  EXPECT_TRUE(says(error_of([&] { TimeZone::find("Europe/Moscow", "/nowhere"); }),
                   ErrorCode::kConfig, "install the package tzdata"));
  for (const auto* bytes : {"", "TZif2", "not a zone at all, but long enough for a header of 44"}) {
    EXPECT_TRUE(
        says(error_of([&] { zone_of(bytes); }), ErrorCode::kConfig, "cannot be understood"));
  }
  const auto whole = zone_file(0, "CET-1CEST,M3.5.0,M10.5.0/3");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    error_of([&] { zone_of(whole.substr(0, n)); });
  }
}

TEST_F(TimeZoneTest, TheSystemsMoscow) {
  if (!std::filesystem::exists("/usr/share/zoneinfo/Europe/Moscow")) GTEST_SKIP() << "no tzdata";
  const auto zone = TimeZone::find("Europe/Moscow");
  EXPECT_EQ(zone.to_local(at("2024-09-28T21:30:00")), at("2024-09-29T00:30:00"));
  EXPECT_EQ(zone.to_local(at("2013-01-01T00:00:00")), at("2013-01-01T04:00:00"));
  LocalClock clock(zone);
  EXPECT_EQ(clock(at("2013-01-01T00:00:00")), at("2013-01-01T04:00:00"));
  EXPECT_EQ(clock(at("2024-01-01T00:00:00")), at("2024-01-01T03:00:00"));
}

}  // namespace
}  // namespace vitrina::io
