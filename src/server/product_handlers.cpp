#include <boost/json/array.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/handlers.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

std::optional<std::string> text_or_none(const json::object& told, std::string_view field) {
  const auto* value = find(told, field);
  return value == nullptr ? std::nullopt : std::optional(id_text(*value));
}

ProductFacts to_facts(const json::object& told) {
  ProductFacts facts{.product_id = text_of(told, "product_id"),
                     .category = text_or_none(told, "category"),
                     .title = text_or_none(told, "title"),
                     .url = text_or_none(told, "url"),
                     .picture = text_or_none(told, "picture")};
  if (const auto* price = find(told, "price")) facts.price = price->to_number<double>();
  if (const auto* available = find(told, "available")) facts.available = available->get_bool();
  return facts;
}

}  // namespace

json::object facts_row(const ProductFacts& facts) {
  json::object row{{"product_id", facts.product_id}};
  if (facts.price) row["price"] = *facts.price;
  if (facts.available) row["available"] = *facts.available;
  if (facts.category) row["category"] = *facts.category;
  if (facts.title) row["title"] = *facts.title;
  if (facts.url) row["url"] = *facts.url;
  if (facts.picture) row["picture"] = *facts.picture;
  return row;
}

void put_products(App& app, const Call& call, const Respond& respond) {
  auto products = std::make_shared<std::vector<ProductFacts>>();
  for (const auto& told : call.body.at("products").get_array()) {
    products->push_back(to_facts(told.get_object()));
  }
  Live::check(*products);
  app.writer().change(
      [&app, products](store::EventStore& store) {
        store.products().put(*products);
        app.live().put(*products);
      },
      [&app, products, respond](const std::optional<Error>& error) {
        if (error) return respond(store_failure(app, *error));
        respond(json_response({{"n_stored", products->size()}}));
      });
}

void get_product(App& app, const Call& call, const Respond& respond) {
  const auto facts = app.live().product(call.id);
  if (!facts) throw Problem(404, "product: nothing was told of it; PUT /v1/products does");
  respond(json_response(facts_row(*facts)));
}

}  // namespace vitrina::server
