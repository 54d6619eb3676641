#include "data/id_map.hpp"

#include <utility>

#include "core/check.hpp"

namespace vitrina {

IdMapBase::IdMapBase(const std::vector<std::string_view>& sorted) { append(sorted); }

IdMapBase::IdMapBase(Csr<char> texts) : texts_(std::move(texts)), run_ends_{texts_.n_rows()} {
  for (std::size_t i = 1; i < size(); ++i) VITRINA_CHECK(text(i - 1), <, text(i));
}

void IdMapBase::append(const std::vector<std::string_view>& sorted) {
  std::size_t n_bytes = texts_.values.size();
  for (const auto text : sorted) n_bytes += text.size();
  texts_.values.reserve(n_bytes);
  texts_.offsets.reserve(texts_.offsets.size() + sorted.size());
  constexpr std::size_t kAhead = 16;  // the texts lie anywhere in memory
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i + kAhead < sorted.size()) __builtin_prefetch(sorted[i + kAhead].data());
    if (i > 0) VITRINA_CHECK(sorted[i - 1], <, sorted[i]);
    texts_.values.insert(texts_.values.end(), sorted[i].begin(), sorted[i].end());
    texts_.offsets.push_back(texts_.values.size());
  }
  run_ends_.push_back(size());
}

std::size_t IdMapBase::find_in_run(std::size_t begin, std::size_t end,
                                   std::string_view wanted) const {
  std::size_t low = begin;
  std::size_t high = end;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (text(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < end && text(low) == wanted ? low : end;
}

std::optional<std::size_t> IdMapBase::find_index(std::string_view wanted) const {
  std::size_t begin = 0;
  for (const auto end : run_ends_) {
    const auto found = find_in_run(begin, end, wanted);
    if (found != end) return found;
    begin = end;
  }
  return std::nullopt;
}

}  // namespace vitrina
