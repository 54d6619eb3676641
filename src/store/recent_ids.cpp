#include "store/recent_ids.hpp"

#include <charconv>

#include "core/hash.hpp"

namespace vitrina::store {

EventKey EventKey::of(std::string_view event_id) {
  const auto hex = sha256_text(event_id);
  EventKey key;
  for (std::size_t b = 0; b < key.bytes.size(); ++b) {
    unsigned char byte = 0;
    std::from_chars(hex.data() + 2 * b, hex.data() + 2 * b + 2, byte, 16);
    key.bytes[b] = static_cast<char>(byte);
  }
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
