#include "server/serve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/cancel.hpp"
#include "core/error.hpp"
#include "server/process.hpp"
#include "server/router.hpp"

namespace vitrina::server {
namespace {

constexpr std::chrono::milliseconds kLook(20);
/// A request may take as long to come as its time-outs say.
constexpr std::chrono::seconds kPatience(20);

/// Beside those of the shop's connections: the store's, the bundle's, the other port's.
constexpr std::size_t kOtherDescriptors = 256;

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

/// How many connections can be answered and, as many again, turned away with so many descriptors:
/// `wanted` where there are enough, at least one.
std::size_t n_connections_within(std::size_t descriptors, std::size_t wanted) {
  const auto left = descriptors - std::min(descriptors, kOtherDescriptors);
  return std::clamp<std::size_t>(left / 2, 1, wanted);
}

/// A limit on connections that the system's on descriptors does not come before: where it does, who
/// is too many waits for ever, and so does the other port.
HttpOptions within_descriptors(HttpOptions options, const AppOptions& app) {
  const auto needed = 2 * options.max_connections + kOtherDescriptors;
  const auto allowed = raise_descriptors(needed);
  options.max_connections = n_connections_within(allowed, options.max_connections);
  if (allowed < needed && app.on_warning) {
    app.on_warning(fmt::format(
        "connections: the system allows {} open files, expected {}; no more than {} connections "
        "are answered at once; raise the hard limit (ulimit -Hn, LimitNOFILE of systemd)",
        allowed, needed, options.max_connections));
  }
  return options;
}

void check_ports(const HttpOptions& shop, const HttpOptions& admin) {
  if (shop.port == 0 || shop.port != admin.port || shop.host != admin.host) return;
  throw Error(ErrorCode::kConfig,
              fmt::format("--admin-port: found {}, which is --port too; name another", admin.port));
}

/// Stops both when it goes, however: their threads use what was made before it.
class Stopped {
 public:
  Stopped(HttpServer& shop, HttpServer& admin) : shop_(shop), admin_(admin) {}
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() {
    shop_.stop();
    admin_.stop();
  }

 private:
  HttpServer& shop_;
  HttpServer& admin_;
};

void reload(App& app, const ServeOptions& options) {
  try {
    if (!app.reload_keys()) return;
    options.say(fmt::format("keys: {} was read again", printable(options.app.keys.string())));
  } catch (const Error& error) {
    app.warn(fmt::format("keys: {}; the keys stay as they were", error.what()));
  }
}

/// Answers until it is cancelled; whether all that had begun was answered.
bool answer(App& app, const ServeOptions& options, HttpServer& shop, HttpServer& admin) {
  Router shop_router(app, Door::kShop);
  Router admin_router(app, Door::kAdmin);
  const Stopped stopped(shop, admin);
  app.n_connections = [&] { return shop.n_connections(); };
  app.is_overloaded = [&] { return shop.is_overloaded(); };
  app.loop_lag_s = [&] { return shop.lag().count(); };
  shop.start(shop_router);
  admin.start(admin_router);
  options.say(fmt::format("ready: {}, administration {}, bundle {}, {} events of {} customers",
                          address(options.shop, shop), address(options.admin, admin),
                          app.live().fingerprint(), app.live().n_events(),
                          app.live().n_customers()));
  while (!is_cancelled()) {
    std::this_thread::sleep_for(kLook);
    if (options.is_told_to_reload()) reload(app, options);
  }
  app.begin_to_drain();
  app.forgetter().stop();  // a large store is read for longer than anybody waits here
  const bool is_all_answered = shop.drain(kPatience);
  (void)admin.drain(std::chrono::seconds(1));
  return is_all_answered;
}

}  // namespace

void serve(const ServeOptions& asked) {
  auto options = asked;
  check_reach(options.shop, "--host", options.app);
  check_reach(options.admin, "--admin-host", options.app);
  check_ports(options.shop, options.admin);
  // Before all else, so that what the store tells late finds the servers it is told to.
  options.shop = within_descriptors(options.shop, options.app);
  HttpServer shop(options.shop);
  HttpServer admin(options.admin);
  auto app_options = options.app;
  app_options.max_unanswered = std::max<std::size_t>(options.shop.max_connections / 2, 1);
  App app(std::move(app_options));
  app.warn_of_old_bundle();
  const bool is_all_answered = answer(app, options, shop, admin);
  app.wait_for_disk();
  // what the application does last is a copy of memory
  options.on_stopped();
  if (is_all_answered) {
    options.say("stopped: what had begun was answered, what was told to be stored is on the disk");
  } else {
    options.say(
        fmt::format("stopped: some requests had no answer after {} s; what was told to be "
                    "stored is on the disk",
                    kPatience.count()));
  }
}

}  // namespace vitrina::server
