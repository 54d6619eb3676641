#include "server/overload.hpp"

#include <algorithm>

namespace vitrina::server {

void Overload::beat(Clock::time_point now) {
  const auto late = lateness(now);
  if (now - window_began_ >= kWindow) {
    worst_[1] = worst_[0].load();
    worst_[0] = kNone;
    window_began_ = now;
  }
  worst_[0] = std::max(worst_[0].load(), late.count());
  seen_late_ = kNone;
  expect(now);
}

bool Overload::is_too_much(Clock::time_point now) {
  if (lateness(now) <= kLate) return false;
  auto seen = kNone;
  if (seen_late_.compare_exchange_strong(seen, now.time_since_epoch().count())) return false;
  return now.time_since_epoch() - Clock::duration(seen) >= kStill;
}

std::chrono::duration<double> Overload::lag(Clock::time_point now) const {
  return Clock::duration(std::max({worst_[0].load(), worst_[1].load(), lateness(now).count()}));
}

}  // namespace vitrina::server
