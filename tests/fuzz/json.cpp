#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <set>
#include <string>

#include "fuzz/server.hpp"
#include "fuzz/target.hpp"

// Bodies of the routes that take one: the first byte says which, the rest is the body. An answer is
// held against what was asked.

namespace vitrina::fuzz {
namespace {

namespace json = boost::json;

server::Response post(const std::string& target, std::string_view body, server::Door door) {
  return new_server().ask({.method = server::Method::kPost,
                           .target = target,
                           .body = std::string(body),
                           .content_type = "application/json"},
                          door);
}

void check_reasons(const json::object& reasons, double score) {
  double sum = reasons.at("base").to_number<double>() + reasons.at("other").to_number<double>();
  for (const auto& reason : reasons.at("features").as_array()) {
    sum += reason.at("contribution").to_number<double>();
  }
  require(std::abs(sum - reasons.at("logit").to_number<double>()) < 1e-9, "reasons add up");
  require(std::abs(1 / (1 + std::exp(-sum)) - score) < 1e-6, "reasons add up to the score");
}

void recommend(std::string_view body) {
  const auto response = post("/v1/recommendations", body, server::Door::kShop);
  if (response.status != 200) return;
  const auto asked = json::parse(body).as_object();
  const auto answer = json::parse(response.body).as_object();
  const auto& products = answer.at("products").as_array();
  const auto* k = asked.if_contains("k");
  require(products.size() <= (k == nullptr ? 10 : k->to_number<std::size_t>()),
          "no more products than were asked for");
  const auto* explain = asked.if_contains("explain");
  const bool is_explained = explain != nullptr && explain->is_bool() && explain->as_bool();
  std::set<std::string> ids;
  for (const auto& product : products) {
    require(ids.emplace(product.at("product_id").as_string()).second, "no product twice");
    const auto* reasons = product.as_object().if_contains("reasons");
    require((reasons != nullptr) == is_explained, "reasons where they are asked for");
    if (reasons != nullptr) {
      check_reasons(reasons->as_object(), product.at("score").to_number<double>());
    }
  }
}

void tell(std::string_view body) {
  const auto response = post("/v1/events", body, server::Door::kShop);
  if (response.status != 200) return;
  const auto told = json::parse(body).at("events").as_array();
  require(json::parse(response.body).at("statuses").as_array().size() == told.size(),
          "every event has a status");
  // what was taken in can be answered with
  for (const auto& event : told) {
    for (const char* who : {"user_id", "visit_id"}) {
      const auto* id = event.as_object().if_contains(who);
      if (id == nullptr || !id->is_string()) continue;
      const auto question = json::serialize(json::object{{who, *id}, {"explain", true}});
      require(post("/v1/recommendations", question, server::Door::kShop).status == 200,
              "who has events is answered");
      return;
    }
  }
}

void run(Bytes input) {
  auto body = text_of(input);
  if (body.empty()) return;
  const char route = body.front();
  body.remove_prefix(1);
  switch (route) {
    case 'e':
      return tell(body);
    case 'b':
      (void)post("/admin/v1/bundle", body, server::Door::kAdmin);
      return;
    default:
      return recommend(body);
  }
}

std::vector<Seed> seeds() {
  return {
      {"plain", R"(r{"user_id":"7","visit_id":5,"k":3,"place":"home"})"},
      {"rules", R"(r{"k":100,"place":"discovery","exclude":{"seen":true,"in_basket":true,)"
                R"("bought":true,"products":["1","2"]},"filter":{"categories":["1"],)"
                R"("min_price":0.5,"max_price":1e9,"listed":true,"products":["3",4]}})"},
      {"explain", R"(r{"user_id":"7","explain":true})"},
      {"event", R"(e{"events":[{"event_id":"a","user_id":"7","action":"view","products":["1"],)"
                R"("page":3,"device":"d","time":"2024-03-04T05:06:07.89"}]})"},
      {"events", R"(e{"events":[{"visit_id":"v","action":"basket_add","products":["1","x"]},)"
                 R"({"user_id":1,"action":5},{"user_id":"ж","action":"order","products":[9]}]})"},
      {"swap", R"(b{"bundle":"nowhere"})"},
      {"again", "b{}"},
  };
}

}  // namespace

const Target kJsonTarget{"json", "bodies of the routes", run, seeds};

}  // namespace vitrina::fuzz
