#pragma once

#include "server/shape.hpp"

// The objects of the API's bodies, queries and answers, by the routes that speak them.

namespace vitrina::server::shapes {

inline constexpr double kMaxPage = 4'294'967'295;
inline constexpr double kMostPrice = 1e15;

inline const Field kK{"k", Type::kWhole, "products wanted; 10 if not given", false, 1, 100};
inline const Field kUser{"user_id", Type::kId, "the customer"};
inline const Field kVisit{
    "visit_id", Type::kId,
    "the visit of somebody who may not have signed in: any id of the site's own"};

inline const Field kDetails{"details", Type::kBoolean, "true: with what was put of each product"};

inline const Shape kEvent{
    "Event",
    {{"event_id", Type::kId,
      "of the site's own, unique over all customers, such as a UUID: an event sent again within 24 "
      "hours with the same id is stored once"},
     kUser,
     kVisit,
     {"action", Type::kId,
      "view, like, basket_add, basket_delete, basket_clear, order, basket_page, visit, "
      "category_page or search, or the case's code, 0 to 9",
      true},
     {"products", Type::kIds, "what it is about", false, 0, 100},
     {"page", Type::kWhole, "the page's number; 0: none", false, 0, kMaxPage},
     {"device", Type::kId, "the browser's or the device's id"},
     {"time", Type::kText, "when it was, ISO time; now if not given, and no later"},
     {"recommendation_id", Type::kId, "of the answer that showed the product"}}};

inline const Shape kEvents{
    "Events", {{"events", Type::kObjects, "all are stored, or none", true, 1, 1000, {}, &kEvent}}};

inline const Shape kStored{"Stored",
                           {{"statuses",
                             Type::kTexts,
                             "by event: stored now, or before",
                             true,
                             1,
                             1000,
                             {"stored", "repeated"}}}};

inline const Shape kExclude{"Exclude",
                            {{"seen", Type::kBoolean, "what the customer looked at or liked"},
                             {"in_basket", Type::kBoolean, "what is in the basket now"},
                             {"bought", Type::kBoolean, "what the customer ordered"},
                             {"products", Type::kIds, "these", false, 0, 1000}}};

inline const Shape kFilter{
    "Filter",
    {{"categories", Type::kIds, "of one of these, by the catalog", false, 1, 100},
     {"min_price", Type::kNumber, "not cheaper, by the catalog", false, 0, kMostPrice},
     {"max_price", Type::kNumber, "not dearer, by the catalog", false, 0, kMostPrice},
     {"listed", Type::kBoolean, "true: only what the catalog lists"},
     {"available", Type::kBoolean,
      "false: also what was put as not available; otherwise it is not named"},
     {"products", Type::kIds, "only these", false, 0, 1000}}};

inline const Shape kQuestion{
    "Question",
    {kUser,
     kVisit,
     kK,
     {"place",
      Type::kText,
      "as the engine ranks if not given, and for email; home: no more than half of what the "
      "customer has touched; product: what goes with product_id, and nothing that was seen; "
      "basket: nothing that is in the basket; category: of `category`; discovery: nothing that the "
      "customer has touched",
      false,
      Field{}.from,
      Field{}.to,
      {"home", "product", "category", "basket", "email", "discovery"}},
     {"product_id", Type::kId, "the product that the page shows; of the place product"},
     {"category", Type::kId, "the category that the page shows; of the place category"},
     kDetails,
     {"explain", Type::kBoolean, "true: say of every product why it has its score"},
     {"exclude", Type::kObject, "what not to name", false, Field{}.from, Field{}.to, {}, &kExclude},
     {"filter",
      Type::kObject,
      "what alone to name",
      false,
      Field{}.from,
      Field{}.to,
      {},
      &kFilter}}};

inline const Field kPrice{"price", Type::kNumber, "what prices are filtered by", false,
                          0,       kMostPrice};
inline const Field kAvailable{"available", Type::kBoolean, "false: it is not named"};
inline const Field kCategory{"category", Type::kId, "what categories are filtered by"};
inline const Field kTitle{"title", Type::kText, "for who shows it"};
inline const Field kUrl{"url", Type::kText, "for who shows it"};
inline const Field kPicture{"picture", Type::kText, "for who shows it: an address"};

inline const Shape kFacts{"Facts",
                          {{"product_id", Type::kId, "the product", true},
                           kPrice,
                           kAvailable,
                           kCategory,
                           kTitle,
                           kUrl,
                           kPicture}};
inline const Shape kPut{"Put",
                        {{"products",
                          Type::kObjects,
                          "what is not given of one stays as it was; all are stored, or none",
                          true,
                          1,
                          1000,
                          {},
                          &kFacts}}};
inline const Shape kPutDone{"PutDone", {{"n_stored", Type::kWhole, "products", true, 1, 1000}}};

inline const Shape kReason{
    "Reason",
    {{"feature", Type::kText,
      "group__column, or own_history: what the customer did with the product; or buyer: how "
      "likely the customer is to buy anything",
      true},
     {"value", Type::kNumber, "of this customer and product; absent where it is not known"},
     {"contribution", Type::kNumber, "what it adds to the logit", true}}};

inline const Shape kReasons{
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

inline const Shape kProduct{
    "Product",
    {{"product_id", Type::kText, "", true},
     {"score", Type::kNumber, "comparable within one list and source", true},
     {"source", Type::kText, "what proposed it", true},
     {"reasons",
      Type::kObject,
      "where explain asks for them; not of a neighbour",
      false,
      Field{}.from,
      Field{}.to,
      {},
      &kReasons},
     kPrice,
     kAvailable,
     kCategory,
     kTitle,
     kUrl,
     kPicture}};

inline const Field kProducts{"products", Type::kObjects, "best first", true, 0, 100, {}, &kProduct};
inline const Field kId{"recommendation_id", Type::kText, "of this answer", true};
inline const Field kBundle{"bundle", Type::kText, "fingerprint of the bundle that answered", true};
inline const Field kAsOf{"as_of", Type::kText, "the moment of the answer, on the log's own clock",
                         true};
inline const Field kFallback{
    "fallback",
    Type::kText,
    "popular: what sells, since nothing is known of who or what was asked about",
    true,
    Field{}.from,
    Field{}.to,
    {"none", "popular"}};

inline const Shape kList{"List", {kId, kBundle, kAsOf, kFallback, kProducts}};
inline const Shape kRecommendation{
    "Recommendation",
    {kId,
     kBundle,
     kAsOf,
     kFallback,
     {"expected_recall", Type::kNumber,
      "share of what the customer buys that is expected to be among the products; absent where all "
      "of them are neighbours of product_id"},
     {"p_buy", Type::kNumber,
      "probability that the customer buys anything in the next days; of what a filter leaves, "
      "where there is one; absent as above"},
     kProducts}};

inline const Shape kSimilarQuery{
    "SimilarQuery",
    {kK, {"by", Type::kText, "a model of the bundle; seen_together_1h if not given"}, kDetails}};
inline const Shape kBoughtWithQuery{"BoughtWithQuery", {kK, kDetails}};
inline const Shape kPopularQuery{"PopularQuery",
                                 {kK, {"category", Type::kText, "of this category"}, kDetails}};

inline const Shape kUserEvent{"UserEvent",
                              {{"time", Type::kText, "on the log's own clock", true},
                               {"action", Type::kText, "its name", true},
                               {"product_id", Type::kText, ""},
                               {"page", Type::kWhole, ""},
                               {"device", Type::kText, ""}}};
inline const Field kNumberOfEvents{"n_events", Type::kWhole, "a product an event", true, 0};
inline const Field kNewest{"events", Type::kObjects, "the newest, newest first", true, 0, 1000,
                           {},       &kUserEvent};
inline const Field kUserId{"user_id", Type::kText, "", true};
inline const Field kVisitId{"visit_id", Type::kText, "", true};
inline const Shape kTimeline{"Timeline", {kUserId, kNumberOfEvents, kNewest}};
inline const Shape kVisitTimeline{"VisitTimeline", {kVisitId, kNumberOfEvents, kNewest}};

inline const Field kErasedRows{"n_erased", Type::kWhole, "rows that the store had", true, 0};
inline const Field kForgottenAt{"forgotten_at", Type::kText, "time of UTC", true};
inline const Field kReceipt{
    "receipt", Type::kText,
    "SHA-256 of the store's salt and the id; vitrina forget --verify tells it too", true};
inline const Field kOverwritten{
    "overwritten", Type::kBoolean,
    "false: a reader keeps the store's log, which has the bytes until it is gone", true};
inline const Shape kErased{"Erased", {kUserId, kErasedRows, kForgottenAt, kReceipt, kOverwritten}};
inline const Shape kErasedVisit{"ErasedVisit",
                                {kVisitId, kErasedRows, kForgottenAt, kReceipt, kOverwritten}};

inline const Shape kLink{
    "Link", {{"visit_id", Type::kId, "the visit that the user has signed in to", true}}};
inline const Shape kLinked{"Linked", {kUserId, kVisitId}};
inline const Shape kStatus{"Status", {{"status", Type::kText, "ok or ready", true}}};

inline const Shape kSwap{
    "Swap",
    {{"bundle", Type::kText,
      "folder of the bundle; the one that the server was started with if not given"}}};
inline const Shape kSwapped{
    "Swapped",
    {{"bundle", Type::kText, "its fingerprint", true},
     {"learned_until", Type::kText, "it answers for no earlier moment", true}}};

}  // namespace vitrina::server::shapes
