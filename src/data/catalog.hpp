#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "core/csr.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace vitrina {

/// What the shop says of its products; every column has one entry per ItemIdx, products without
/// a catalog row included. A snapshot of the end of the log: presence, price and add_date are not
/// evidence about the past (a product's age is its first event before `as_of`). Of products behind
/// the last one nothing is known: they may be asked about by the functions below.
struct Catalog {
  std::vector<std::uint8_t> is_listed;  ///< 1 where the product has a catalog row
  std::vector<CategoryIdx> category;    ///< not valid() where unknown
  std::vector<float> price;             ///< NaN where unknown
  std::vector<float> old_price;         ///< NaN where unknown
  std::vector<TimeUs> add_date;         ///< kNoTime where unknown
  Csr<std::uint32_t> title_words;       ///< dense word codes, sorted, distinct
  std::vector<float> word_idf;          ///< by word code: data/title_vectors.hpp
  std::uint32_t n_categories = 0;

  /// Title vectors, row-major, unit length (zeros where unknown); empty when dim is 0.
  std::vector<float> vectors;
  std::uint32_t vector_dim = 0;
  bool vectors_are_of_words = false;  ///< made from the titles' words, not the shop's own

  static constexpr float kNoPrice = std::numeric_limits<float>::quiet_NaN();

  [[nodiscard]] std::size_t n_items() const { return category.size(); }
  [[nodiscard]] std::size_t n_words() const { return word_idf.size(); }
  [[nodiscard]] bool has(ItemIdx item) const { return item.value < n_items(); }
  /// Whether there is a catalog at all.
  [[nodiscard]] bool lists_any() const {
    return std::find(is_listed.begin(), is_listed.end(), 1) != is_listed.end();
  }

  /// Not valid() where unknown.
  [[nodiscard]] CategoryIdx category_of(ItemIdx item) const {
    return has(item) ? category[item.value] : CategoryIdx{};
  }
  /// Empty where the product is not among those here.
  [[nodiscard]] std::span<const float> vector(ItemIdx item) const {
    if (!has(item)) return {};
    return {vectors.data() + std::size_t{item.value} * vector_dim, vector_dim};
  }
  /// Fetches a product's title vector ahead of its use: a candidate's lies anywhere in memory.
  void prefetch_vector(ItemIdx item) const {
    constexpr std::size_t kFloatsALine = 16;
    const auto first = vector(item);
    for (std::size_t d = 0; d < first.size(); d += kFloatsALine) __builtin_prefetch(&first[d]);
  }
  /// Cosine of two products' title vectors; 0 where one is unknown.
  [[nodiscard]] float cosine(ItemIdx a, ItemIdx b) const {
    const auto left = vector(a);
    const auto right = vector(b);
    if (left.size() != right.size()) return 0;
    // eight sums side by side: one alone would wait for itself at every step
    constexpr std::size_t kLanes = 8;
    using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
    Floats sums{};
    std::size_t d = 0;
    for (; d + kLanes <= left.size(); d += kLanes) {
      Floats x;
      Floats y;
      std::memcpy(&x, &left[d], sizeof x);
      std::memcpy(&y, &right[d], sizeof y);
      sums += x * y;
    }
    const auto four = __builtin_shufflevector(sums, sums, 0, 1, 2, 3) +
                      __builtin_shufflevector(sums, sums, 4, 5, 6, 7);
    float sum = (four[0] + four[1]) + (four[2] + four[3]);
    for (; d < left.size(); ++d) sum += left[d] * right[d];
    return sum;
  }
};

}  // namespace vitrina
