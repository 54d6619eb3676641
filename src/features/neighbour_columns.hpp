#pragma once

#include <span>
#include <vector>

#include "data/user_history.hpp"
#include "features/feature_group.hpp"

namespace vitrina::features {

/// Products of the user, newest first, whose neighbours are looked at.
inline constexpr std::size_t kNeighbourProducts = 10;

inline constexpr std::size_t kNeighbourColumnCount = 2;

/// Names and meanings of what write_neighbour_columns() writes, for a table of that name.
void add_neighbour_columns(std::string_view table, std::string_view measure,
                           std::vector<ColumnInfo>& columns);

/// For every candidate: the sum of its weights as a neighbour of the customer's newest products
/// (half-life of a product's vote: 1 day before the moment), and the largest of them.
/// `neighbours_of` answers the neighbours of a product as a span of ScoredItem.
template <class NeighboursOf>
void write_neighbour_columns(const NeighboursOf& neighbours_of, const UserRows& rows,
                             FeatureBlock out, std::size_t column) {
  constexpr double kVoteHalfLifeDays = 1;
  for (std::size_t r = 0; r < rows.n_rows(); ++r) {
    std::fill_n(out.at(r) + column, kNeighbourColumnCount, 0.0F);
  }
  const auto& history = rows.history;
  for (const auto t : history.newest(kNeighbourProducts)) {
    const Touch& touch = history.touches[t];
    const float vote = decay(history.as_of - touch.last_time, kVoteHalfLifeDays);
    for (const auto& entry : neighbours_of(touch.item)) {
      const auto row = rows.row_of(entry.id);
      if (row == ItemPlaces::kNone) continue;
      float* x = out.at(row) + column;
      x[0] += vote * entry.score;
      x[1] = std::max(x[1], entry.score);
    }
  }
}

}  // namespace vitrina::features
