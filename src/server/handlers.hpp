#pragma once

#include "server/routes.hpp"

// What the routes do: each is a Handle (server/routes.hpp).

namespace vitrina::server {

void post_events(App& app, const Call& call, const Respond& respond);
void post_recommendations(App& app, const Call& call, const Respond& respond);
void get_similar(App& app, const Call& call, const Respond& respond);
void get_bought_with(App& app, const Call& call, const Respond& respond);
void get_popular(App& app, const Call& call, const Respond& respond);
void get_user(App& app, const Call& call, const Respond& respond);
void delete_user(App& app, const Call& call, const Respond& respond);
void link_user(App& app, const Call& call, const Respond& respond);
void get_visit(App& app, const Call& call, const Respond& respond);
void delete_visit(App& app, const Call& call, const Respond& respond);
void put_products(App& app, const Call& call, const Respond& respond);
void get_product(App& app, const Call& call, const Respond& respond);
void get_health(App& app, const Call& call, const Respond& respond);
void get_ready(App& app, const Call& call, const Respond& respond);
void get_metrics(App& app, const Call& call, const Respond& respond);
void post_bundle(App& app, const Call& call, const Respond& respond);
void get_openapi(App& app, const Call& call, const Respond& respond);
void get_admin_openapi(App& app, const Call& call, const Respond& respond);

/// 200 with a body.
Response json_response(const boost::json::object& body);

/// That the store did not do what was asked; who looks after the server is told too.
Response store_failure(App& app, const Error& error);

/// What the shop has said of a product, with its field names.
boost::json::object facts_row(const ProductFacts& facts);

}  // namespace vitrina::server
