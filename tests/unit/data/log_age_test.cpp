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

/// Open on weekdays from 9 to 17, for three weeks up to a Friday.
Shop closed_at_weekends() {
  Shop shop;
  for (int day = 0; day < 19; ++day) {
    if (day % 7 >= 5) continue;
    for (int hour = 9; hour <= 17; ++hour) {
      shop.events.time.push_back(at("2024-09-02") + day * kUsPerDay + hour * kUsPerHour);
    }
  }
  shop.begin = shop.events.time.front();
  shop.end = shop.events.time.back() + 1;
  return shop;
}

TEST(AnswerMoment, IsTheEndOrWhatComesBefore) {
  const auto shop = closed_at_weekends();
  EXPECT_EQ(answer_moment(shop, kNoTime), shop.end);
  EXPECT_EQ(answer_moment(shop, at("2024-09-20T12:00:00")), at("2024-09-20T12:00:00"));
  EXPECT_EQ(answer_moment(shop, at("2024-09-21")), shop.end) << "the evening before is enough";
}

TEST(AnswerMoment, IsBehindAnOrdinaryClosing) {
  const auto shop = closed_at_weekends();
  EXPECT_EQ(answer_moment(shop, at("2024-09-22")), at("2024-09-22"));
  EXPECT_EQ(answer_moment(shop, at("2024-09-23")), at("2024-09-23"));
  EXPECT_EQ(answer_moment(shop, at("2024-09-24")), shop.end) << "it was never closed on a Monday";
  EXPECT_EQ(answer_moment(shop, at("2025-09-23")), shop.end);
}

}  // namespace
}  // namespace vitrina
