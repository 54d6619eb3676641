#include "bundle/similar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace vitrina::bundle {
namespace {

constexpr std::string_view kTitles = "titles";

/// Where a matrix of that name stands among the specs; their number where there is none.
template <std::size_t N>
std::size_t place_of(const std::array<models::CovisitationSpec, N>& specs, std::string_view name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  return static_cast<std::size_t>(found - specs.begin());
}

}  // namespace

std::vector<std::string_view> SimilarProducts::names() const {
  std::vector<std::string_view> names;
  if (models_.covisitation) {
    for (const auto& spec : models::kCovisitationSpecs) names.push_back(spec.name);
  }
  if (models_.titles) names.push_back(kTitles);
  return names;
}

std::span<const ScoredItem> SimilarProducts::neighbours(ItemIdx item, std::string_view by) const {
  if (models_.titles && by == kTitles) return models_.titles->neighbours(item);
  if (models_.covisitation) {
    const auto matrix = place_of(models::kCovisitationSpecs, by);
    if (matrix < models::kCovisitationCount) return models_.covisitation->neighbours(matrix, item);
  }
  throw unknown_model(by);
}

void SimilarProducts::check(std::string_view by) const {
  const auto known = names();
  if (std::find(known.begin(), known.end(), by) == known.end()) throw unknown_model(by);
}

Error SimilarProducts::unknown_model(std::string_view by) const {
  const auto known = names();
  return {ErrorCode::kConfig,
          known.empty()
              ? fmt::format("by: found '{}', but this bundle has no item-to-item model; fit with "
                            "covisitation among the candidates' generators",
                            printable(by))
              : fmt::format("by: found '{}', expected one of {}", printable(by),
                            fmt::join(known, ", "))};
}

Error SimilarProducts::unknown_product(std::string_view product) const {
  auto bare = product;
  while (bare.starts_with(' ')) bare.remove_prefix(1);
  while (bare.ends_with(' ')) bare.remove_suffix(1);
  if (bare.ends_with(".0")) bare.remove_suffix(2);  // a number that went through decimals
  const auto n = products_.items.size();
  std::string hint;
  if (products_.items.find(bare)) {
    hint = fmt::format("; is '{}' meant", printable(bare));
  } else if (n > 0) {
    hint = fmt::format(", such as '{}'", printable(products_.items.external(ItemIdx(0))));
  }
  return {ErrorCode::kConfig, fmt::format("product: found '{}', expected one of the bundle's {} "
                                          "products{}",
                                          printable(product), n, hint)};
}

std::vector<Neighbour> SimilarProducts::of(std::string_view product, std::string_view by,
                                           std::size_t k) const {
  const auto item = products_.items.find(product);
  if (!item) {
    throw unknown_product(product);
  }
  const auto entries = neighbours(*item, by);
  std::vector<Neighbour> neighbours;
  for (const auto& entry : entries.first(std::min(k, entries.size()))) {
    neighbours.push_back({std::string(products_.items.external(entry.id)), entry.score});
  }
  return neighbours;
}

}  // namespace vitrina::bundle
