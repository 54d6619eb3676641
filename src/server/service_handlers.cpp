#include <boost/json/serialize.hpp>
#include <chrono>
#include <filesystem>

#include "server/handlers.hpp"
#include "server/openapi.hpp"
#include "server/problem.hpp"

namespace vitrina::server {

namespace json = boost::json;

namespace {

/// When the bundle's newest event was, by this machine's clock; to the minute, so that a machine's
/// and a log's clock are read at one moment.
std::int64_t learned_until_s(const App& app) {
  using std::chrono::system_clock;
  const auto now = system_clock::now().time_since_epoch();
  const auto then = now - std::chrono::microseconds(app.bundle_age());
  return std::chrono::seconds(std::chrono::round<std::chrono::minutes>(then)).count();
}

}  // namespace

Response json_response(const json::object& body) { return {.body = json::serialize(body)}; }

Response store_failure(App& app, const Error& error) {
  app.warn_of_store(error);
  return to_response(Problem::of_store(error));
}

void get_health(App&, const Call&, const Respond& respond) {
  respond(json_response({{"status", "ok"}}));
}

void get_ready(App& app, const Call&, const Respond& respond) {
  if (app.is_draining()) throw Problem(503, "server: is stopping");
  respond(json_response({{"status", "ready"}}));
}

void get_metrics(App& app, const Call&, const Respond& respond) {
  auto& live = app.live();
  respond({.body = app.metrics().text({.bundle = live.fingerprint(),
                                       .version = version(),
                                       .n_events = live.n_events(),
                                       .n_customers = live.n_customers(),
                                       .n_waiting = app.writer().n_waiting(),
                                       .n_connections = app.n_connections(),
                                       .loop_lag_s = app.loop_lag_s(),
                                       .learned_until_s = learned_until_s(app),
                                       .snapshot_s = app.snapshots().last_s(),
                                       .n_failed_snapshots = app.snapshots().n_failed(),
                                       .process = this_process()}),
           .content_type = "text/plain; version=0.0.4"});
}

void post_bundle(App& app, const Call& call, const Respond& respond) {
  const auto* given = find(call.body.get_object(), "bundle");
  const std::filesystem::path folder =
      given == nullptr ? app.options().bundle : std::filesystem::path(id_text(*given));
  try {
    app.live().swap(folder, app.options().catalog);
  } catch (const Error& error) {
    app.metrics().reload(false);
    app.warn(std::string("bundle refused: ") + error.what());
    throw;
  }
  app.metrics().reload(true);
  app.warn_of_other_shop();
  respond(json_response(
      {{"bundle", app.live().fingerprint()}, {"learned_until", app.live().learned_until()}}));
}

void get_openapi(App&, const Call&, const Respond& respond) {
  static const auto kText = openapi(Door::kShop);
  respond({.body = kText});
}

void get_admin_openapi(App&, const Call&, const Respond& respond) {
  static const auto kText = openapi(Door::kAdmin);
  respond({.body = kText});
}

}  // namespace vitrina::server
