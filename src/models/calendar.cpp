#include "models/calendar.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/purchase_days.hpp"

namespace vitrina::models {
namespace {

/// Purchase days for which each weekday speaks alike, and waits for which one chance a month does.
constexpr double kPriorDays = 70;
constexpr double kPriorWaits = 30;
/// And days of each weekday that had as many customers as the mean day: in the first weeks of a log
/// a busy Monday may have had other reasons.
constexpr double kPriorSame = 1;

constexpr auto kLateDay = static_cast<std::int64_t>(kLongestWait);

std::size_t capped(std::int64_t days) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(days, 0, kLateDay));
}

/// Calls `each(weekday, share)` with the share of every day that lies between two moments.
template <class Each>
void for_days_between(TimeUs from, TimeUs to, Each&& each) {
  for (auto day = day_of(from); day * kUsPerDay < to; ++day) {
    const TimeUs begin = std::max(from, day * kUsPerDay);
    const TimeUs end = std::min(to, (day + 1) * kUsPerDay);
    each(weekday_of(day), to_days(end - begin));
  }
}

std::vector<double> traffic_by_weekday(const CalendarCounts& counts, TimeUs begin, TimeUs end) {
  std::array<double, kWeekdays> days{};
  for_days_between(begin, end, [&](std::size_t weekday, double share) { days[weekday] += share; });
  const double mean = std::accumulate(counts.weekday.begin(), counts.weekday.end(), 0.0) /
                      std::accumulate(days.begin(), days.end(), 0.0);
  std::vector<double> traffic(kWeekdays, 1.0);
  if (!(mean > 0)) return traffic;
  for (std::size_t w = 0; w < kWeekdays; ++w) {
    traffic[w] =
        (static_cast<double>(counts.weekday[w]) / mean + kPriorSame) / (days[w] + kPriorSame);
  }
  return traffic;
}

}  // namespace

void CalendarCounts::merge(const CalendarCounts& other) {
  const auto add = [](auto& to, const auto& from) {
    std::transform(to.begin(), to.end(), from.begin(), to.begin(), std::plus<>());
  };
  add(weekday, other.weekday);
  add(returns, other.returns);
  add(waits, other.waits);
  late_days += other.late_days;
}

void CalendarCounts::add_wait(std::int64_t days) {
  ++waits[capped(days)];
  late_days += static_cast<std::uint64_t>(std::max<std::int64_t>(0, days - kLateDay + 1));
}

CalendarCounts Calendar::map(const FitContext& part, const CalendarConfig& /*config*/) {
  CalendarCounts counts;
  const auto today = first_day_ahead(part.as_of);
  for (std::size_t u = 0; u < part.shop.users.size(); ++u) {
    const auto events = part.shop.events.before(UserIdx(u), part.as_of);
    std::int64_t last = kNoDay;
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (events.action[e] != Action::kOrder) continue;
      const auto day = day_of(events.time[e]);
      if (day == last) continue;
      if (day >= today) break;  // a day that has only begun: who stayed away is not known yet
      ++counts.weekday[weekday_of(day)];
      if (last != kNoDay) {
        ++counts.returns[capped(day - last)];
        counts.add_wait(day - last);
      }
      last = day;
    }
    if (last != kNoDay) counts.add_wait(today - 1 - last);
  }
  return counts;
}

Calendar Calendar::finish(const FitContext& any, const CalendarConfig& config, const Partial& all) {
  Calendar model;
  model.begin_ = any.shop.begin;
  model.window_days_ =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::llround(to_days(any.label_length))));
  model.prior_waits_ = config.prior_waits;
  const auto n_days = static_cast<double>(
      std::accumulate(all.weekday.begin(), all.weekday.end(), std::uint64_t{0}));
  for (const auto n : all.weekday) {
    model.weekday_share_.push_back((static_cast<double>(n) + kPriorDays / kWeekdays) /
                                   (n_days + kPriorDays));
  }
  model.weekday_traffic_ =
      traffic_by_weekday(all, any.shop.begin, first_day_ahead(any.as_of) * kUsPerDay);
  model.daily_chance_.resize(all.waits.size());
  double at_risk = 0;
  for (std::size_t d = all.waits.size(); d-- > 0;) {
    at_risk += static_cast<double>(all.waits[d]);
    const double days = d == kLongestWait ? static_cast<double>(all.late_days) : at_risk;
    model.daily_chance_[d] = (static_cast<double>(all.returns[d]) + 1) / (days + kPriorWaits);
  }
  return model;
}

double Calendar::weekday_share(std::int64_t first_day) const {
  double share = 0;
  for (std::int64_t d = 0; d < std::min<std::int64_t>(window_days_, kWeekdays); ++d) {
    share += weekday_share_[weekday_of(first_day + d)];
  }
  return share;
}

double Calendar::traffic(TimeUs from, TimeUs to) const {
  double sum = 0;
  for_days_between(from, to, [&](std::size_t weekday, double share) {
    sum += share * weekday_traffic_[weekday];
  });
  return to > from ? sum / to_days(to - from) : 1.0;
}

double Calendar::return_chance(std::int64_t days) const {
  double stays_away = 1;
  for (std::int64_t d = 0; d < window_days_; ++d) stays_away *= 1 - daily_chance_[capped(days + d)];
  return 1 - stays_away;
}

void Calendar::save(ArchiveWriter& out) const {
  out.put_value("calendar.begin", begin_);
  out.put_value("calendar.window_days", window_days_);
  out.put_value("calendar.prior_waits", prior_waits_);
  out.put("calendar.weekday_share", weekday_share_);
  out.put("calendar.weekday_traffic", weekday_traffic_);
  out.put("calendar.daily_chance", daily_chance_);
}

Calendar Calendar::load(const ArchiveReader& in, const ProductSpace& /*products*/) {
  Calendar model;
  model.begin_ = in.get_value<TimeUs>("calendar.begin");
  model.window_days_ = in.get_value<std::int64_t>("calendar.window_days");
  model.prior_waits_ = in.get_value<double>("calendar.prior_waits");
  model.weekday_share_ = in.get_finite<double>("calendar.weekday_share");
  model.weekday_traffic_ = in.get_finite<double>("calendar.weekday_traffic");
  model.daily_chance_ = in.get_finite<double>("calendar.daily_chance");
  if (model.weekday_share_.size() != kWeekdays) in.fail("calendar.weekday_share", "is no week");
  const auto& traffic = model.weekday_traffic_;
  if (traffic.size() != kWeekdays ||
      std::any_of(traffic.begin(), traffic.end(), [](double t) { return !(t > 0); })) {
    in.fail("calendar.weekday_traffic", "is no week of numbers above 0");
  }
  if (model.daily_chance_.size() != kLongestWait + 1) {
    in.fail("calendar.daily_chance", "has another length");
  }
  if (model.window_days_ < 1 || model.window_days_ > 365) {
    in.fail("calendar.window_days", "is no number of days from 1 to 365");
  }
  return model;
}

}  // namespace vitrina::models
