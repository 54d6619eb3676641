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
  void add_popular(std::span<const engine::SourcedItem> ranked);

 private:
  using Row = std::pair<std::string_view, std::span<const ScoredItem>>;

  [[nodiscard]] const ProductSpace& products() const { return reply_.generation->products(); }
  [[nodiscard]] std::vector<Row> neighbours() const;
  [[nodiscard]] bool is_named(ItemIdx item) const {
    return item == beside_ || std::find(named_.begin(), named_.end(), item) != named_.end();
  }
  [[nodiscard]] bool is_full() const { return named_.size() >= request_.k; }
  [[nodiscard]] bool is_bounded() const { return request_.max_touched < request_.k; }
  void rank(const Query& query, std::size_t n);
  void note_best(std::span<const engine::SourcedItem> ranked);
  void add_within_bounds(std::span<const engine::SourcedItem> ranked);
  void add_all(std::span<const engine::SourcedItem> ranked);
  bool may_name(ItemIdx item);
  /// Says why, of those that were named since rank(), if that is asked for.
  void explain();
  void name(ItemIdx item, float score, std::string_view source);
  void name_ranked(const engine::SourcedItem& item);
  [[nodiscard]] bool is_touched(ItemIdx item) const;

  Worker& worker_;
  const Request& request_;
  std::span<const std::uint8_t> allowed_;
  Reply& reply_;
  std::optional<ItemIdx> beside_;
  std::vector<ItemIdx> named_;
  std::size_t n_touched_ = 0;                ///< of those that might be named
  std::vector<engine::SourcedItem> ranked_;  ///< those that were named since rank()
};

}  // namespace vitrina::live
