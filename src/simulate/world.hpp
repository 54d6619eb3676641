#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/csr.hpp"
#include "core/time.hpp"
#include "simulate/calendar.hpp"
#include "simulate/config.hpp"
#include "simulate/draw.hpp"

namespace vitrina::simulate {

/// A group of categories; people favour one or two. Categories of a department are neighbours.
struct Department {
  std::uint32_t first_category = 0;
  std::uint32_t n_categories = 0;
};

struct Category {
  std::uint32_t id = 0;  ///< the shop's own number, also the page of its list
  std::uint32_t department = 0;
  std::uint32_t first_product = 0;
  std::uint32_t n_products = 0;
  double log_price = 0;         ///< logarithm of the usual undiscounted price
  double repeat_days = 0;       ///< usual interval between purchases of one product; 0: bought once
  std::uint32_t type_word = 0;  ///< what the thing is called; also the page of its search
  std::uint32_t second_type_word = 0;
};

struct Brand {
  double fame = 1;       ///< weight in popularity
  double log_price = 0;  ///< dearer or cheaper than the category
  std::uint32_t word = 0;
  std::uint32_t second_word = 0;  ///< 0 where the name is one word
};

/// One product; products of a category are neighbours, inside it those of a brand, inside that
/// those of a family (variants under one title).
struct Product {
  TimeUs born = std::numeric_limits<TimeUs>::min();
  TimeUs gone = std::numeric_limits<TimeUs>::max();
  TimeUs price_change = std::numeric_limits<TimeUs>::min();
  std::int32_t old_price = 0;
  std::int32_t first_price = 0;  ///< before price_change
  std::int32_t last_price = 0;   ///< from price_change on
  std::uint32_t category = 0;
  std::uint32_t brand = 0;
  std::uint32_t family = 0;
  float quality = 0;  ///< what makes people who see it want it, nowhere in the files

  [[nodiscard]] bool on_sale(TimeUs time) const { return born <= time && time < gone; }
  [[nodiscard]] std::int32_t price(TimeUs time) const {
    return time < price_change ? first_price : last_price;
  }
};

/// All that exists before the first visitor comes. Immutable after make_world.
struct World {
  std::vector<Department> departments;
  std::vector<Category> categories;
  std::vector<Brand> brands;
  std::vector<Product> products;
  Csr<std::uint32_t> titles;  ///< word codes of each product, in reading order

  WeightedTable category_popularity;
  WeightedTable product_popularity;
  /// Products everybody talks about, for each day from the start of the warm-up.
  std::vector<std::vector<std::uint32_t>> hot_products;
  std::vector<WeightedTable> hot_weights;

  std::size_t draw_in_category(Rng& rng, std::size_t category) const {
    const auto& c = categories[category];
    return product_popularity.draw(rng, c.first_product, c.n_products);
  }
  std::size_t draw_hot(Rng& rng, TimeUs time) const;
};

/// Makes departments, categories, brands, products with prices and lives, titles and trends.
World make_world(const SimulateConfig& config, const Calendar& calendar, std::uint64_t seed);

/// Share of the products that went off sale which the catalog still lists.
inline constexpr double kGoneStillListed = 0.4;

/// Rows in the catalog that a scale leads to: 89,500 at scale 1.
std::size_t catalog_size(double scale);

}  // namespace vitrina::simulate
