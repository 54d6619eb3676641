#include "data/catalog_build.hpp"

#include <algorithm>
#include <limits>

#include "data/string_table.hpp"
#include "data/text_ranking.hpp"
#include "data/title_vectors.hpp"

namespace vitrina {
namespace {

/// Calls `use` with the words of a title: runs between spaces.
template <class Use>
void for_each_word(std::string_view title, const Use& use) {
  std::size_t begin = 0;
  while (begin < title.size()) {
    const auto end = std::min(title.find(' ', begin), title.size());
    if (end > begin) use(title.substr(begin, end - begin));
    begin = end + 1;
  }
}

/// The catalog row of each product, or kNoCode; later rows replace earlier ones.
std::vector<std::uint32_t> rows_of_items(const RawCatalog& raw, const ItemMap& items) {
  std::vector<std::uint32_t> row_of(items.size(), kNoCode);
  for (std::uint32_t row = 0; row < raw.product_id.size(); ++row) {
    if (const auto item = items.find(raw.product_id[row])) row_of[item->value] = row;
  }
  return row_of;
}

void fill_categories(const RawCatalog& raw, const std::vector<std::uint32_t>& row_of,
                     ProductSpace& space) {
  std::vector<std::string_view> names;
  for (const auto row : row_of) {
    if (row != kNoCode && !raw.category_id[row].empty()) names.push_back(raw.category_id[row]);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  space.categories = CategoryMap(names);
  space.catalog.n_categories = static_cast<std::uint32_t>(names.size());
  for (std::size_t i = 0; i < row_of.size(); ++i) {
    if (row_of[i] == kNoCode) continue;
    if (const auto category = space.categories.find(raw.category_id[row_of[i]])) {
      space.catalog.category[i] = *category;
    }
  }
}

/// Numbers the words of the titles by their order.
void fill_words(const RawCatalog& raw, const std::vector<std::uint32_t>& row_of,
                ProductSpace& space) {
  StringTable table;
  auto& words = space.catalog.title_words;
  for (const auto row : row_of) {
    if (row != kNoCode) {
      for_each_word(raw.title[row],
                    [&](std::string_view word) { words.values.push_back(table.intern(word)); });
    }
    words.offsets.push_back(words.values.size());
  }
  const auto ranking = rank_texts(table, std::vector<char>(table.size(), 1));
  space.words = IdMapBase(ranking.sorted);
  for (auto& word : words.values) word = ranking.rank[word];
  // every title has a word once, in order
  std::size_t n = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < row_of.size(); ++i) {
    const std::size_t end = words.offsets[i + 1];
    auto* first = words.values.data() + begin;
    auto* last = words.values.data() + end;
    std::sort(first, last);
    last = std::unique(first, last);
    std::copy(first, last, words.values.data() + n);
    n += static_cast<std::size_t>(last - first);
    begin = end;
    words.offsets[i + 1] = n;
  }
  words.values.resize(n);
  space.catalog.word_idf = word_idf(space.catalog, space.words.size());
}

void copy_vectors(const RawCatalog& raw, const ItemMap& items, Catalog& catalog) {
  catalog.vector_dim = raw.dim;
  catalog.vectors.assign(items.size() * raw.dim, 0.0F);
  const std::size_t n_vectors = raw.vectors.size() / raw.dim;
  for (std::size_t m = 0; m < raw.vector_product.size(); ++m) {
    const auto item = items.find(raw.vector_product[m]);
    if (!item || raw.vector_of[m] >= n_vectors) continue;
    const auto target =
        std::span(catalog.vectors).subspan(std::size_t{item->value} * raw.dim, raw.dim);
    std::copy_n(raw.vectors.data() + raw.vector_of[m] * raw.dim, raw.dim, target.begin());
    normalise(target);
  }
}

void make_vectors(ProductSpace& space) {
  auto& catalog = space.catalog;
  catalog.vector_dim = kTitleVectorDim;
  catalog.vectors_are_of_words = true;
  catalog.vectors.assign(catalog.n_items() * kTitleVectorDim, 0.0F);
  for (std::size_t i = 0; i < catalog.n_items(); ++i) {
    write_title_vector(catalog.title_words.row(i), space.words, catalog.word_idf,
                       std::span(catalog.vectors).subspan(i * kTitleVectorDim, kTitleVectorDim));
  }
}

}  // namespace

void build_catalog(const RawCatalog* raw, ProductSpace& space) {
  const std::size_t n = space.items.size();
  auto& catalog = space.catalog;
  constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
  catalog.is_listed.assign(n, 0);
  catalog.category.assign(n, CategoryIdx{});
  catalog.price.assign(n, kUnknown);
  catalog.old_price.assign(n, kUnknown);
  catalog.add_date.assign(n, kNoTime);
  if (raw == nullptr) {
    catalog.title_words.offsets.assign(n + 1, 0);
    return;
  }
  const auto row_of = rows_of_items(*raw, space.items);
  fill_categories(*raw, row_of, space);
  for (std::size_t i = 0; i < n; ++i) {
    if (row_of[i] == kNoCode) continue;
    catalog.is_listed[i] = 1;
    catalog.price[i] = raw->price[row_of[i]];
    catalog.old_price[i] = raw->old_price[row_of[i]];
    catalog.add_date[i] = raw->add_date[row_of[i]];
  }
  fill_words(*raw, row_of, space);
  if (raw->dim > 0 && !raw->vector_product.empty()) {
    copy_vectors(*raw, space.items, catalog);
  } else if (space.words.size() > 0) {
    make_vectors(space);
  }
}

ProductSpace build_products(const RawCatalog& raw) {
  std::vector<std::string_view> ids;
  for (const auto& id : raw.product_id) {
    if (!is_junk_id(id)) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ProductSpace space;
  space.items = ItemMap(ids);
  build_catalog(&raw, space);
  return space;
}

}  // namespace vitrina
