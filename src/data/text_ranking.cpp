#include "data/text_ranking.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "data/raw_log.hpp"

namespace vitrina {
namespace {

/// A text with a number that orders it but for texts with the same number.
struct Keyed {
  std::uint64_t key;
  std::uint32_t code;
};

/// Bytes that all the texts begin with.
std::size_t common_prefix(const StringTable& table, const std::vector<Keyed>& texts) {
  const auto first = table.text(texts.front().code);
  std::size_t n = first.size();
  for (const auto& keyed : texts) {
    const auto text = table.text(keyed.code);
    const auto end = std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(n),
                                   text.begin(), text.end());
    n = static_cast<std::size_t>(end.first - first.begin());
  }
  return n;
}

/// The eight bytes from `begin` on as a number that orders as they do; zeros behind the end, which
/// a longer text may have as well.
std::uint64_t key_of(std::string_view text, std::size_t begin) {
  std::uint64_t bytes = 0;
  const auto rest = text.substr(begin, sizeof(bytes));
  if (!rest.empty()) std::memcpy(&bytes, rest.data(), rest.size());
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap64(bytes);
}

}  // namespace

TextRanking rank_texts(const StringTable& table, const std::vector<char>& used) {
  std::vector<Keyed> order;
  for (std::uint32_t c = 0; c < table.size(); ++c) {
    if (used[c] != 0) order.push_back({0, c});
  }
  TextRanking ranking;
  ranking.rank.assign(table.size(), kNoCode);
  if (order.empty()) return ranking;
  const std::size_t prefix = common_prefix(table, order);
  for (auto& keyed : order) keyed.key = key_of(table.text(keyed.code), prefix);
  std::sort(order.begin(), order.end(), [&](const Keyed& a, const Keyed& b) {
    return a.key != b.key ? a.key < b.key : table.text(a.code) < table.text(b.code);
  });
  ranking.sorted.reserve(order.size());
  constexpr std::size_t kAhead = 16;  // what follows in order lies anywhere in memory
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kAhead < order.size()) table.prefetch(order[i + kAhead].code);
    const auto& keyed = order[i];
    ranking.rank[keyed.code] = static_cast<std::uint32_t>(ranking.sorted.size());
    ranking.sorted.push_back(table.text(keyed.code));
  }
  return ranking;
}

}  // namespace vitrina
