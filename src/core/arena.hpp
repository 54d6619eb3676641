#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace vitrina {

/// Memory for values that live until the next reset(), taken piece by piece and given back at once.
/// Once warm it asks the system for nothing.
class Arena {
 public:
  /// `n` values, each T{}.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    if (n == 0) return {};
    auto* first = reinterpret_cast<T*>(take_bytes(n * sizeof(T)));
    std::uninitialized_value_construct_n(first, n);
    return {first, n};
  }

  /// Everything that was taken is gone.
  void reset();

 private:
  static constexpr std::size_t kAlignment = alignof(std::max_align_t);

  std::byte* take_bytes(std::size_t n);

  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;  ///< the last one is in use
  std::size_t used_ = 0;       ///< of the last one
};

}  // namespace vitrina
