#include "core/arena.hpp"

#include <algorithm>
#include <utility>

namespace vitrina {

void Arena::reset() {
  // one block that holds all that was needed takes the place of several
  if (blocks_.size() > 1) {
    std::size_t total = 0;
    for (const auto& block : blocks_) total += block.size;
    blocks_.clear();
    blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(total), total});
  }
  used_ = 0;
}

std::byte* Arena::take_bytes(std::size_t n) {
  constexpr std::size_t kLeast = std::size_t{16} << 10U;
  const std::size_t rounded = (n + kAlignment - 1) / kAlignment * kAlignment;
  if (blocks_.empty() || blocks_.back().size - used_ < rounded) {
    const std::size_t size = std::max(rounded, blocks_.empty() ? kLeast : 2 * blocks_.back().size);
    blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
    used_ = 0;
  }
  auto* taken = blocks_.back().bytes.get() + used_;
  used_ += rounded;
  return taken;
}

}  // namespace vitrina
