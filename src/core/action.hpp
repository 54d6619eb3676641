#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitrina {

/// What a customer did; the values are the case's own codes.
enum class Action : std::uint8_t {
  kView = 0,
  kLike = 1,
  kBasketAdd = 2,
  kBasketDelete = 3,
  kBasketClear = 4,
  kOrder = 5,
  kBasketPage = 6,
  kVisit = 7,
  kCategoryPage = 8,
  kSearch = 9,
};

inline constexpr std::size_t kActionCount = 10;

/// Names by code, used in parameters, reports and column names.
inline constexpr std::array<std::string_view, kActionCount> kActionNames{
    "view",  "like",        "basket_add", "basket_delete", "basket_clear",
    "order", "basket_page", "visit",      "category_page", "search"};

constexpr std::size_t code(Action action) { return static_cast<std::size_t>(action); }
constexpr std::string_view name(Action action) { return kActionNames[code(action)]; }

}  // namespace vitrina
