#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string_view>
#include <unordered_set>

namespace vitrina::store {

/// What is kept of an `event_id`: the first 16 bytes of its SHA-256.
struct EventKey {
  std::array<char, 16> bytes{};

  static EventKey of(std::string_view event_id);
  [[nodiscard]] std::string_view view() const { return {bytes.data(), bytes.size()}; }
  friend bool operator==(const EventKey&, const EventKey&) = default;
};

/// The event ids of the last hours: who sends one again is told so. Not thread-safe.
class RecentIds {
 public:
  static constexpr std::int64_t kWindowUs = 24 * std::int64_t{3600} * 1'000'000;

  /// False where the id is there already. `arrived_us` does not fall from call to call.
  bool add(const EventKey& key, std::int64_t arrived_us);
  /// Takes back the newest ids, those after the first `n`.
  void shrink(std::size_t n);
  /// Drops those that arrived before the window that ends now.
  void expire(std::int64_t now_us);

  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const EventKey& key) const noexcept {
      std::size_t hash = 0;  // the bytes are a digest's
      std::memcpy(&hash, key.bytes.data(), sizeof hash);
      return hash;
    }
  };
  struct Arrival {
    EventKey key;
    std::int64_t time_us;
  };

  std::unordered_set<EventKey, Hash> keys_;
  std::deque<Arrival> order_;
};

}  // namespace vitrina::store
