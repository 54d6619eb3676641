#include "ranking/segment_calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "ranking/logistic.hpp"
#include "support/scratch.hpp"

namespace vitrina::ranking {
namespace {

struct Sample {
  std::vector<double> logits;
  std::vector<Segment> segments;
  std::vector<float> label;
  std::vector<float> weight;

  /// Rows of a segment that are bought as logit `truth(x)` says, predicted as x.
  template <class Truth>
  void add(Segment segment, std::size_t n, std::uint64_t seed, Truth truth) {
    Rng rng(seed);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = 5 * rng.uniform() - 5;
      logits.push_back(x);
      segments.push_back(segment);
      label.push_back(rng.chance(sigmoid(truth(x))) ? 1.0F : 0.0F);
      weight.push_back(1);
    }
  }

  SegmentCalibration fit() const {
    return SegmentCalibration::fit(logits, segments, label, weight);
  }
};

TEST(SegmentCalibration, LearnsEachSegmentsOwnError) {
  Sample sample;
  sample.add(Segment::kUntouched, 50'000, 1, [](double x) { return x - 1; });
  sample.add(Segment::kTouched, 50'000, 2, [](double x) { return 0.5 * x; });
  const auto calibration = sample.fit();
  for (const double x : {-4.0, -3.0, -2.0, -1.0}) {
    // a point is 20 purchases: its logit is known to within about a quarter
    EXPECT_NEAR(calibration.apply(Segment::kUntouched, x), x - 1, 0.5) << x;
    EXPECT_NEAR(calibration.apply(Segment::kTouched, x), 0.5 * x, 0.5) << x;
    EXPECT_EQ(calibration.apply(Segment::kInBasket, x), x) << "nothing was learned of baskets";
  }
}

TEST(SegmentCalibration, NoTwoLogitsComeOutEqualOrInAnotherOrder) {
  Sample sample;
  // beyond -2 the forecast is worth nothing: a step function would make them all one
  sample.add(Segment::kTouched, 20'000, 3, [](double x) { return std::min(x, -2.0); });
  const auto calibration = sample.fit();
  double last = -100;
  for (int step = -3000; step < 1000; ++step) {
    const double x = step / 100.0;
    const double now = calibration.apply(Segment::kTouched, x);
    ASSERT_GT(now, last) << x;
    last = now;
  }
}

TEST(SegmentCalibration, ExpectsWhatIsAttained) {
  Sample sample;
  sample.add(Segment::kInBasket, 20'000, 4, [](double x) { return 0.3 * x - 1; });
  Sample unseen;
  unseen.add(Segment::kInBasket, 20'000, 5, [](double x) { return 0.3 * x - 1; });
  const auto calibration = sample.fit();
  double expected = 0;
  double observed = 0;
  for (std::size_t r = 0; r < unseen.logits.size(); ++r) {
    expected += sigmoid(calibration.apply(Segment::kInBasket, unseen.logits[r]));
    observed += double{unseen.label[r]};
  }
  EXPECT_NEAR(expected / observed, 1.0, 0.05);
}

TEST(SegmentCalibration, AHandfulOfRowsMovesLittle) {
  Sample sample;
  sample.logits = {-3, -2};
  sample.segments = {Segment::kTouched, Segment::kTouched};
  sample.label = {1, 1};
  sample.weight = {1, 1};
  const auto calibration = sample.fit();
  const double moved = calibration.apply(Segment::kTouched, -2.5) + 2.5;
  EXPECT_GT(moved, 0.0);
  EXPECT_LT(moved, 0.3);
}

TEST(SegmentCalibration, NothingLearnedChangesNothing) {
  const SegmentCalibration none;
  EXPECT_FALSE(none.is_fitted());
  EXPECT_EQ(none.apply(Segment::kTouched, -3), -3);
  EXPECT_FALSE(Sample().fit().is_fitted());
}

TEST(SegmentCalibration, ComesBackFromDiskAsItWasAndIsChecked) {
  const auto path = test::scratch("segment_calibration_test.vtr");
  Sample sample;
  sample.add(Segment::kTouched, 5000, 6, [](double x) { return 0.5 * x; });
  const auto calibration = sample.fit();
  ASSERT_TRUE(calibration.is_fitted());
  ArchiveWriter out("test", 1);
  calibration.put(out);
  out.write(path);
  const auto loaded = SegmentCalibration::get(ArchiveReader(path, "test", 1));
  for (const double x : {-6.0, -2.5, -0.1, 3.0}) {
    EXPECT_EQ(loaded.apply(Segment::kTouched, x), calibration.apply(Segment::kTouched, x));
  }
  ArchiveWriter torn("test", 1);
  for (std::size_t s = 0; s < kSegmentCount; ++s) {
    torn.put("segment" + std::to_string(s) + ".foretold", std::vector<double>{1, 0});
    torn.put("segment" + std::to_string(s) + ".attained", std::vector<double>{0, 1});
  }
  torn.write(path);
  EXPECT_THROW((void)SegmentCalibration::get(ArchiveReader(path, "test", 1)), Error);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace vitrina::ranking
