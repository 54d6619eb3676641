#pragma once

#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/ids.hpp"
#include "data/product_space.hpp"
#include "data/string_table.hpp"
#include "live/facts.hpp"
#include "live/rules.hpp"

namespace vitrina::live {

/// What the rules ask of products: as a catalog has it, and over it what the shop has told since.
/// Thread-safe.
class Shelf {
 public:
  /// `products` must outlive it.
  explicit Shelf(const ProductSpace& products);

  /// What is not given stays as it is.
  void put(const std::string& product, const Facts& facts);

  /// Whether everything may be proposed where a request has no rule.
  [[nodiscard]] bool is_open() const;

  /// Sets `allowed` (1 a product that may be proposed) to 0 for what the rules exclude. It has the
  /// products of the catalog, then `newcomers`, by their ids.
  void forbid(const CatalogRules& rules, std::span<const std::string_view> newcomers,
              std::span<std::uint8_t> allowed) const;

 private:
  struct Offer {
    float price = Catalog::kNoPrice;
    CategoryIdx category = {};
    bool is_listed = false;
    bool is_available = true;
  };
  /// Rules in the shelf's numbers.
  struct Rules;

  [[nodiscard]] CategoryIdx number(const std::string& category);
  void change(const Facts& facts, Offer& offer);
  void forbid_unavailable(std::span<const std::string_view> newcomers,
                          std::span<std::uint8_t> allowed) const;
  [[nodiscard]] Offer offer_of(std::string_view newcomer) const;

  const ProductSpace& products_;
  mutable std::shared_mutex mutex_;                ///< of what follows
  std::vector<Offer> offers_;                      ///< by ItemIdx
  std::unordered_map<std::string, Offer> others_;  ///< of products that the catalog does not know
  std::unordered_map<std::string, CategoryIdx> more_categories_;  ///< the same, behind its last
  std::unordered_set<std::uint32_t> unavailable_;                 ///< of `offers_`
  std::size_t n_others_unavailable_ = 0;
};

}  // namespace vitrina::live
