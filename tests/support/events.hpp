#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/action.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "data/shop.hpp"

namespace vitrina::test {

/// A Monday, midnight: when the shops of the tests open.
inline constexpr TimeUs kOpening = 1'709'510'400 * kUsPerSecond;  // 2024-03-04

/// One exploded row of a log, in external ids; an empty item or device means none.
struct Event {
  std::string user;
  std::string item;
  TimeUs time = 0;
  Action action = Action::kView;
  std::uint32_t page = 0;
  std::string device;

  friend auto operator<=>(const Event&, const Event&) = default;
};

/// One catalog row.
struct Product {
  std::string id;
  std::string category;
  float price = 0;
  std::string title;
  TimeUs add_date = kNoTime;
  float old_price = std::numeric_limits<float>::quiet_NaN();
};

/// The log as the readers would give it, rows in the order of `events`.
RawLog raw_log(std::span<const Event> events);

/// The catalog as the readers would give it, without vectors.
RawCatalog raw_catalog(std::span<const Product> products);

/// build_shop() of both; no products mean no catalog.
Shop shop_of(std::span<const Event> events, std::span<const Product> products = {});

/// The log as CSV with the case's columns, a row an event.
std::string log_csv(std::span<const Event> events);

/// The catalog as CSV with the case's columns.
std::string catalog_csv(std::span<const Product> products);

/// Indices of ids that the shop must know; throws std::out_of_range otherwise.
UserIdx user_of(const Shop& shop, std::string_view id);
ItemIdx item_of(const Shop& shop, std::string_view id);

}  // namespace vitrina::test
