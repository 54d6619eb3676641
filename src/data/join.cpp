#include "data/join.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "data/title_vectors.hpp"

namespace vitrina {
namespace {

/// Numbers, behind the products there are, those of `own` that `is_new` says, by external id.
template <class IsNew>
std::vector<ItemIdx> append_products(const ProductSpace& own, const IsNew& is_new,
                                     std::vector<ItemIdx>& to, ItemMap& items) {
  std::vector<ItemIdx> newcomers;
  std::vector<std::string_view> run;
  for (std::size_t i = 0; i < own.items.size(); ++i) {
    if (to[i].valid() || !is_new(i)) continue;
    to[i] = ItemIdx(items.size() + run.size());
    newcomers.emplace_back(i);
    run.push_back(own.items.external(ItemIdx(i)));
  }
  items.append(run);
  return newcomers;
}

/// The categories of `own` in the numbers of `joined`, where those that were not known come last.
std::vector<CategoryIdx> number_categories(const ProductSpace& own,
                                           std::span<const ItemIdx> newcomers,
                                           ProductSpace& joined) {
  std::vector<char> is_needed(own.categories.size(), 0);
  for (const auto item : newcomers) {
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

void add_newcomers(const ProductSpace& own, std::span<const ItemIdx> newcomers,
                   ProductSpace& joined) {
  const auto categories = number_categories(own, newcomers, joined);
  auto& catalog = joined.catalog;
  for (const auto item : newcomers) {
    const auto category = own.catalog.category[item.value];
    catalog.category.push_back(category.valid() ? categories[category.value] : CategoryIdx{});
    catalog.is_listed.push_back(1);
    catalog.price.push_back(own.catalog.price[item.value]);
    catalog.old_price.push_back(own.catalog.old_price[item.value]);
    catalog.add_date.push_back(own.catalog.add_date[item.value]);
    add_title(own, item, joined);
    add_vector(own, item, joined);
  }
}

/// How much the shop's catalog says otherwise of known products.
void compare(const ProductSpace& own, const ProductSpace& known, JoinedProducts& found) {
  for (std::size_t i = 0; i < own.items.size(); ++i) {
    if (own.catalog.is_listed[i] == 0 || found.to[i].value >= known.items.size()) continue;
    const std::size_t k = found.to[i].value;
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

JoinedProducts join_products(const ProductSpace& own, const ProductSpace& known) {
  JoinedProducts found{.products = known, .to = {}};
  auto& catalog = found.products.catalog;
  for (std::size_t i = 0; i < own.items.size(); ++i) {
    found.to.push_back(known.items.find(own.items.external(ItemIdx(i))).value_or(ItemIdx{}));
  }
  const auto newcomers = append_products(
      own, [&](std::size_t i) { return own.catalog.is_listed[i] != 0; }, found.to,
      found.products.items);
  add_newcomers(own, newcomers, found.products);
  compare(own, known, found);
  if (!own.catalog.lists_any()) return found;
  std::fill(catalog.is_listed.begin(), catalog.is_listed.end(), 0);
  for (std::size_t i = 0; i < own.items.size(); ++i) {
    if (found.to[i].valid()) catalog.is_listed[found.to[i].value] = own.catalog.is_listed[i];
  }
  return found;
}

JoinedShop join(Shop shop, const ProductSpace& known) {
  auto joined = join_products(shop, known);
  (void)append_products(shop, [](std::size_t) { return true; }, joined.to, joined.products.items);
  renumber_events(joined.to, shop.events);
  static_cast<ProductSpace&>(shop) = std::move(joined.products);
  return {std::move(shop), joined.other_prices, joined.other_categories};
}

}  // namespace vitrina
