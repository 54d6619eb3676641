#include "data/log_age.hpp"

#include <gtest/gtest.h>

namespace vitrina {
namespace {

TimeUs at(std::string_view text) { return parse_time(text).value(); }

TEST(LogAge, TellsHowOldALogIs) {
  const auto last = at("2024-09-28T21:30:00");
  EXPECT_EQ(old_log_warning(at("2024-10-01"), last, false, "so be it"),
            "log: its last event is at 2024-09-28T21:30:00, 2.1 days before 2024-10-01T00:00:00; "
            "so be it");
  EXPECT_NE(old_log_warning(at("2024-09-29T12:00:00"), last, false, "").find("14.5 hours before"),
            std::string::npos);
}

TEST(LogAge, AQuietNightIsNoNews) {
  const auto last = at("2024-09-28T21:30:00");
  EXPECT_EQ(old_log_warning(kNoTime, last, false, ""), "");
  EXPECT_EQ(old_log_warning(at("2024-09-29"), last, false, ""), "");
  EXPECT_EQ(old_log_warning(at("2024-09-29T12:00:00"), last, true, ""), "");
  EXPECT_NE(old_log_warning(at("2024-09-30"), last, true, ""), "");
}

}  // namespace
}  // namespace vitrina
