#include "data/string_table.hpp"

#include <algorithm>
#include <cstring>

#include "core/rng.hpp"

namespace vitrina {
namespace {

/// Eight bytes at a time: ids are short, and this is the hot loop of reading a log.
std::uint64_t fast_hash(std::string_view text) {
  std::uint64_t hash = text.size() * 0x9e3779b97f4a7c15ULL;
  while (text.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    hash = mix64(hash ^ word);
    text.remove_prefix(8);
  }
  std::uint64_t tail = 0;
  if (!text.empty()) std::memcpy(&tail, text.data(), text.size());
  return mix64(hash ^ tail);
}

}  // namespace

std::uint32_t StringTable::intern(std::string_view wanted) {
  if (2 * (size() + 1) > slots_.size()) grow();
  const std::uint64_t hash = fast_hash(wanted);
  const std::size_t mask = slots_.size() - 1;
  std::size_t position = hash & mask;
  while (slots_[position].used) {
    if (slots_[position].hash == hash && text(slots_[position].code) == wanted) {
      return slots_[position].code;
    }
    position = (position + 1) & mask;
  }
  const auto code = static_cast<std::uint32_t>(size());
  texts_.values.insert(texts_.values.end(), wanted.begin(), wanted.end());
  texts_.offsets.push_back(texts_.values.size());
  slots_[position] = {hash, code, true};
  return code;
}

void StringTable::grow() {
  std::vector<Slot> old(std::max<std::size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const auto& slot : old) {
    if (!slot.used) continue;
    std::size_t position = slot.hash & mask;
    while (slots_[position].used) position = (position + 1) & mask;
    slots_[position] = slot;
  }
}

}  // namespace vitrina
