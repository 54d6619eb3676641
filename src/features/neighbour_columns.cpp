#include "features/neighbour_columns.hpp"

#include <fmt/format.h>

namespace vitrina::features {

void add_neighbour_columns(std::string_view table, std::string_view measure,
                           std::vector<ColumnInfo>& columns) {
  columns.push_back({fmt::format("{}_sum", table),
                     fmt::format("{} with the last {} products, half-life of a vote 1 day", measure,
                                 kNeighbourProducts)});
  columns.push_back(
      {fmt::format("{}_max", table),
       fmt::format("strongest {} with one of the last {} products", measure, kNeighbourProducts)});
}

}  // namespace vitrina::features
