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

/// How much an action says for its product, rising. Files of fitted models hold the values.
enum class Interest : std::uint8_t { kClick, kBasket, kOrder, kNone };

/// Levels of interest without kNone.
inline constexpr std::size_t kInterestCount = 3;

/// What the engine knows of an action; whatever asks for a kind of actions asks for a trait.
struct ActionTraits {
  std::string_view name;                ///< in parameters, reports and column names
  bool names_product = false;           ///< and so leaves a trace on the customer and the product
  Interest interest = Interest::kNone;  ///< deletes show none, basket pages only repeat
};

/// By code.
inline constexpr std::array<ActionTraits, kActionCount> kActionTraits{{
    {.name = "view", .names_product = true, .interest = Interest::kClick},
    {.name = "like", .names_product = true, .interest = Interest::kClick},
    {.name = "basket_add", .names_product = true, .interest = Interest::kBasket},
    {.name = "basket_delete", .names_product = true},
    {.name = "basket_clear"},
    {.name = "order", .names_product = true, .interest = Interest::kOrder},
    {.name = "basket_page", .names_product = true},
    {.name = "visit"},
    {.name = "category_page"},
    {.name = "search"},
}};

constexpr std::size_t code(Action action) { return static_cast<std::size_t>(action); }
constexpr const ActionTraits& traits(Action action) { return kActionTraits[code(action)]; }
constexpr std::string_view name(Action action) { return traits(action).name; }
constexpr bool names_product(Action action) { return traits(action).names_product; }
constexpr Interest interest(Action action) { return traits(action).interest; }
constexpr bool shows_interest(Action action) { return interest(action) != Interest::kNone; }
/// An addition to the basket or an order: what a recommendation is for.
constexpr bool shows_intent(Action action) {
  return interest(action) == Interest::kBasket || interest(action) == Interest::kOrder;
}

/// Whether it is `Which`: a predicate like the others.
template <Action Which>
constexpr bool is(Action action) {
  return action == Which;
}

/// Some of the actions, numbered from 0 on in the order of their codes.
class ActionList {
 public:
  /// Those for which `holds`.
  constexpr explicit ActionList(bool (*holds)(Action)) {
    for (std::size_t a = 0; a < kActionCount; ++a) {
      const auto action = static_cast<Action>(a);
      if (holds(action)) actions_[size_++] = action;
    }
    slots_.fill(static_cast<std::uint8_t>(size_));
    for (std::size_t s = 0; s < size_; ++s) {
      slots_[code(actions_[s])] = static_cast<std::uint8_t>(s);
    }
  }

  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr Action operator[](std::size_t slot) const { return actions_[slot]; }
  /// The number of an action, size() for one that is not among them.
  [[nodiscard]] constexpr std::size_t slot(Action action) const { return slots_[code(action)]; }

 private:
  std::size_t size_ = 0;
  std::array<Action, kActionCount> actions_{};
  std::array<std::uint8_t, kActionCount> slots_{};
};

inline constexpr ActionList kProductActions(names_product);
inline constexpr std::size_t kProductActionCount = kProductActions.size();
constexpr std::size_t product_action_slot(Action action) { return kProductActions.slot(action); }

inline constexpr ActionList kInterestActions(shows_interest);
inline constexpr std::size_t kInterestActionCount = kInterestActions.size();

}  // namespace vitrina
