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

Response to_response(const store::Appended& appended) {
  if (appended.error) return to_response(Problem::of(*appended.error));
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
    fresh[e] = {text_of(told[e].get_object(), "event_id"), std::move(kept[e]),
                events[e].time.empty()};
  }
  const bool is_taken =
      app.writer().append(std::move(fresh), [&app, respond](const store::Appended& appended) {
        count(app.metrics(), appended);
        respond(to_response(appended));
      });
  if (!is_taken) throw Problem(503, "events: too many are on their way to the disk; send again");
}

void get_user(App& app, const Call& call, const Respond& respond) {
  constexpr std::size_t kMost = 1000;
  const auto events = app.live().events_of(call.id);
  json::array newest;
  for (auto event = events.rbegin(); event != events.rend() && newest.size() < kMost; ++event) {
    json::object row{{"time", format_time(event->time_us)},
                     {"action", name(static_cast<Action>(event->action))}};
    if (!event->product.empty()) row["product_id"] = event->product;
    if (event->page != 0) row["page"] = event->page;
    if (!event->device.empty()) row["device"] = event->device;
    newest.push_back(std::move(row));
  }
  respond(json_response(
      {{"user_id", call.id}, {"n_events", events.size()}, {"events", std::move(newest)}}));
}

void delete_user(App& app, const Call& call, const Respond& respond) {
  app.writer().forget(store::Kind::kUser, call.id,
                      [id = call.id, respond](const store::Forgotten& forgotten) {
                        if (forgotten.error) {
                          respond(to_response(Problem::of(*forgotten.error)));
                          return;
                        }
                        respond(json_response({{"user_id", id}, {"n_erased", forgotten.n_rows}}));
                      });
}

}  // namespace vitrina::server
