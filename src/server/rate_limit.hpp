#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vitrina::server {

/// How often each of many may ask: a bucket of tokens each, filled at a steady rate, that holds
/// those of two seconds. Thread-safe.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// Requests a second; 0: nobody is counted.
  explicit RateLimit(double per_second) : per_second_(per_second) {}

  /// Whether `who` may ask at that moment; then a token is gone.
  bool take(std::string_view who, Clock::time_point now);

  [[nodiscard]] double per_second() const { return per_second_; }
  [[nodiscard]] std::size_t n_known() const;

 private:
  struct Bucket {
    double tokens = 0;
    Clock::time_point filled;
  };

  [[nodiscard]] double capacity() const { return 2 * per_second_; }
  void drop_full(Clock::time_point now);

  double per_second_;
  mutable std::mutex mutex_;  ///< of what follows
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace vitrina::server
