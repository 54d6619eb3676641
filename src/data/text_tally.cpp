#include "data/text_tally.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/utf8.hpp"

namespace vitrina {

void TextTally::add(std::string_view text, std::uint64_t n) {
  total_ += n;
  const auto kept = whole_characters(text, kMaxBytes);
  if (const auto it = counts_.find(kept); it != counts_.end()) {
    it->second += n;
  } else if (counts_.size() < kMaxTexts) {
    counts_.emplace(kept, n);
  } else {
    others_ += n;
  }
}

std::vector<std::pair<std::string, std::uint64_t>> TextTally::by_count() const {
  std::vector<std::pair<std::string, std::uint64_t>> rows(counts_.begin(), counts_.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return rows;
}

std::string describe(const TextTally& tally, std::size_t n) {
  const auto rows = tally.by_count();
  std::string text;
  for (std::size_t i = 0; i < std::min(n, rows.size()); ++i) {
    const auto& [value, count] = rows[i];
    const auto shown = value.empty() ? "empty" : fmt::format("'{}'", printable(value));
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", shown, count);
  }
  if (rows.size() > n || tally.n_others() > 0) {
    text += fmt::format(" and {}{} more values", tally.n_others() > 0 ? "over " : "",
                        rows.size() - std::min(n, rows.size()));
  }
  return text;
}

}  // namespace vitrina
