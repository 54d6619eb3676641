#include "bundle/products.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/archive.hpp"
#include "core/error.hpp"

namespace vitrina::bundle {
namespace {

constexpr std::uint32_t kProductsVersion = 1;

/// Word codes stand for words; their texts do not matter to title vectors that are carried along.
std::string title_of(const Catalog& catalog, std::size_t item) {
  std::string title;
  for (const auto word : catalog.title_words.row(item)) {
    if (!title.empty()) title += ' ';
    title += fmt::to_string(word);
  }
  return title;
}

/// The rows of products that the catalog listed: the others were only seen in the log.
RawCatalog listed_rows(RawCatalog& all, const std::vector<std::uint8_t>& is_listed) {
  RawCatalog listed;
  for (std::size_t i = 0; i < is_listed.size(); ++i) {
    if (is_listed[i] == 0) continue;
    listed.product_id.push_back(all.product_id[i]);
    listed.category_id.push_back(std::move(all.category_id[i]));
    listed.title.push_back(std::move(all.title[i]));
    listed.price.push_back(all.price[i]);
    listed.old_price.push_back(all.old_price[i]);
    listed.add_date.push_back(all.add_date[i]);
  }
  return listed;
}

}  // namespace

void save_products(const Shop& shop, const std::filesystem::path& path) {
  std::vector<std::string> products;
  std::vector<std::string> categories;
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    products.emplace_back(shop.items.external(ItemIdx(i)));
    const auto category = shop.catalog.category[i];
    categories.emplace_back(category.valid() ? shop.categories.external(category) : "");
    titles.push_back(title_of(shop.catalog, i));
  }
  ArchiveWriter out("bundle_products", kProductsVersion);
  out.put_texts("product_id", products);
  out.put_texts("category_id", categories);
  out.put_texts("title", titles);
  out.put("is_listed", shop.catalog.is_listed);
  out.put("price", shop.catalog.price);
  out.put("old_price", shop.catalog.old_price);
  out.put("add_date", shop.catalog.add_date);
  out.put("vectors", shop.catalog.vectors);
  out.put_value("dim", shop.catalog.vector_dim);
  out.write(path);
}

Products load_products(const std::filesystem::path& path) {
  const ArchiveReader in(path, "bundle_products", kProductsVersion);
  Products products;
  products.ids = in.get_texts("product_id");
  RawCatalog all;
  all.product_id = products.ids;
  all.category_id = in.get_texts("category_id");
  all.title = in.get_texts("title");
  all.price = in.get<float>("price");
  all.old_price = in.get<float>("old_price");
  all.add_date = in.get<TimeUs>("add_date");
  const auto is_listed = in.get<std::uint8_t>("is_listed");
  const auto vectors = in.get<float>("vectors");
  const auto dim = in.get_value<std::uint32_t>("dim");
  const std::size_t n = products.ids.size();
  if (all.category_id.size() != n || all.title.size() != n || all.price.size() != n ||
      all.old_price.size() != n || all.add_date.size() != n || is_listed.size() != n ||
      vectors.size() != n * dim) {
    in.fail("product_id", "does not fit its sister columns");
  }
  products.catalog = listed_rows(all, is_listed);
  if (dim > 0) {
    auto& catalog = products.catalog;
    catalog.dim = dim;
    catalog.vectors = vectors;
    catalog.vector_product = products.ids;
    for (std::size_t i = 0; i < n; ++i) catalog.vector_of.push_back(i);
  }
  return products;
}

std::vector<ItemIdx> positions_in(const Shop& shop, const std::vector<std::string>& product_ids) {
  std::vector<ItemIdx> positions;
  positions.reserve(product_ids.size());
  for (const auto& id : product_ids) {
    const auto item = shop.items.find(id);
    if (!item) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  fmt::format("bundle: product '{}' is not in the shop that is to be answered for; "
                              "run the pipeline again or give a log",
                              printable(id)));
    }
    positions.push_back(*item);
  }
  return positions;
}

}  // namespace vitrina::bundle
