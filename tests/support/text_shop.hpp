#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/candidate.hpp"
#include "support/events.hpp"

namespace vitrina::test {

/// A shop drawn as text, one line a user:
///
///     ann  vA  bB  .   | oB
///     bob  .   vAB c   | .
///
/// Words after the name are moments, `step` apart; lines must be equally long. In a moment small
/// letters are actions and capitals behind them their products: `bAvC` puts A into the basket and
/// views C. Actions: v view, l like, b basket add, d basket delete, c basket clear, o order,
/// p basket page, i visit, g category page, s search; `.` is nothing. Digits behind an action are
/// its pageId: `g7`. The bar is the cut: events behind it are at or after `cut`. Without a bar the
/// cut is the end of the drawing.
struct TextShop {
  std::vector<Event> events;
  std::vector<Product> products;
  TimeUs cut = 0;
  Shop shop;

  [[nodiscard]] UserIdx user(std::string_view name) const { return user_of(shop, name); }
  [[nodiscard]] ItemIdx item(std::string_view name) const { return item_of(shop, name); }

  /// The products of a list in its order, `BAC`.
  [[nodiscard]] std::string letters(const std::vector<ScoredItem>& list) const;
};

/// `categories` is the catalog, `shoes AB, hats C`; a product costs 100. Empty: no catalog.
/// Throws std::invalid_argument for a drawing that cannot be read.
TextShop text_shop(std::string_view drawing, std::string_view categories = "",
                   TimeUs step = kUsPerHour);

}  // namespace vitrina::test
