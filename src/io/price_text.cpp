#include "io/price_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace vitrina::io {
namespace {

/// Spaces of Unicode that stand between thousands, and the apostrophe of Switzerland.
constexpr std::array<std::string_view, 6> kBlanks{" ", "\t", "\u00a0", "\u202f", "\u2009", "'"};

/// Longer ones first where one begins another.
constexpr std::array<std::string_view, 17> kCurrencies{
    "рублей", "рубля", "рубль", "руб.", "руб", "р.",  "р", "РУБ.", "РУБ",
    "Руб.",   "Руб",   "₽",     "RUB",  "rub", "USD", "$", "€"};

std::string without_blanks(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const auto* const blank = std::ranges::find_if(
        kBlanks, [&](std::string_view candidate) { return text.starts_with(candidate); });
    if (blank == kBlanks.end()) kept += text.front();
    text.remove_prefix(blank == kBlanks.end() ? 1 : blank->size());
  }
  return kept;
}

std::string_view without_currency(std::string_view text) {
  for (const auto currency : kCurrencies) {
    if (text.ends_with(currency)) return text.substr(0, text.size() - currency.size());
    if (text.starts_with(currency)) return text.substr(currency.size());
  }
  return text;
}

/// Whether `mark` stands before groups of exactly three digits only.
bool groups_thousands(std::string_view text, char mark) {
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const auto next = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    if (next - at != 4) return false;
  }
  const auto first = text.find(mark);
  return first >= 1 && first <= 3;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> parse_price(std::string_view text) {
  if (const auto value = number(text)) return value;
  const auto kept = without_blanks(text);
  auto digits = std::string(without_currency(kept));
  const auto commas = std::ranges::count(digits, ',');
  const auto points = std::ranges::count(digits, '.');
  if (commas > 0 && points > 0) {
    // the one that comes last is the decimal one
    const bool comma_last = digits.rfind(',') > digits.rfind('.');
    const char thousands = comma_last ? '.' : ',';
    if ((comma_last ? commas : points) != 1 || !groups_thousands(digits, thousands)) {
      return std::nullopt;
    }
    std::erase(digits, thousands);
  } else if (commas > 1 || points > 1) {
    const char thousands = commas > 1 ? ',' : '.';
    if (!groups_thousands(digits, thousands)) return std::nullopt;
    std::erase(digits, thousands);
  } else if (commas == 1 && groups_thousands(digits, ',')) {
    return std::nullopt;
  }
  std::ranges::replace(digits, ',', '.');
  const auto value = number(digits);
  return value;
}

}  // namespace vitrina::io
