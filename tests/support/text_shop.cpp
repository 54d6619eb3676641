#include "support/text_shop.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <stdexcept>

namespace vitrina::test {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

Action action_of(char letter) {
  constexpr std::string_view kLetters = "vlbdcopigs";
  const auto at = kLetters.find(letter);
  if (at == std::string_view::npos) {
    throw std::invalid_argument(
        fmt::format("'{}' is no action, expected one of {}", letter, kLetters));
  }
  return static_cast<Action>(at);
}

/// The events of one word: `bAvC`.
void read_moment(const std::string& user, const std::string& word, TimeUs time,
                 std::vector<Event>& events) {
  for (std::size_t i = 0; i < word.size();) {
    const Action action = action_of(word[i++]);
    std::uint32_t page = 0;
    for (; i < word.size() && word[i] >= '0' && word[i] <= '9'; ++i) {
      page = 10 * page + static_cast<std::uint32_t>(word[i] - '0');
    }
    if (i == word.size() || !is_capital(word[i])) {
      events.push_back({user, "", time, action, page, ""});
    }
    for (; i < word.size() && is_capital(word[i]); ++i) {
      events.push_back({user, std::string(1, word[i]), time, action, page, ""});
    }
  }
}

std::vector<Product> read_categories(std::string_view text) {
  std::vector<Product> products;
  std::istringstream words{std::string(text)};
  std::string category;
  std::string letters;
  while (words >> category >> letters) {
    for (const char letter : letters) {
      if (is_capital(letter)) products.push_back({std::string(1, letter), category, 100, ""});
    }
  }
  return products;
}

}  // namespace

std::string TextShop::letters(const std::vector<ScoredItem>& list) const {
  std::string text;
  for (const auto& entry : list) text += shop.items.external(entry.id);
  return text;
}

TextShop text_shop(std::string_view drawing, std::string_view categories, TimeUs step) {
  TextShop made;
  std::optional<int> bar;
  int n_moments = -1;
  std::istringstream lines{std::string(drawing)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string user;
    if (!(words >> user)) continue;
    int moment = 0;
    std::optional<int> bar_here;
    for (std::string word; words >> word;) {
      if (word == "|") {
        bar_here = moment;
        continue;
      }
      if (word != ".") read_moment(user, word, kOpening + moment * step, made.events);
      ++moment;
    }
    if (n_moments >= 0 && (moment != n_moments || bar_here != bar)) {
      throw std::invalid_argument("line of '" + user + "' has another length or bar");
    }
    n_moments = moment;
    bar = bar_here;
  }
  made.cut = kOpening + bar.value_or(n_moments) * step;
  made.products = read_categories(categories);
  made.shop = shop_of(made.events, made.products);
  return made;
}

}  // namespace vitrina::test
