#include "server/rate_limit.hpp"

#include <algorithm>

namespace vitrina::server {
namespace {

/// More are made room for: a stranger with many addresses gets no more memory than this.
constexpr std::size_t kMaxKnown = 65536;

}  // namespace

bool RateLimit::take(std::string_view who, Clock::time_point now) {
  if (per_second_ <= 0) return true;
  const std::scoped_lock lock(mutex_);
  if (buckets_.size() >= kMaxKnown) drop_full(now);
  auto [found, is_new] = buckets_.try_emplace(std::string(who), Bucket{capacity(), now});
  auto& bucket = found->second;
  const std::chrono::duration<double> since = now - bucket.filled;
  bucket.tokens = std::min(capacity(), bucket.tokens + since.count() * per_second_);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/// Drops those who have not asked for as long as it takes to fill a bucket: a new one is the same.
/// Where all have, everybody begins anew.
void RateLimit::drop_full(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& each) {
    return now - each.second.filled >= std::chrono::seconds(2);
  });
  if (buckets_.size() >= kMaxKnown) buckets_.clear();
}

std::size_t RateLimit::n_known() const {
  const std::scoped_lock lock(mutex_);
  return buckets_.size();
}

}  // namespace vitrina::server
