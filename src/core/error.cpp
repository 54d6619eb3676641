#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/utf8.hpp"

namespace vitrina {

Error Error::with_context(std::string_view place) const {
  return {code_, fmt::format("{}: {}", place, what())};
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLimit = 200;
  std::string out;
  append_plain(whole_characters(text, kLimit), out);
  if (text.size() > kLimit) out += "...";
  return out;
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, const std::string_view* begin,
                         const std::string_view* end) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 2) + 1;
  for (const auto* it = begin; it != end; ++it) {
    const std::size_t distance = edit_distance(name, *it);
    if (distance < best_distance) {
      best_distance = distance;
      best = *it;
    }
  }
  return best;
}

}  // namespace vitrina
