#include "store/recent_ids.hpp"

#include <algorithm>

#include "core/hash.hpp"

namespace vitrina::store {

EventKey EventKey::of(std::string_view event_id) {
  Sha256 hash;
  hash.update(event_id);
  const auto digest = hash.bytes();
  EventKey key;
  std::copy_n(digest.begin(), key.bytes.size(), key.bytes.begin());
  return key;
}

bool RecentIds::add(const EventKey& key, std::int64_t arrived_us) {
  if (!keys_.insert(key).second) return false;
  order_.push_back({key, arrived_us});
  return true;
}

void RecentIds::shrink(std::size_t n) {
  for (; order_.size() > n; order_.pop_back()) keys_.erase(order_.back().key);
}

void RecentIds::expire(std::int64_t now_us) {
  for (; !order_.empty() && order_.front().time_us < now_us - kWindowUs; order_.pop_front()) {
    keys_.erase(order_.front().key);
  }
}

}  // namespace vitrina::store
