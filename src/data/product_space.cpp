#include "data/product_space.hpp"

#include "data/archive_columns.hpp"

namespace vitrina {
namespace {

Catalog load_catalog(const ArchiveReader& in, std::size_t n_items, std::size_t n_categories,
                     std::size_t n_words) {
  Catalog catalog;
  catalog.n_categories = static_cast<std::uint32_t>(n_categories);
  catalog.is_listed = in.get<std::uint8_t>("catalog.is_listed");
  catalog.category = get_indices<CategoryIdx>(in, "catalog.category", n_categories);
  catalog.price = in.get<float>("catalog.price");
  catalog.old_price = in.get<float>("catalog.old_price");
  catalog.add_date = in.get<TimeUs>("catalog.add_date");
  catalog.title_words = in.get_csr<std::uint32_t>("catalog.title_words");
  catalog.word_idf = in.get_finite<float>("catalog.word_idf");
  catalog.vectors = in.get_finite<float>("catalog.vectors");
  catalog.vector_dim = in.get_value<std::uint32_t>("catalog.vector_dim");
  catalog.vectors_are_of_words = in.get_value<std::uint8_t>("catalog.vectors_are_of_words") != 0;
  check_size(in, "catalog.is_listed", catalog.is_listed.size(), n_items);
  check_size(in, "catalog.category", catalog.category.size(), n_items);
  check_size(in, "catalog.price", catalog.price.size(), n_items);
  check_size(in, "catalog.old_price", catalog.old_price.size(), n_items);
  check_size(in, "catalog.add_date", catalog.add_date.size(), n_items);
  check_size(in, "catalog.title_words", catalog.title_words.n_rows(), n_items);
  check_size(in, "catalog.word_idf", catalog.word_idf.size(), n_words);
  check_size(in, "catalog.vectors", catalog.vectors.size(), n_items * catalog.vector_dim);
  for (const auto word : catalog.title_words.values) {
    if (word >= n_words) in.fail("catalog.title_words", "has a word out of range");
  }
  return catalog;
}

}  // namespace

void save_products(const ProductSpace& products, ArchiveWriter& out) {
  const auto& catalog = products.catalog;
  out.put("items", products.items.texts());
  out.put("categories", products.categories.texts());
  out.put("words", products.words.texts());
  out.put("catalog.is_listed", catalog.is_listed);
  out.put("catalog.category", catalog.category);
  out.put("catalog.price", catalog.price);
  out.put("catalog.old_price", catalog.old_price);
  out.put("catalog.add_date", catalog.add_date);
  out.put("catalog.title_words", catalog.title_words);
  out.put("catalog.word_idf", catalog.word_idf);
  out.put("catalog.vectors", catalog.vectors);
  out.put_value("catalog.vector_dim", catalog.vector_dim);
  out.put_value("catalog.vectors_are_of_words",
                static_cast<std::uint8_t>(catalog.vectors_are_of_words));
}

ProductSpace load_products(const ArchiveReader& in) {
  ProductSpace products;
  products.items = ItemMap(get_ids(in, "items"));
  products.categories = CategoryMap(get_sorted_texts(in, "categories"));
  products.words = IdMapBase(get_sorted_texts(in, "words"));
  products.catalog =
      load_catalog(in, products.items.size(), products.categories.size(), products.words.size());
  return products;
}

}  // namespace vitrina
