#include "data/id_map.hpp"

#include <utility>

#include "core/check.hpp"

namespace vitrina {

IdMapBase::IdMapBase(const std::vector<std::string_view>& sorted) {
  std::size_t n_bytes = 0;
  for (const auto text : sorted) n_bytes += text.size();
  texts_.values.reserve(n_bytes);
  texts_.offsets.reserve(sorted.size() + 1);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) VITRINA_CHECK(sorted[i - 1], <, sorted[i]);
    texts_.values.insert(texts_.values.end(), sorted[i].begin(), sorted[i].end());
    texts_.offsets.push_back(texts_.values.size());
  }
}

IdMapBase::IdMapBase(Csr<char> texts) : texts_(std::move(texts)) {
  for (std::size_t i = 1; i < size(); ++i) VITRINA_CHECK(text(i - 1), <, text(i));
}

std::optional<std::size_t> IdMapBase::find_index(std::string_view wanted) const {
  std::size_t low = 0;
  std::size_t high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (text(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low < size() && text(low) == wanted) return low;
  return std::nullopt;
}

}  // namespace vitrina
