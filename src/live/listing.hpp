#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "data/candidate.hpp"
#include "live/request.hpp"
#include "live/worker.hpp"

namespace vitrina::live {

/// The products of one answer, as they are found.
class Listing {
 public:
  Listing(Worker& worker, const Request& request, const Query& query, Reply& reply);

  void add_neighbours();
  void add_ranked(const Query& query);
  void add_ranked(std::span<const engine::SourcedItem> ranked);
  /// Says why, of those that add_ranked() has just added for a query.
  void explain();

 private:
  using Row = std::pair<std::string_view, std::span<const ScoredItem>>;

  [[nodiscard]] const ProductSpace& products() const { return reply_.generation->products(); }
  [[nodiscard]] std::vector<Row> neighbours() const;
  [[nodiscard]] bool is_named(ItemIdx item) const {
    return item == beside_ || std::find(named_.begin(), named_.end(), item) != named_.end();
  }
  [[nodiscard]] bool is_full() const { return named_.size() >= request_.k; }
  void name(ItemIdx item, float score, std::string_view source);
  void name_ranked(const engine::SourcedItem& item);
  [[nodiscard]] bool is_touched(ItemIdx item) const;

  Worker& worker_;
  const Request& request_;
  std::span<const std::uint8_t> allowed_;
  Reply& reply_;
  std::optional<ItemIdx> beside_;
  std::vector<ItemIdx> named_;
  std::vector<engine::SourcedItem> ranked_;  ///< what stands behind the neighbours
};

}  // namespace vitrina::live
