#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "data/string_table.hpp"
#include "live/stored_event.hpp"

namespace vitrina::live {

/// Customers' events one behind another: what a snapshot has brought, in a third of the memory that
/// customers with room for more take. Customers leave when something happens to them. Not
/// thread-safe.
class Packed {
 public:
  /// Before so many events come.
  void reserve(std::size_t n_events) { events_.reserve(n_events); }
  /// A customer and all of its events, oldest first; in the place of those it had.
  void put(std::string_view id, std::span<const StoredEvent> events);

  /// Empty where the customer is not here.
  [[nodiscard]] std::span<const StoredEvent> of(std::string_view id) const;
  /// The customer leaves: its events and its id are overwritten. How many events there were.
  std::size_t drop(std::string_view id);
  /// The first events of a customer that has more are overwritten.
  void drop_first(std::string_view id, std::size_t n);
  std::size_t drop_if(const std::function<bool(std::string_view)>& meant, std::size_t& n_events);

  /// Customers that are here.
  [[nodiscard]] std::size_t size() const { return n_customers_; }
  /// Places of customers, some of them left; in the order of put().
  [[nodiscard]] std::size_t n_places() const { return rows_.size(); }
  /// Of a place; an empty id where the customer has left.
  [[nodiscard]] std::string_view id(std::size_t place) const;
  [[nodiscard]] std::span<const StoredEvent> events(std::size_t place) const;

 private:
  struct Row {
    std::uint64_t begin = 0;
    std::uint32_t n = 0;
    bool has_left = false;
  };

  void leave(std::uint32_t place);
  void blank(std::size_t first, std::size_t n);

  StringTable ids_;
  std::vector<Row> rows_;  ///< by code in `ids_`
  std::vector<StoredEvent> events_;
  std::size_t n_customers_ = 0;
};

}  // namespace vitrina::live
