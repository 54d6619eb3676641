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

int k_of(const json::object& asked) {
  const auto* k = find(asked, "k");
  return k == nullptr ? kDefaultK : k->to_number<int>();
}

/// What a place of the site adds to the question.
void apply_place(const json::object& asked, LiveQuery& query) {
  const auto place = text_of(asked, "place");
  if (place == "discovery") query.exclude_touched = true;
  if (place == "basket") query.exclude_in_basket = true;
}

void apply_exclude(const json::object& exclude, LiveQuery& query) {
  query.exclude = ids_of(exclude, "products");
  query.exclude_seen = boolean_of(exclude, "seen");
  query.exclude_in_basket = query.exclude_in_basket || boolean_of(exclude, "in_basket");
  query.exclude_bought = boolean_of(exclude, "bought");
}

void apply_filter(const json::object& filter, LiveQuery& query) {
  query.categories = ids_of(filter, "categories");
  query.only_listed = boolean_of(filter, "listed");
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

json::object product_row(std::string_view id, double score, std::string_view source) {
  return {{"product_id", id}, {"score", score}, {"source", source}};
}

json::array product_rows(const LiveAnswer& answer) {
  json::array rows;
  rows.reserve(answer.products.size());
  for (const auto& product : answer.products) {
    rows.push_back(product_row(product.product_id, product.score, product.source));
    if (product.reasons) rows.back().get_object()["reasons"] = reasons_row(*product.reasons);
  }
  return rows;
}

/// What every answer says of itself.
json::object answer_head(App& app, const LiveAnswer& answer) {
  const std::string_view fallback =
      answer.fallback.empty() ? std::string_view("none") : answer.fallback;
  if (fallback != "none") app.metrics().fallback(fallback);
  return {{"recommendation_id", app.new_id()},
          {"bundle", answer.bundle},
          {"as_of", answer.as_of},
          {"fallback", fallback}};
}

}  // namespace

void post_recommendations(App& app, const Call& call, const Respond& respond) {
  auto query = to_query(call.body.get_object());
  query.at = format_time(app.writer().moment());
  const auto answer = app.live().recommend(query);
  auto body = answer_head(app, answer);
  body["expected_recall"] = answer.expected_recall;
  body["p_buy"] = answer.p_buy;
  body["products"] = product_rows(answer);
  respond(json_response(body));
}

void get_popular(App& app, const Call& call, const Respond& respond) {
  LiveQuery query{.k = k_of(call.query)};
  if (find(call.query, "category") != nullptr) {
    query.categories.push_back(text_of(call.query, "category"));
  }
  const auto answer = app.live().recommend(query);
  auto body = answer_head(app, answer);
  body["products"] = product_rows(answer);
  respond(json_response(body));
}

void get_similar(App& app, const Call& call, const Respond& respond) {
  const auto* by = find(call.query, "by");
  const auto answer = app.live().beside(call.id, k_of(call.query),
                                        by == nullptr ? std::string(kSimilarBy) : id_text(*by));
  auto body = answer_head(app, answer);
  body["products"] = product_rows(answer);
  respond(json_response(body));
}

}  // namespace vitrina::server
