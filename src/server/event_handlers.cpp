#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <vector>

#include "core/action.hpp"
#include "core/time.hpp"
#include "server/handlers.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

LiveEvent to_event(const json::object& told) {
  LiveEvent event{.user_id = text_of(told, "user_id"),
                  .visit_id = text_of(told, "visit_id"),
                  .action = text_of(told, "action"),
                  .products = ids_of(told, "products"),
                  .device = text_of(told, "device"),
                  .time = text_of(told, "time")};
  if (const auto* page = find(told, "page")) event.page = page->to_number<unsigned>();
  return event;
}

std::optional<store::EventKey> key_of(const json::object& told) {
  const auto* id = find(told, "event_id");
  return id == nullptr ? std::nullopt : std::optional(store::EventKey::of(id_text(*id)));
}

Response to_response(App& app, const store::Appended& appended) {
  if (appended.error) return store_failure(app, *appended.error);
  json::array statuses;
  statuses.reserve(appended.is_stored.size());
  for (const bool is_stored : appended.is_stored) {
    statuses.emplace_back(is_stored ? "stored" : "repeated");
  }
  return json_response({{"statuses", std::move(statuses)}});
}

void count(Metrics& metrics, const store::Appended& appended) {
  std::uint64_t n_stored = 0;
  for (const bool is_stored : appended.is_stored) n_stored += is_stored ? 1 : 0;
  metrics.events(n_stored, appended.is_stored.size() - n_stored);
}

}  // namespace

void post_events(App& app, const Call& call, const Respond& respond) {
  const auto& told = call.body.at("events").get_array();
  std::vector<LiveEvent> events;
  events.reserve(told.size());
  for (const auto& each : told) events.push_back(to_event(each.get_object()));
  auto kept = app.live().check(events);
  std::vector<store::NewEvent> fresh(told.size());
  for (std::size_t e = 0; e < told.size(); ++e) {
    const auto& event = told[e].get_object();
    fresh[e] = {key_of(event), std::move(kept[e]), events[e].time.empty(),
                text_of(event, "recommendation_id")};
  }
  const bool is_taken =
      app.writer().append(std::move(fresh), [&app, respond](const store::Appended& appended) {
        count(app.metrics(), appended);
        respond(to_response(app, appended));
      });
  if (!is_taken) throw Problem(503, "events: too many are on their way to the disk; send again");
}

}  // namespace vitrina::server
