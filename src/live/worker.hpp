#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/event_rows.hpp"
#include "engine/batch.hpp"
#include "live/reasons.hpp"
#include "live/request.hpp"
#include "live/shelf.hpp"
#include "live/store.hpp"

namespace vitrina::live {

/// A product that the generation does not know, in this request.
struct Newcomer {
  std::uint32_t code;
  std::string id;
  ItemIdx item;
};

/// Memory of one request at a time.
struct Worker {
  std::vector<StoredEvent> stored;
  std::vector<EventRow> rows;
  EventColumns events;
  std::vector<Newcomer> newcomers;            ///< by id
  std::vector<std::uint32_t> newcomer_codes;  ///< of them, rising
  std::vector<ItemIdx> newcomer_items;        ///< by place in `newcomer_codes`
  std::vector<std::uint8_t> allowed;
  UserHistory history;  ///< of the rules
  engine::Batch batch;
  std::vector<engine::SourcedItem> items;
  ReasonsMemory reasons;

  void number_newcomers(const Store& store, const std::vector<ItemIdx>& item_of,
                        std::size_t n_known);
  [[nodiscard]] ItemIdx newcomer(std::uint32_t code) const;
  /// In `newcomer_codes`, where it is.
  [[nodiscard]] std::size_t place_of(std::uint32_t code) const;
  [[nodiscard]] std::optional<ItemIdx> find(std::string_view id,
                                            const ProductSpace& products) const;
  [[nodiscard]] std::string_view id_of(ItemIdx item, const ProductSpace& products) const;
  [[nodiscard]] std::span<const std::uint8_t> find_allowed(const Request& request,
                                                           const ProductSpace& products,
                                                           const Shelf& shelf);
  void mark(std::span<const std::string> ids, const ProductSpace& products, std::uint8_t value);
};

}  // namespace vitrina::live
