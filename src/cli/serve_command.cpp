#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>
#include <utility>

#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "command/layout.hpp"
#include "command/option_values.hpp"
#include "server/serve.hpp"

namespace vitrina::cli {
namespace {

constexpr int kMaxPort = 65535;
/// Prometheus's and who runs the server's.
constexpr std::size_t kAdminConnections = 64;
/// One may be loading a bundle while another says how the server is.
constexpr int kAdminThreads = 2;

std::filesystem::path path_of(const command::Context& context, std::string_view option) {
  return context.option(option).value_or("");
}

server::HttpOptions listener(const command::Context& context, std::string_view host,
                             std::string_view port, int default_port) {
  server::HttpOptions options;
  options.host = context.option(host).value_or("127.0.0.1");
  const auto given = context.option(port);
  options.port = static_cast<std::uint16_t>(given ? command::option_whole(port, *given, 0, kMaxPort)
                                                  : default_port);
  return options;
}

int keep_days(const command::Context& context) {
  constexpr int kMost = 36'500;
  const auto given = context.option("keep-days");
  return given ? static_cast<int>(command::option_whole("keep-days", *given, 1, kMost)) : 0;
}

double rate_limit(const command::Context& context) {
  const auto given = context.option("rate-limit");
  return given ? command::option_whole("rate-limit", *given, 1, 1'000'000) : 0;
}

/// What the system does to a program that nobody asked for is not for one that serves: it goes on
/// where whoever read its output has gone and where a terminal hangs up, and what it keeps of
/// customers is its own.
void settle() {
  std::signal(SIGPIPE, SIG_IGN);
  take_hangups();
  ::umask(S_IRWXG | S_IRWXO);
}

void run(const command::Context& context) {
  settle();
  const auto bundle = context.option("bundle");
  // what may throw comes first: GCC 12 destroys twice what an aggregate that is not whole yet holds
  auto shop = listener(context, "host", "port", 8000);
  auto admin = listener(context, "admin-host", "admin-port", 8001);
  const auto days = keep_days(context);
  const auto per_second = rate_limit(context);
  shop.threads = context.threads;
  admin.max_connections = kAdminConnections;
  admin.threads = kAdminThreads;
  server::serve(
      {.app = {.bundle =
                   bundle ? std::filesystem::path(*bundle) : context.path(command::kBundleFolder),
               .store = path_of(context, "store"),
               .catalog = path_of(context, "catalog"),
               .data = path_of(context, "data"),
               .schema = path_of(context, "schema"),
               .keys = path_of(context, "api-key-file"),
               .time_zone = context.option("time-zone").value_or(""),
               .threads = context.threads,
               .keep_days = days,
               .rate_limit = per_second,
               .on_warning = [&](const std::string& text) { context.progress->warn(text); }},
       .shop = std::move(shop),
       .admin = std::move(admin),
       .say =
           [&](const std::string& line) {
             *context.out << line << '\n' << std::flush;
             std::cout.flush();  // what stands behind it: whoever waits for the line reads a pipe
             // who read it may have gone
             context.out->clear();
             std::cout.clear();
           },
       .is_told_to_reload = came_hangup,
       .on_stopped =
           [] {
             end_well(
                 "snapshot: was given up, since the time to stop was over; the next start reads "
                 "the store");
           }});
}

}  // namespace

command::Command serve_command() {
  return {
      .name = "serve",
      .summary = "answers a shop's site over HTTP and takes its events, kept on disk",
      .inputs = {{command::kBundleFolder, "the bundle, unless --bundle is given", true},
                 {"{bundle}", "the bundle", true},
                 {"{data}", "a log from before", true},
                 {"{catalog}", "the catalog of today", true},
                 {"{api-key-file}", "the keys", true}},
      .outputs = {{"{store}/events.db", "what was told, a database of SQLite"}},
      .sections = {},
      .options =
          {{"--store", "DIR",
            "folder of the events, made when missing; one server at a time writes there", true},
           {"--bundle", "DIR", "the packed bundle (default: models/bundle of the workspace)"},
           {"--data", "PATH",
            "a log from before, as the other commands take it: read at the start, kept in memory "
            "alone"},
           {"--catalog", "PATH", "folder or file of a catalog in the place of the bundle's"},
           {"--schema", "FILE", "the shop's own column names and action codes, of these two"},
           {"--time-zone", "NAME",
            "the log's own clock: UTC, an offset such as +03:00, or a name such as Europe/Moscow "
            "(default: the store's, of a new one that of --schema, else the bundle's, else UTC)"},
           {"--keep-days", "N",
            "days that events are kept, by their times; older ones leave memory within the hour, "
            "and the store (default: for ever)"},
           {"--host", "ADDRESS",
            "address to listen on; one that others can reach asks for --api-key-file (default: "
            "127.0.0.1)"},
           {"--port", "PORT", "port for the site; 0: any that is free (default: 8000)"},
           {"--admin-host", "ADDRESS", "the same for /metrics and /admin (default: 127.0.0.1)"},
           {"--admin-port", "PORT", "port of these; 0: any that is free (default: 8001)"},
           {"--api-key-file", "FILE",
            "lines of a key's SHA-256 and its scopes, some of recommend,events,admin"},
           {"--rate-limit", "N",
            "requests a second of one key, or of one address where nobody needs a key; more are "
            "answered with 429 (default: any number)"}},
      .example = "vitrina serve --bundle bundle/ --store store/",
      .run = run,
      .is_pipeline = false,
      .stop_seconds = 30,
  };
}

}  // namespace vitrina::cli
