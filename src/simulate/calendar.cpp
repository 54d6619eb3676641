#include "simulate/calendar.hpp"

#include <array>

namespace vitrina::simulate {
namespace {

constexpr std::array<double, 24> kHourWeight{0.36, 0.20, 0.12, 0.08, 0.07, 0.11, 0.26, 0.52,
                                             0.82, 1.02, 1.15, 1.22, 1.26, 1.25, 1.22, 1.20,
                                             1.20, 1.22, 1.27, 1.38, 1.52, 1.55, 1.30, 0.76};
constexpr double kLargestHourWeight = 1.55;
constexpr std::array<double, 7> kWeekdayWeight{1.02, 1.00, 0.99, 0.98, 0.95, 1.00, 1.10};
constexpr double kGrowthPerDay = 0.003;
constexpr double kSaleTraffic = 1.08;
constexpr std::size_t kWarmUpHours = std::size_t{24} * kWarmUpDays;

double traffic(TimeUs time, TimeUs sale_start) {
  const double day = std::max(0.0, to_days(time - kLogStart));
  const double rhythm = kHourWeight[static_cast<std::size_t>(hour_of_day(time))] *
                        kWeekdayWeight[static_cast<std::size_t>(weekday(time))];
  return rhythm * (1.0 + kGrowthPerDay * day) * (time >= sale_start ? kSaleTraffic : 1.0);
}

}  // namespace

Calendar::Calendar(const SimulateConfig& config) : end_(config.log_end()) {
  for (TimeUs time = kLogStart - kWarmUpDays * kUsPerDay; time < end_; time += kUsPerHour) {
    hours_.push_back(traffic(time, sale_start()));
  }
}

TimeUs Calendar::draw(Rng& rng, std::size_t first_hour) const {
  const std::size_t hour = hours_.draw(rng, first_hour, hours_.size() - first_hour);
  return kLogStart - kWarmUpDays * kUsPerDay + static_cast<TimeUs>(hour) * kUsPerHour +
         static_cast<TimeUs>(rng.below(3600)) * kUsPerSecond;
}

TimeUs Calendar::draw_in_log(Rng& rng) const { return draw(rng, kWarmUpHours); }
TimeUs Calendar::draw_with_warm_up(Rng& rng) const { return draw(rng, 0); }

TimeUs Calendar::next_likely(Rng& rng, TimeUs time) const {
  constexpr int kTries = 12;
  for (int i = 0; i < kTries; ++i) {
    const auto hour = static_cast<std::size_t>(hour_of_day(time));
    if (rng.chance(kHourWeight[hour] / kLargestHourWeight)) break;
    time += from_days(rng.exponential(2.0 / 24));
  }
  return time / kUsPerSecond * kUsPerSecond;
}

}  // namespace vitrina::simulate
