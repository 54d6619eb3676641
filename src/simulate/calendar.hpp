#pragma once

#include "core/rng.hpp"
#include "core/time.hpp"
#include "simulate/config.hpp"
#include "simulate/draw.hpp"

namespace vitrina::simulate {

/// Days before the log that shoppers live through unseen, so that baskets, deliberations and
/// repeat purchases are already under way when the log starts.
inline constexpr int kWarmUpDays = 35;

/// The last days of the log see a sale: deeper discounts and more traffic.
inline constexpr int kSaleDays = 4;

/// When people come: hour of the day, day of the week, slow growth, and the sale.
/// Immutable after construction; safe to share between threads.
class Calendar {
 public:
  explicit Calendar(const SimulateConfig& config);

  [[nodiscard]] TimeUs start() const { return kLogStart; }
  [[nodiscard]] TimeUs end() const { return end_; }
  [[nodiscard]] TimeUs sale_start() const { return end_ - kSaleDays * kUsPerDay; }

  /// A moment of the log, or of the warm-up too.
  TimeUs draw_in_log(Rng& rng) const;
  TimeUs draw_with_warm_up(Rng& rng) const;

  /// `time` or a later moment at which people are awake: hours are accepted in proportion to
  /// their usual traffic. Whole seconds.
  TimeUs next_likely(Rng& rng, TimeUs time) const;

 private:
  TimeUs draw(Rng& rng, std::size_t first_hour) const;

  TimeUs end_;
  WeightedTable hours_;  ///< from kWarmUpDays before the log to its end
};

}  // namespace vitrina::simulate
