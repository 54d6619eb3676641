#include "store/product_table.hpp"

#include <string>

namespace vitrina::store {
namespace {

std::optional<std::string> text_or_none(const Statement& select, int column) {
  if (select.is_null(column)) return std::nullopt;
  return std::string(select.text(column));
}

}  // namespace

void ProductTable::put(std::span<const ProductFacts> products) {
  Statement upsert(database_,
                   "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (product) DO "
                   "UPDATE SET price = coalesce(excluded.price, price), "
                   "available = coalesce(excluded.available, available), "
                   "category = coalesce(excluded.category, category), "
                   "title = coalesce(excluded.title, title), url = coalesce(excluded.url, url), "
                   "picture = coalesce(excluded.picture, picture)");
  Transaction transaction(database_);
  for (const auto& facts : products) {
    upsert.bind(1, std::string_view(facts.product_id));
    upsert.bind(2, facts.price);
    upsert.bind(3, facts.available ? std::optional(std::int64_t{*facts.available}) : std::nullopt);
    upsert.bind(4, facts.category);
    upsert.bind(5, facts.title);
    upsert.bind(6, facts.url);
    upsert.bind(7, facts.picture);
    upsert.run();
  }
  transaction.commit();
}

void ProductTable::read(const std::function<void(const ProductFacts&)>& use) const {
  Statement select(database_, "SELECT * FROM products ORDER BY product");
  while (select.step()) {
    ProductFacts facts{.product_id = std::string(select.text(0)),
                       .category = text_or_none(select, 3),
                       .title = text_or_none(select, 4),
                       .url = text_or_none(select, 5),
                       .picture = text_or_none(select, 6)};
    if (!select.is_null(1)) facts.price = select.number(1);
    if (!select.is_null(2)) facts.available = select.whole(2) != 0;
    use(facts);
  }
}

}  // namespace vitrina::store
