#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/archive.hpp"
#include "core/csr.hpp"
#include "data/candidate.hpp"

namespace vitrina::models {

/// The nearest products of every product by some measure, best first: what item-to-item models
/// come down to, whatever they were learned with.
class NeighbourTable {
 public:
  NeighbourTable() = default;
  /// `rows[i]` are the neighbours of product i, in rank order.
  explicit NeighbourTable(std::span<const std::vector<ScoredItem>> rows);

  /// The rows of the first piece, then those of the next, and so on.
  static NeighbourTable joined(std::span<const Csr<ScoredItem>> pieces);

  [[nodiscard]] std::size_t n_items() const { return table_.n_rows(); }
  /// None of a product that the table was not made of.
  [[nodiscard]] std::span<const ScoredItem> of(ItemIdx item) const {
    if (item.value >= table_.n_rows()) return {};
    return table_.row(item.value);
  }

  /// Writes the columns `<name>.offsets`, `.items` and `.weights`.
  void save(ArchiveWriter& out, std::string_view name) const;
  static NeighbourTable load(const ArchiveReader& in, std::string_view name, std::size_t n_items);

 private:
  Csr<ScoredItem> table_;
};

}  // namespace vitrina::models
