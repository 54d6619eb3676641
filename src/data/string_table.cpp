#include "data/string_table.hpp"

#include <algorithm>
#include <cstring>

namespace vitrina {
namespace {

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

/// Sixteen bytes joined to a hash: both halves of one long product. Ids are short, and this is the
/// hot loop of reading a log.
std::uint64_t mix(std::uint64_t first, std::uint64_t last, std::uint64_t hash) {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(first ^ hash ^ 0x9e3779b97f4a7c15ULL) *
                       static_cast<Wide>(last ^ 0xbf58476d1ce4e5b9ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

std::uint32_t StringTable::hash_of(std::string_view text) {
  const char* at = text.data();
  std::size_t n = text.size();
  std::uint64_t hash = n;
  for (; n > 16; n -= 16, at += 16)
    hash = mix(load<std::uint64_t>(at), load<std::uint64_t>(at + 8), hash);
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (n >= 8) {
    first = load<std::uint64_t>(at);
    last = load<std::uint64_t>(at + n - 8);
  } else if (n >= 4) {
    first = load<std::uint32_t>(at);
    last = load<std::uint32_t>(at + n - 4);
  } else if (n > 0) {
    first = static_cast<unsigned char>(at[0]);
    last = static_cast<unsigned char>(at[n / 2]) | static_cast<std::uint64_t>(at[n - 1]) << 8U;
  }
  hash = mix(first, last, hash);
  return static_cast<std::uint32_t>(hash ^ hash >> 32U);
}

std::string_view StringTable::text_from(std::uint64_t begin) const {
  Length length = 0;
  std::memcpy(&length, characters_.data() + begin, sizeof(length));
  return {characters_.data() + begin + sizeof(length), static_cast<std::size_t>(length)};
}

std::uint32_t StringTable::intern(std::string_view wanted, std::uint32_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t position = hash & mask;
  while (slots_[position].code != kFree) {
    const Slot& slot = slots_[position];
    if (slot.hash == hash && text_from(slot.begin) == wanted) return slot.code;
    position = (position + 1) & mask;
  }
  const auto code = static_cast<std::uint32_t>(size());
  const Length length = wanted.size();
  const std::uint64_t begin = characters_.size();
  begins_.push_back(begin);
  const auto* raw = reinterpret_cast<const char*>(&length);
  characters_.insert(characters_.end(), raw, raw + sizeof(length));
  characters_.insert(characters_.end(), wanted.begin(), wanted.end());
  slots_[position] = {begin, hash, code};
  if (2 * size() > slots_.size()) grow();
  return code;
}

std::optional<std::uint32_t> StringTable::find(std::string_view wanted) const {
  const auto hash = hash_of(wanted);
  const std::size_t mask = slots_.size() - 1;
  for (auto position = hash & mask; slots_[position].code != kFree;
       position = (position + 1) & mask) {
    const Slot& slot = slots_[position];
    if (slot.hash == hash && text_from(slot.begin) == wanted) return slot.code;
  }
  return std::nullopt;
}

void StringTable::blank(std::uint32_t code) {
  const auto text = text_from(begins_[code]);
  const auto begin = text.data() - characters_.data();
  // no id is of such bytes
  std::fill_n(characters_.begin() + begin, text.size(), '\0');
}

void StringTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const auto& slot : old) {
    if (slot.code == kFree) continue;
    std::size_t position = slot.hash & mask;
    while (slots_[position].code != kFree) position = (position + 1) & mask;
    slots_[position] = slot;
  }
}

}  // namespace vitrina
