#include "server/overload.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace vitrina::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A clock that is set by hand, and the rule by it.
class OverloadTest : public testing::Test {
 protected:
  OverloadTest() { overload_.begin(now_); }

  /// Whether what comes so much later is refused.
  bool refuses_after(milliseconds later) {
    now_ += later;
    return overload_.is_too_much(now_);
  }
  void beat_after(milliseconds later) {
    now_ += later;
    overload_.beat(now_);
  }

  Overload::Clock::time_point now_{seconds(1000)};
  Overload overload_;
};

TEST_F(OverloadTest, RefusesWhileTheBeatDoesNotCome) {
  EXPECT_FALSE(refuses_after(Overload::kBeat + milliseconds(190)));
  EXPECT_FALSE(refuses_after(milliseconds(11))) << "late, perhaps of a machine that stood still";
  EXPECT_FALSE(refuses_after(milliseconds(49)));
  EXPECT_TRUE(refuses_after(milliseconds(1)));
  EXPECT_TRUE(refuses_after(milliseconds(1000)));
}

TEST_F(OverloadTest, TakesWhatComesOnceTheBeatHasRun) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(refuses_after(Overload::kBeat + milliseconds(201)));
    EXPECT_TRUE(refuses_after(milliseconds(50)));
    beat_after(milliseconds(1));
    EXPECT_FALSE(refuses_after(milliseconds(0))) << "what waited with it is worked off";
    beat_after(Overload::kBeat);
  }
}

TEST_F(OverloadTest, AMachineThatStoodStillHasNoMoreToDo) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(refuses_after(milliseconds(3000)));
    EXPECT_FALSE(refuses_after(milliseconds(1)));
    beat_after(milliseconds(1));
  }
}

TEST_F(OverloadTest, TellsTheWorstOfLate) {
  EXPECT_DOUBLE_EQ(overload_.lag(now_).count(), 0) << "no beat is due yet";
  beat_after(Overload::kBeat + milliseconds(30));
  EXPECT_DOUBLE_EQ(overload_.lag(now_).count(), .03);
  beat_after(Overload::kBeat + milliseconds(2000));
  beat_after(Overload::kBeat + milliseconds(1));
  EXPECT_DOUBLE_EQ(overload_.lag(now_).count(), 2) << "though the last one was in time";
  EXPECT_DOUBLE_EQ(overload_.lag(now_ + Overload::kBeat + seconds(5)).count(), 5)
      << "the one that is due";
  for (int i = 0; i < 620; ++i) beat_after(Overload::kBeat + milliseconds(1));
  EXPECT_DOUBLE_EQ(overload_.lag(now_).count(), .001) << "half a minute later";
}

}  // namespace
}  // namespace vitrina::server
