#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/csr.hpp"
#include "core/time.hpp"
#include "simulate/world.hpp"

namespace vitrina::simulate {

/// The catalog as the shop would export it after the log's end: half of the rows carry an add_date
/// after that end, prices are the last ones, and most products gone off sale are not in it.
/// One entry a row, rows in the order of the product id's text.
struct CatalogSnapshot {
  std::vector<TimeUs> add_date;
  std::vector<std::string> shop_id;
  std::vector<std::string> product_id;
  std::vector<std::string> category_id;
  std::vector<std::int32_t> price;
  Csr<std::uint32_t> title_words;  ///< in reading order
  std::vector<std::int32_t> old_price;

  /// product_id -> vector_id, and the vectors by vector_id, row-major.
  std::vector<std::string> mapped_product;
  std::vector<std::int64_t> vector_id;
  std::vector<float> vectors;
  std::uint32_t dim = 0;

  [[nodiscard]] std::size_t n_rows() const { return product_id.size(); }
  /// `6048 48557 44342`: the title as the file has it.
  [[nodiscard]] std::string title(std::size_t row) const;
};

CatalogSnapshot take_snapshot(const World& world, const SimulateConfig& config,
                              const Calendar& calendar, const std::vector<std::string>& ids,
                              std::uint64_t seed, int threads);

}  // namespace vitrina::simulate
