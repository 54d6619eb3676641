#include "models/neighbour_table.hpp"

#include <algorithm>
#include <string>

namespace vitrina::models {

NeighbourTable::NeighbourTable(std::span<const std::vector<ScoredItem>> rows) {
  table_.offsets.reserve(rows.size() + 1);
  std::size_t n = 0;
  for (const auto& row : rows) table_.offsets.push_back(n += row.size());
  table_.values.reserve(n);
  for (const auto& row : rows) {
    table_.values.insert(table_.values.end(), row.begin(), row.end());
  }
}

NeighbourTable NeighbourTable::joined(std::span<const Csr<ScoredItem>> pieces) {
  std::size_t n_rows = 0;
  std::size_t n_values = 0;
  for (const auto& piece : pieces) {
    n_rows += piece.n_rows();
    n_values += piece.values.size();
  }
  NeighbourTable joined;
  auto& table = joined.table_;
  table.offsets.reserve(n_rows + 1);
  table.values.reserve(n_values);
  for (const auto& piece : pieces) {
    const std::size_t before = table.values.size();
    for (std::size_t r = 1; r < piece.offsets.size(); ++r) {
      table.offsets.push_back(before + piece.offsets[r]);
    }
    table.values.insert(table.values.end(), piece.values.begin(), piece.values.end());
  }
  return joined;
}

void NeighbourTable::save(ArchiveWriter& out, std::string_view name) const {
  const std::string prefix(name);
  std::vector<std::uint32_t> items;
  std::vector<float> weights;
  items.reserve(table_.values.size());
  weights.reserve(table_.values.size());
  for (const auto& entry : table_.values) {
    items.push_back(entry.id.value);
    weights.push_back(entry.score);
  }
  out.put(prefix + ".offsets", table_.offsets);
  out.put(prefix + ".items", items);
  out.put(prefix + ".weights", weights);
}

NeighbourTable NeighbourTable::load(const ArchiveReader& in, std::string_view name,
                                    std::size_t n_items) {
  const std::string prefix(name);
  NeighbourTable loaded;
  auto& offsets = loaded.table_.offsets;
  offsets = in.get<std::uint64_t>(prefix + ".offsets");
  const auto items = in.view<std::uint32_t>(prefix + ".items");
  const auto weights = in.view<float>(prefix + ".weights");
  if (offsets.size() != n_items + 1 || items.size() != weights.size() || offsets.front() != 0 ||
      offsets.back() != items.size() || !std::is_sorted(offsets.begin(), offsets.end())) {
    in.fail(prefix, "has columns that do not fit together");
  }
  loaded.table_.values.reserve(items.size());
  for (std::size_t e = 0; e < items.size(); ++e) {
    if (items[e] >= n_items) in.fail(prefix, "names a product out of range");
    loaded.table_.values.push_back({ItemIdx(items[e]), weights[e]});
  }
  return loaded;
}

}  // namespace vitrina::models
