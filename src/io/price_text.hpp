#pragma once

// Internal to io: prices as people and exports write them.

#include <optional>
#include <string_view>

namespace vitrina::io {

/// Reads `1200`, `1200.50`, `1 299,90 ₽`, `1 200 руб.`, `$1,299.90`, `1.299,90 €`: blanks between
/// thousands, a decimal point or comma, a currency before or after. One comma or point before
/// exactly three digits, `1,299`, may be either: a point is decimal as everywhere in computing, a
/// comma is refused. Nothing for any other text.
std::optional<double> parse_price(std::string_view text);

}  // namespace vitrina::io
