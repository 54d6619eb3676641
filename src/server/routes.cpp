#include "server/routes.hpp"

#include <array>

#include "server/handlers.hpp"

namespace vitrina::server {
namespace {

constexpr std::size_t kSmallBody = std::size_t{64} * 1024;
constexpr std::size_t kEventsBody = std::size_t{1024} * 1024;
constexpr double kMaxPage = 4'294'967'295;

const Field kK{"k", Type::kWhole, "products wanted; 10 if not given", false, 1, 100};
const Field kUser{"user_id", Type::kId, "the customer"};
const Field kVisit{"visit_id", Type::kId,
                   "the visit of somebody who may not have signed in: any id of the site's own"};

const Shape kEvent{
    "Event",
    {{"event_id", Type::kId,
      "of the site's own: an event sent again within 24 hours with the same id is stored once"},
     kUser,
     kVisit,
     {"action", Type::kId,
      "view, like, basket_add, basket_delete, basket_clear, order, basket_page, visit, "
      "category_page or search, or the case's code, 0 to 9",
      true},
     {"products", Type::kIds, "what it is about", false, 0, 100},
     {"page", Type::kWhole, "the page's number; 0: none", false, 0, kMaxPage},
     {"device", Type::kId, "the browser's or the device's id"},
     {"time", Type::kText, "when it was, ISO time; now if not given"}}};

const Shape kEvents{
    "Events", {{"events", Type::kObjects, "all are stored, or none", true, 1, 1000, {}, &kEvent}}};

const Shape kStored{"Stored",
                    {{"statuses",
                      Type::kTexts,
                      "by event: stored now, or before",
                      true,
                      1,
                      1000,
                      {"stored", "repeated"}}}};

const Shape kExclude{"Exclude",
                     {{"seen", Type::kBoolean, "what the customer looked at or liked"},
                      {"in_basket", Type::kBoolean, "what is in the basket now"},
                      {"bought", Type::kBoolean, "what the customer ordered"},
                      {"products", Type::kIds, "these", false, 0, 1000}}};

const Shape kFilter{"Filter",
                    {{"categories", Type::kIds, "of one of these, by the catalog", false, 1, 100},
                     {"min_price", Type::kNumber, "not cheaper, by the catalog", false, 0},
                     {"max_price", Type::kNumber, "not dearer, by the catalog", false, 0},
                     {"listed", Type::kBoolean, "true: only what the catalog lists"},
                     {"products", Type::kIds, "only these", false, 0, 1000}}};

const Shape kQuestion{
    "Question",
    {kUser,
     kVisit,
     kK,
     {"place",
      Type::kText,
      "home: as the engine ranks; basket: nothing that is in the basket; discovery: nothing that "
      "the customer has touched",
      false,
      Field{}.from,
      Field{}.to,
      {"home", "basket", "discovery"}},
     {"exclude", Type::kObject, "what not to name", false, Field{}.from, Field{}.to, {}, &kExclude},
     {"filter", Type::kObject, "what alone to name", false, Field{}.from, Field{}.to, {}, &kFilter},
     {"explain", Type::kBoolean, "true: say of every product why it has its score"}}};

const Shape kReason{
    "Reason",
    {{"feature", Type::kText,
      "group__column, or own_history: what the customer did with the product; or buyer: how "
      "likely the customer is to buy anything",
      true},
     {"value", Type::kNumber, "of this customer and product; absent where it is not known"},
     {"contribution", Type::kNumber, "what it adds to the logit", true}}};

const Shape kReasons{
    "Reasons",
    {{"logit", Type::kNumber, "base + contributions + other; the score is 1 / (1 + exp(-logit))",
      true},
     {"base", Type::kNumber, "of a product of which nothing is known", true},
     {"features",
      Type::kObjects,
      "those that contribute most, up or down",
      true,
      0,
      5,
      {},
      &kReason},
     {"other", Type::kNumber, "what all other features contribute together", true}}};

const Shape kProduct{"Product",
                     {{"product_id", Type::kText, "", true},
                      {"score", Type::kNumber, "comparable within one list and source", true},
                      {"source", Type::kText, "what proposed it", true},
                      {"reasons",
                       Type::kObject,
                       "where explain asks for them",
                       false,
                       Field{}.from,
                       Field{}.to,
                       {},
                       &kReasons}}};

const Field kProducts{"products", Type::kObjects, "best first", true, 0, 100, {}, &kProduct};
const Field kId{"recommendation_id", Type::kText, "of this answer", true};
const Field kBundle{"bundle", Type::kText, "fingerprint of the bundle that answered", true};
const Field kAsOf{"as_of", Type::kText, "the moment of the answer, on the log's own clock", true};
const Field kFallback{"fallback",
                      Type::kText,
                      "popular: nothing is known of who or what was asked about",
                      true,
                      Field{}.from,
                      Field{}.to,
                      {"none", "popular"}};

const Shape kList{"List", {kId, kBundle, kAsOf, kFallback, kProducts}};
const Shape kRecommendation{
    "Recommendation",
    {kId,
     kBundle,
     kAsOf,
     kFallback,
     {"expected_recall", Type::kNumber,
      "share of what the customer buys that is expected to be among the products", true},
     {"p_buy", Type::kNumber, "probability that the customer buys anything in the next days", true},
     kProducts}};

const Shape kSimilarQuery{
    "SimilarQuery",
    {kK, {"by", Type::kText, "a model of the bundle; seen_together_1h if not given"}}};
const Shape kPopularQuery{"PopularQuery", {kK, {"category", Type::kText, "of this category"}}};

const Shape kUserEvent{"UserEvent",
                       {{"time", Type::kText, "on the log's own clock", true},
                        {"action", Type::kText, "its name", true},
                        {"product_id", Type::kText, ""},
                        {"page", Type::kWhole, ""},
                        {"device", Type::kText, ""}}};
const Shape kTimeline{
    "Timeline",
    {{"user_id", Type::kText, "", true},
     {"n_events", Type::kWhole, "a product an event", true, 0},
     {"events", Type::kObjects, "the newest, newest first", true, 0, 1000, {}, &kUserEvent}}};
const Shape kErased{"Erased",
                    {{"user_id", Type::kText, "", true},
                     {"n_erased", Type::kWhole, "rows that the store had", true, 0}}};
const Shape kStatus{"Status", {{"status", Type::kText, "ok or ready", true}}};

const Shape kSwap{
    "Swap",
    {{"bundle", Type::kText,
      "folder of the bundle; the one that the server was started with if not given"}}};
const Shape kSwapped{"Swapped",
                     {{"bundle", Type::kText, "its fingerprint", true},
                      {"learned_until", Type::kText, "it answers for no earlier moment", true}}};

const std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/v1/events",
          .door = Door::kShop,
          .scope = Scope::kEvents,
          .name = "postEvents",
          .summary = "stores events; told when they are on the disk and count",
          .body = &kEvents,
          .answer = &kStored,
          .max_body = kEventsBody,
          .handle = post_events},
    Route{.method = Method::kPost,
          .path = "/v1/recommendations",
          .door = Door::kShop,
          .scope = Scope::kRecommend,
          .name = "postRecommendations",
          .summary = "names the products that a customer, a visit or somebody unknown wants next",
          .body = &kQuestion,
          .answer = &kRecommendation,
          .max_body = kSmallBody,
          .handle = post_recommendations},
    Route{.method = Method::kGet,
          .path = "/v1/products/{id}/similar",
          .door = Door::kShop,
          .scope = Scope::kRecommend,
          .name = "getSimilar",
          .summary = "names what goes with a product, then what sells",
          .query = &kSimilarQuery,
          .answer = &kList,
          .handle = get_similar},
    Route{.method = Method::kGet,
          .path = "/v1/popular",
          .door = Door::kShop,
          .scope = Scope::kRecommend,
          .name = "getPopular",
          .summary = "names what sells",
          .query = &kPopularQuery,
          .answer = &kList,
          .handle = get_popular},
    Route{.method = Method::kGet,
          .path = "/v1/users/{id}",
          .door = Door::kShop,
          .scope = Scope::kAdmin,
          .name = "getUser",
          .summary = "what is kept of a customer",
          .answer = &kTimeline,
          .handle = get_user},
    Route{.method = Method::kDelete,
          .path = "/v1/users/{id}",
          .door = Door::kShop,
          .scope = Scope::kAdmin,
          .name = "deleteUser",
          .summary = "forgets a customer, in memory and in the store",
          .answer = &kErased,
          .handle = delete_user},
    Route{.method = Method::kGet,
          .path = "/healthz",
          .door = Door::kShop,
          .scope = Scope::kNone,
          .name = "getHealth",
          .summary = "whether the server lives",
          .answer = &kStatus,
          .handle = get_health},
    Route{.method = Method::kGet,
          .path = "/readyz",
          .door = Door::kShop,
          .scope = Scope::kNone,
          .name = "getReady",
          .summary = "whether requests should be sent here",
          .answer = &kStatus,
          .handle = get_ready},
    Route{.method = Method::kGet,
          .path = "/openapi.json",
          .door = Door::kShop,
          .scope = Scope::kNone,
          .name = "getOpenapi",
          .summary = "this document",
          .handle = get_openapi},
    Route{.method = Method::kGet,
          .path = "/metrics",
          .door = Door::kAdmin,
          .scope = Scope::kAdmin,
          .name = "getMetrics",
          .summary = "counts, in the text format of Prometheus",
          .handle = get_metrics},
    Route{.method = Method::kPost,
          .path = "/admin/v1/bundle",
          .door = Door::kAdmin,
          .scope = Scope::kAdmin,
          .name = "postBundle",
          .summary = "answers by another bundle from now on; one that cannot answer is refused",
          .body = &kSwap,
          .answer = &kSwapped,
          .max_body = kSmallBody,
          .handle = post_bundle},
    Route{.method = Method::kGet,
          .path = "/healthz",
          .door = Door::kAdmin,
          .scope = Scope::kNone,
          .name = "getAdminHealth",
          .summary = "whether the server lives",
          .answer = &kStatus,
          .handle = get_health},
    Route{.method = Method::kGet,
          .path = "/openapi.json",
          .door = Door::kAdmin,
          .scope = Scope::kNone,
          .name = "getAdminOpenapi",
          .summary = "this document",
          .handle = get_admin_openapi},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace vitrina::server
