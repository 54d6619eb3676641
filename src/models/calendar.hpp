#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/archive.hpp"
#include "core/params.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

inline constexpr std::size_t kWeekdays = 7;

/// From so many days on one day of waiting is like another.
inline constexpr std::size_t kLongestWait = 120;

struct CalendarConfig {
  double prior_waits = 2;

  void visit(ConfigVisitor& v) {
    v.field("prior_waits", prior_waits, {0.01, 1e6},
            "waits for which the shop speaks in a customer's chance to come again");
  }
};

/// On which days some customers bought, in whole numbers.
struct CalendarCounts {
  std::array<std::uint64_t, kWeekdays> weekday{};         ///< days with an order, of all customers
  std::array<std::uint64_t, kLongestWait + 1> returns{};  ///< waits that ended, by days
  std::array<std::uint64_t, kLongestWait + 1> waits{};    ///< all, those under way included
  std::uint64_t late_days = 0;  ///< that waits lasted from the longest's first day on, all together

  /// One that has lasted so many whole days, ended or not.
  void add_wait(std::int64_t days);
  void merge(const CalendarCounts& other);
};

/// The days on which the shop's customers buy: by weekday, and how long after the last time. A day
/// is one of the log's own clock; what a customer ordered on one day is one purchase.
class Calendar {
 public:
  Calendar() = default;

  static Calendar fit(const FitContext& context, const CalendarConfig& config) {
    return finish(context, config, map(context, config));
  }

  using Partial = CalendarCounts;
  static Partial map(const FitContext& part, const CalendarConfig& config);
  static Calendar finish(const FitContext& any, const CalendarConfig& config, const Partial& all);

  /// Where the log begins: nothing is known of what a customer did before.
  [[nodiscard]] TimeUs begin() const { return begin_; }
  /// Days that are predicted, at least one.
  [[nodiscard]] std::int64_t window_days() const { return window_days_; }
  /// Share of the customers' purchase days that fell on the weekdays of a window.
  [[nodiscard]] double weekday_share(std::int64_t first_day) const;
  /// How many customers buy between two moments, over as many usual days: by what the weekdays had
  /// so far.
  [[nodiscard]] double traffic(TimeUs from, TimeUs to) const;
  /// Chance that a customer whose last purchase was `days` before the window's first day comes in
  /// it: one minus the product of the chances to stay away (Kaplan and Meier's estimator).
  [[nodiscard]] double return_chance(std::int64_t days) const;
  [[nodiscard]] double prior_waits() const { return prior_waits_; }

  void save(ArchiveWriter& out) const;
  static Calendar load(const ArchiveReader& in, const ProductSpace& products);

 private:
  TimeUs begin_ = 0;
  std::int64_t window_days_ = 1;
  double prior_waits_ = 0;
  std::vector<double> weekday_share_;    ///< by day % 7
  std::vector<double> weekday_traffic_;  ///< customers a day, over those of the mean day
  std::vector<double> daily_chance_;     ///< by days since the last purchase
};

}  // namespace vitrina::models
