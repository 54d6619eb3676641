#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina {

/// Interns texts: equal texts get equal codes, numbered by first appearance. An open-addressing
/// table over one block of characters: no allocation per text.
class StringTable {
 public:
  /// The code of `text`, new or known.
  std::uint32_t intern(std::string_view text) { return intern(text, hash_of(text)); }

  /// The code of `text` where it is known.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const;

  /// Overwrites a text: nothing is found by it any more, and a text like it gets another code.
  void blank(std::uint32_t code);

  /// Calls `take(i, code of text_at(i))` for i = 0, 1, ... n - 1. The table and the texts in it lie
  /// anywhere in memory: what the next ones need is on its way meanwhile.
  template <class TextAt, class Take>
  void intern_all(std::size_t n, const TextAt& text_at, const Take& take) {
    constexpr std::size_t kAhead = 8;
    std::array<std::uint32_t, 4 * kAhead> hashes{};
    for (std::size_t i = 0; i < n + 2 * kAhead; ++i) {
      if (i < n) {
        hashes[i % hashes.size()] = hash_of(text_at(i));
        __builtin_prefetch(&slots_[hashes[i % hashes.size()] & (slots_.size() - 1)]);
      }
      if (i >= kAhead && i - kAhead < n) prefetch_text(hashes[(i - kAhead) % hashes.size()]);
      if (i >= 2 * kAhead) {
        const std::size_t now = i - 2 * kAhead;
        take(now, intern(text_at(now), hashes[now % hashes.size()]));
      }
    }
  }

  [[nodiscard]] std::size_t size() const { return begins_.size(); }
  [[nodiscard]] std::string_view text(std::size_t code) const { return text_from(begins_[code]); }
  /// Fetches a text ahead of its use.
  void prefetch(std::size_t code) const { __builtin_prefetch(&characters_[begins_[code]]); }

 private:
  /// A text lies in `characters_` behind its length.
  using Length = std::uint64_t;
  /// Of an id as a text of a UUID: it may reach into another line of the cache.
  static constexpr std::size_t kUsualLength = 36;
  static constexpr std::uint32_t kFree = std::numeric_limits<std::uint32_t>::max();

  struct Slot {
    std::uint64_t begin = 0;
    std::uint32_t hash = 0;
    std::uint32_t code = kFree;
  };

  static std::uint32_t hash_of(std::string_view text);
  std::uint32_t intern(std::string_view text, std::uint32_t hash);
  [[nodiscard]] std::string_view text_from(std::uint64_t begin) const;
  void prefetch_text(std::uint32_t hash) const {
    const Slot& slot = slots_[hash & (slots_.size() - 1)];
    if (slot.code == kFree) return;
    __builtin_prefetch(characters_.data() + slot.begin);
    __builtin_prefetch(characters_.data() + slot.begin + sizeof(Length) + kUsualLength);
  }
  void grow();

  std::vector<char> characters_;
  std::vector<std::uint64_t> begins_;  ///< by code
  std::vector<Slot> slots_ = std::vector<Slot>(64);
};

}  // namespace vitrina
