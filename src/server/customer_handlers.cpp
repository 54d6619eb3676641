#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/action.hpp"
#include "core/time.hpp"
#include "server/handlers.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

/// The newest first.
json::object timeline(std::string_view field, const std::string& id,
                      const std::vector<KeptEvent>& events) {
  constexpr std::size_t kMost = 1000;
  json::array newest;
  for (auto event = events.rbegin(); event != events.rend() && newest.size() < kMost; ++event) {
    json::object row{{"time", format_time(event->time_us)},
                     {"action", name(static_cast<Action>(event->action))}};
    if (!event->product.empty()) row["product_id"] = event->product;
    if (event->page != 0) row["page"] = event->page;
    if (!event->device.empty()) row["device"] = event->device;
    newest.push_back(std::move(row));
  }
  return {{field, id}, {"n_events", events.size()}, {"events", std::move(newest)}};
}

/// What became of a wish to forget.
struct Forgotten {
  std::optional<std::string> refusal = {};  ///< why nothing was done
  store::Receipt receipt = {};
  bool is_overwritten = false;
};

void forget(App& app, store::Kind kind, const std::string& id, const Respond& respond) {
  auto forgotten = std::make_shared<Forgotten>();
  app.forgetter().forget(
      kind, id,
      [&app, kind, id, forgotten](store::EventStore& store, const store::FoundRows& found) {
        forgotten->refusal = store.refusal(kind, id);
        if (forgotten->refusal) return;
        forgotten->receipt = store.forget(kind, id, found);
        kind == store::Kind::kUser ? app.live().forget(id) : app.live().forget_visit(id);
        store.erase_new_snapshot();  // of memory that had the customer until now
        forgotten->is_overwritten = store.empty_log();
      },
      [&app, kind, id, forgotten, respond](const std::optional<Error>& error) {
        if (error) {
          const bool is_forgotten = !forgotten->receipt.digest.empty();
          return respond(store_failure(
              app, is_forgotten ? *error : error->with_context("nobody was forgotten")));
        }
        if (forgotten->refusal) return respond(to_response(Problem(409, *forgotten->refusal)));
        respond(json_response({{kind == store::Kind::kUser ? "user_id" : "visit_id", id},
                               {"n_erased", forgotten->receipt.n_rows},
                               {"forgotten_at", forgotten->receipt.at_text()},
                               {"receipt", forgotten->receipt.digest},
                               {"overwritten", forgotten->is_overwritten}}));
      });
}

}  // namespace

void get_user(App& app, const Call& call, const Respond& respond) {
  respond(json_response(timeline("user_id", call.id, app.live().events_of(call.id))));
}

void get_visit(App& app, const Call& call, const Respond& respond) {
  respond(json_response(timeline("visit_id", call.id, app.live().events_of_visit(call.id))));
}

void delete_user(App& app, const Call& call, const Respond& respond) {
  forget(app, store::Kind::kUser, call.id, respond);
}

void delete_visit(App& app, const Call& call, const Respond& respond) {
  forget(app, store::Kind::kVisit, call.id, respond);
}

void link_user(App& app, const Call& call, const Respond& respond) {
  const auto visit = text_of(call.body.get_object(), "visit_id");
  for (const auto& [place, id] : {std::pair("path", call.id), std::pair("visit_id", visit)}) {
    // as events have it: no log keeps a customer of that name
    if (!id.empty() && id != "/*") continue;
    throw Problem(422, fmt::format("{}: found '{}', expected an id", place, id));
  }
  auto is_linked = std::make_shared<bool>(false);
  app.writer().change(
      [&app, visit, user = call.id, is_linked](store::EventStore& store) {
        *is_linked = store.link(visit, user);
        if (*is_linked) app.live().link(visit, user);
      },
      [&app, visit, user = call.id, is_linked, respond](const std::optional<Error>& error) {
        if (error) return respond(store_failure(app, *error));
        if (!*is_linked) {
          return respond(to_response(
              Problem(409, "visit_id: is another user's; give each guest a visit of its own")));
        }
        respond(json_response({{"user_id", user}, {"visit_id", visit}}));
      });
}

}  // namespace vitrina::server
