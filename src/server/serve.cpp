#include "server/serve.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "core/cancel.hpp"
#include "core/error.hpp"
#include "server/router.hpp"

namespace vitrina::server {
namespace {

constexpr std::chrono::milliseconds kLook(20);
/// A request may take as long to come as its time-outs say.
constexpr std::chrono::seconds kPatience(20);

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void check_reach(const HttpOptions& options, std::string_view option, const AppOptions& app) {
  if (is_loopback(options.host) || !app.keys.empty()) return;
  throw Error(ErrorCode::kConfig,
              fmt::format("{}: others can reach {}, and nobody needs a key; give --api-key-file, "
                          "or 127.0.0.1",
                          option, printable(options.host)));
}

bool is_cancelled() {
  const auto* flag = CancelScope::current();
  return flag != nullptr && flag->is_requested();
}

std::string address(const HttpOptions& options, const HttpServer& server) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", options.host, is_v6 ? "]" : "",
                     server.port());
}

}  // namespace

void serve(const ServeOptions& options) {
  check_reach(options.shop, "--host", options.app);
  check_reach(options.admin, "--admin-host", options.app);
  // In this order, so that what the store tells late finds the servers it is told to.
  HttpServer shop(options.shop);
  HttpServer admin(options.admin);
  App app(options.app);
  Router shop_router(app, Door::kShop);
  Router admin_router(app, Door::kAdmin);
  app.n_connections = [&] { return shop.n_connections(); };
  shop.start(shop_router);
  admin.start(admin_router);
  options.say(fmt::format("ready: {}, administration {}, bundle {}, {} events of {} customers",
                          address(options.shop, shop), address(options.admin, admin),
                          app.live().fingerprint(), app.live().n_events(),
                          app.live().n_customers()));
  while (!is_cancelled()) std::this_thread::sleep_for(kLook);
  app.begin_to_drain();
  shop.drain(kPatience);
  admin.drain(std::chrono::seconds(1));
  shop.stop();
  admin.stop();
  options.say("stopped: what had begun was answered, what was told to be stored is on the disk");
}

}  // namespace vitrina::server
