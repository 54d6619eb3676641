#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>

#include "core/time.hpp"
#include "server/handlers.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

constexpr int kDefaultK = 10;
/// The model of the bundle that says what goes into one order.
constexpr const char* kBoughtWith = "bought_together_14d";

int k_of(const json::object& asked) {
  const auto* k = find(asked, "k");
  return k == nullptr ? kDefaultK : k->to_number<int>();
}

/// The field that a place cannot do without.
std::string place_field(const json::object& asked, std::string_view place, std::string_view field) {
  if (find(asked, field) != nullptr) return text_of(asked, field);
  throw Problem(
      422, fmt::format("body: the field '{}' is missing; the place {} needs it", field, place));
}

/// What a place of the site adds to the question.
void apply_place(const json::object& asked, LiveQuery& query) {
  const auto place = text_of(asked, "place");
  if (place == "home") query.max_touched = *query.k / 2;
  if (place == "discovery") query.exclude_touched = true;
  if (place == "basket") query.exclude_in_basket = true;
  if (place == "category") query.categories = {place_field(asked, place, "category")};
  if (place == "product") {
    query.beside = place_field(asked, place, "product_id");
    query.by = {std::string(kSimilarBy), std::string(kBoughtWith)};
    query.exclude_seen = true;
    query.exclude_in_basket = true;
  }
}

void apply_exclude(const json::object& exclude, LiveQuery& query) {
  query.exclude = ids_of(exclude, "products");
  query.exclude_seen = query.exclude_seen || boolean_of(exclude, "seen");
  query.exclude_in_basket = query.exclude_in_basket || boolean_of(exclude, "in_basket");
  query.exclude_bought = boolean_of(exclude, "bought");
}

/// The categories that both ask for, where the place asks for one.
void narrow(std::vector<std::string> asked, std::vector<std::string>& categories) {
  if (asked.empty()) return;
  if (!categories.empty() &&
      std::find(asked.begin(), asked.end(), categories.front()) == asked.end()) {
    throw Problem(422, "body.filter.categories: the place's own category is not among them");
  }
  if (categories.empty()) categories = std::move(asked);
}

void apply_filter(const json::object& filter, LiveQuery& query) {
  narrow(ids_of(filter, "categories"), query.categories);
  query.only_listed = boolean_of(filter, "listed");
  const auto* available = find(filter, "available");
  query.also_unavailable = available != nullptr && !available->get_bool();
  if (const auto* price = find(filter, "min_price")) query.min_price = price->to_number<double>();
  if (const auto* price = find(filter, "max_price")) query.max_price = price->to_number<double>();
  if (find(filter, "products") != nullptr) query.only = ids_of(filter, "products");
}

LiveQuery to_query(const json::object& asked) {
  LiveQuery query{.user_id = text_of(asked, "user_id"),
                  .visit_id = text_of(asked, "visit_id"),
                  .k = k_of(asked),
                  .explain = boolean_of(asked, "explain")};
  apply_place(asked, query);
  if (const auto* exclude = find(asked, "exclude")) apply_exclude(exclude->get_object(), query);
  if (const auto* filter = find(asked, "filter")) apply_filter(filter->get_object(), query);
  return query;
}

json::object reasons_row(const LiveReasons& reasons) {
  json::array features;
  for (const auto& reason : reasons.features) {
    json::object row{{"feature", reason.feature}, {"contribution", reason.contribution}};
    if (reason.value && std::isfinite(*reason.value)) row["value"] = *reason.value;
    features.push_back(std::move(row));
  }
  return {{"logit", reasons.logit},
          {"base", reasons.base},
          {"features", std::move(features)},
          {"other", reasons.other}};
}

json::object product_row(const LiveProduct& product, const json::storage_ptr& memory) {
  json::object row(memory);
  row.reserve(3);
  row.emplace("product_id", product.product_id);
  row.emplace("score", product.score);
  row.emplace("source", product.source);
  return row;
}

json::array product_rows(App& app, const LiveAnswer& answer, bool with_details,
                         const json::storage_ptr& memory) {
  json::array rows(memory);
  rows.reserve(answer.products.size());
  for (const auto& product : answer.products) {
    auto row = product_row(product, memory);
    if (with_details) {
      if (const auto facts = app.live().product(product.product_id)) {
        for (auto& field : facts_row(*facts)) row.insert(field);
      }
    }
    if (product.reasons) row.emplace("reasons", reasons_row(*product.reasons));
    rows.emplace_back(std::move(row));
  }
  return rows;
}

/// What every answer says of itself.
json::object answer_head(App& app, const LiveAnswer& answer, const json::storage_ptr& memory) {
  json::object head(memory);
  head.reserve(7);
  head.emplace("recommendation_id", app.new_id());
  head.emplace("bundle", answer.bundle);
  head.emplace("as_of", answer.as_of);
  head.emplace("fallback", answer.fallback.empty() ? std::string_view("none") : answer.fallback);
  return head;
}

void respond_list(App& app, const Call& call, const LiveQuery& query, const Respond& respond) {
  const auto answer = app.live().recommend(query);
  auto body = answer_head(app, answer, call.memory);
  const bool with_details = boolean_of(call.query, "details");
  body.emplace("products", product_rows(app, answer, with_details, call.memory));
  respond(json_response(body));
}

}  // namespace

void post_recommendations(App& app, const Call& call, const Respond& respond) {
  const auto& asked = call.body.get_object();
  auto query = to_query(asked);
  query.at = format_time(app.writer().moment());
  const auto answer = app.live().recommend(query);
  // here alone: the lists beside a product and of what sells are asked for by nobody in particular
  if (!answer.fallback.empty()) app.metrics().fallback(answer.fallback);
  auto body = answer_head(app, answer, call.memory);
  if (answer.expected_recall) body.emplace("expected_recall", *answer.expected_recall);
  if (answer.p_buy) body.emplace("p_buy", *answer.p_buy);
  const bool with_details = boolean_of(asked, "details");
  body.emplace("products", product_rows(app, answer, with_details, call.memory));
  respond(json_response(body));
}

void get_popular(App& app, const Call& call, const Respond& respond) {
  LiveQuery query{.k = k_of(call.query)};
  if (find(call.query, "category") != nullptr) {
    query.categories.push_back(text_of(call.query, "category"));
  }
  respond_list(app, call, query, respond);
}

void get_similar(App& app, const Call& call, const Respond& respond) {
  LiveQuery query{.k = k_of(call.query), .beside = call.id};
  if (const auto* by = find(call.query, "by")) query.by = {id_text(*by)};
  respond_list(app, call, query, respond);
}

void get_bought_with(App& app, const Call& call, const Respond& respond) {
  respond_list(app, call, {.k = k_of(call.query), .beside = call.id, .by = {kBoughtWith}}, respond);
}

}  // namespace vitrina::server
