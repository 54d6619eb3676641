#include "data/join.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "data/title_vectors.hpp"

namespace vitrina {
namespace {

/// Where the products of a shop go, and those that go behind the known ones, in their order.
struct Moves {
  std::vector<ItemIdx> to;         ///< by product of the shop
  std::vector<ItemIdx> newcomers;  ///< products of the shop
};

bool has_catalog(const Catalog& catalog) {
  return std::find(catalog.is_listed.begin(), catalog.is_listed.end(), 1) !=
         catalog.is_listed.end();
}

Moves number_items(const ProductSpace& own, ItemMap& items) {
  Moves moves{std::vector<ItemIdx>(own.items.size()), {}};
  for (const bool is_listed : {true, false}) {
    std::vector<std::string_view> run;
    for (std::size_t i = 0; i < own.items.size(); ++i) {
      if ((own.catalog.is_listed[i] != 0) != is_listed) continue;
      const auto id = own.items.external(ItemIdx(i));
      if (const auto known = items.find(id)) {
        moves.to[i] = *known;
      } else {
        moves.to[i] = ItemIdx(items.size() + run.size());
        moves.newcomers.emplace_back(i);
        run.push_back(id);
      }
    }
    items.append(run);
  }
  return moves;
}

/// The categories of `own` in the numbers of `joined`, where those that were not known come last.
std::vector<CategoryIdx> number_categories(const ProductSpace& own, const Moves& moves,
                                           ProductSpace& joined) {
  std::vector<char> is_needed(own.categories.size(), 0);
  for (const auto item : moves.newcomers) {
    const auto category = own.catalog.category[item.value];
    if (category.valid()) is_needed[category.value] = 1;
  }
  std::vector<CategoryIdx> to(own.categories.size());
  std::vector<std::string_view> run;
  const std::size_t n_known = joined.categories.size();
  for (std::size_t c = 0; c < to.size(); ++c) {
    const auto name = own.categories.external(CategoryIdx(c));
    if (const auto known = joined.categories.find(name)) {
      to[c] = *known;
    } else if (is_needed[c] != 0) {
      to[c] = CategoryIdx(n_known + run.size());
      run.push_back(name);
    }
  }
  joined.categories.append(run);
  joined.catalog.n_categories = static_cast<std::uint32_t>(joined.categories.size());
  return to;
}

/// The words of a title of `own` that `joined` knows.
void add_title(const ProductSpace& own, ItemIdx item, ProductSpace& joined) {
  auto& words = joined.catalog.title_words;
  const auto begin = static_cast<std::ptrdiff_t>(words.values.size());
  for (const auto word : own.catalog.title_words.row(item.value)) {
    if (const auto known = joined.words.find_index(own.words.text(word))) {
      words.values.push_back(static_cast<std::uint32_t>(*known));
    }
  }
  std::sort(words.values.begin() + begin, words.values.end());
  words.offsets.push_back(words.values.size());
}

/// A new product's title vector: of its words, or the shop's own where the known ones are too.
void add_vector(const ProductSpace& own, ItemIdx item, ProductSpace& joined) {
  auto& catalog = joined.catalog;
  if (catalog.vector_dim == 0) return;
  const std::size_t begin = catalog.vectors.size();
  catalog.vectors.resize(begin + catalog.vector_dim, 0.0F);
  const auto vector = std::span(catalog.vectors).subspan(begin);
  if (catalog.vectors_are_of_words) {
    const auto title = catalog.title_words.row(catalog.title_words.n_rows() - 1);
    write_title_vector(title, joined.words, catalog.word_idf, vector);
  } else if (own.catalog.vector_dim == catalog.vector_dim && !own.catalog.vectors_are_of_words) {
    const auto given = own.catalog.vector(item);
    std::copy(given.begin(), given.end(), vector.begin());
  }
}

void add_newcomers(const ProductSpace& own, const Moves& moves, ProductSpace& joined) {
  const auto categories = number_categories(own, moves, joined);
  auto& catalog = joined.catalog;
  for (const auto item : moves.newcomers) {
    const auto category = own.catalog.category[item.value];
    catalog.category.push_back(category.valid() ? categories[category.value] : CategoryIdx{});
    catalog.is_listed.push_back(0);
    catalog.price.push_back(own.catalog.price[item.value]);
    catalog.old_price.push_back(own.catalog.old_price[item.value]);
    catalog.add_date.push_back(own.catalog.add_date[item.value]);
    add_title(own, item, joined);
    add_vector(own, item, joined);
  }
}

/// How much the shop's catalog says otherwise of known products.
void compare(const ProductSpace& own, const Moves& moves, const ProductSpace& known,
             JoinedShop& found) {
  for (std::size_t i = 0; i < own.items.size(); ++i) {
    if (own.catalog.is_listed[i] == 0 || moves.to[i].value >= known.items.size()) continue;
    const std::size_t k = moves.to[i].value;
    const float price = own.catalog.price[i];
    const float known_price = known.catalog.price[k];
    const bool is_unknown = std::isnan(price) && std::isnan(known_price);
    if (!is_unknown && price != known_price) ++found.other_prices;
    const auto name = [](const ProductSpace& space, std::size_t item) {
      const auto category = space.catalog.category[item];
      return category.valid() ? space.categories.external(category) : std::string_view{};
    };
    if (name(own, i) != name(known, k)) ++found.other_categories;
  }
}

/// Events of one moment and action lie in the order of their products.
void renumber_events(const std::vector<ItemIdx>& to, EventLog& log) {
  for (auto& item : log.item) {
    if (item.valid()) item = to[item.value];
  }
  std::vector<std::size_t> order;
  for (std::size_t u = 0; u < log.n_users(); ++u) {
    for (std::size_t begin = log.offsets[u]; begin < log.offsets[u + 1];) {
      std::size_t end = begin + 1;
      while (end < log.offsets[u + 1] && log.time[end] == log.time[begin] &&
             log.action[end] == log.action[begin]) {
        ++end;
      }
      const auto first = log.item.begin() + static_cast<std::ptrdiff_t>(begin);
      if (!std::is_sorted(first, first + static_cast<std::ptrdiff_t>(end - begin))) {
        order.resize(end - begin);
        std::iota(order.begin(), order.end(), begin);
        // rows of one product keep the order of their pages and devices
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return log.item[a] < log.item[b]; });
        const auto permute = [&](auto& column) {
          std::vector<std::decay_t<decltype(column[0])>> values;
          values.reserve(order.size());
          for (const auto e : order) values.push_back(column[e]);
          std::copy(values.begin(), values.end(),
                    column.begin() + static_cast<std::ptrdiff_t>(begin));
        };
        permute(log.page);
        permute(log.device);
        permute(log.item);
      }
      begin = end;
    }
  }
}

}  // namespace

JoinedShop join(Shop shop, const ProductSpace& known) {
  const ProductSpace own = std::move(static_cast<ProductSpace&>(shop));
  ProductSpace joined = known;
  JoinedShop found;
  const auto moves = number_items(own, joined.items);
  found.new_products = moves.newcomers.size();
  add_newcomers(own, moves, joined);
  compare(own, moves, known, found);
  if (has_catalog(own.catalog)) {
    std::fill(joined.catalog.is_listed.begin(), joined.catalog.is_listed.end(), 0);
    for (std::size_t i = 0; i < own.items.size(); ++i) {
      joined.catalog.is_listed[moves.to[i].value] = own.catalog.is_listed[i];
    }
  }
  renumber_events(moves.to, shop.events);
  static_cast<ProductSpace&>(shop) = std::move(joined);
  found.shop = std::move(shop);
  return found;
}

}  // namespace vitrina
