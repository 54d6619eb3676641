// What there is to be had on a machine, beside which vitrina_load measures `vitrina serve`:
//
//     vitrina_floor http --port 8002 --bytes 900       the same requests parsed, an answer of that
//                                                      size to each, nothing behind it
//     vitrina_floor commits --store DIR --rows 4096    rows of events written by SQLite alone, with
//                                                      as many in a commit, for some seconds

#include <fmt/format.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "server/http_server.hpp"

namespace vitrina::bench {
namespace {

/// Parses a request's body and gives every one the same answer.
class Floor final : public server::Handler {
 public:
  explicit Floor(std::size_t bytes) : body_("\"" + std::string(bytes, 'x') + "\"") {}

  [[nodiscard]] server::Admission admit(const server::Request&) override {
    return {.max_body = std::size_t{1} << 20U};
  }
  void handle(const server::Request& request, server::Respond respond) override {
    boost::json::error_code status;
    if (!request.body.empty()) (void)boost::json::parse(request.body, status);
    respond({.status = status ? 400 : 200, .body = body_});
  }

 private:
  std::string body_;
};

void serve(int port, int threads, std::size_t bytes) {
  sigset_t stops;
  ::sigemptyset(&stops);
  ::sigaddset(&stops, SIGTERM);
  ::sigaddset(&stops, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  server::HttpServer http({.port = static_cast<std::uint16_t>(port), .threads = threads});
  Floor floor(bytes);
  http.start(floor);
  std::printf("ready: http://127.0.0.1:%d\n", http.port());
  std::fflush(stdout);
  int got = 0;
  ::sigwait(&stops, &got);
  http.drain(std::chrono::seconds(1));
  http.stop();
}

struct Close {
  void operator()(sqlite3* database) const { ::sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
};

void run(sqlite3* database, const char* sql) {
  if (::sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(::sqlite3_errmsg(database));
  }
}

void commit(const std::string& folder, int rows, double seconds) {
  const auto file = std::filesystem::path(folder) / "floor.db";
  std::filesystem::create_directories(folder);
  std::filesystem::remove(file);
  sqlite3* opened = nullptr;
  if (::sqlite3_open(file.c_str(), &opened) != SQLITE_OK) throw std::runtime_error("cannot open");
  const std::unique_ptr<sqlite3, Close> database(opened);
  run(opened,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE events (seq "
      "INTEGER PRIMARY KEY, arrived INTEGER, event_id BLOB, kind INTEGER, customer TEXT, "
      "time INTEGER, action INTEGER, product TEXT, page INTEGER, device TEXT) STRICT");
  sqlite3_stmt* prepared = nullptr;
  ::sqlite3_prepare_v2(opened,
                       "INSERT INTO events (arrived, event_id, kind, customer, time, action, "
                       "product, page, device) VALUES (?1, x'00112233445566778899aabbccddeeff', 0, "
                       "?2, ?1, 0, ?3, 0, NULL)",
                       -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, Close> insert(prepared);
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> taken{};
  std::int64_t n = 0;
  while (taken.count() < seconds) {
    run(opened, "BEGIN IMMEDIATE");
    for (int r = 0; r < rows; ++r, ++n) {
      const auto customer = fmt::to_string(n * 7919 % 1'000'003);
      const auto product = fmt::to_string(n % 997);
      ::sqlite3_bind_int64(prepared, 1, 1'700'000'000'000'000 + n);
      ::sqlite3_bind_text(prepared, 2, customer.data(), static_cast<int>(customer.size()),
                          SQLITE_STATIC);
      ::sqlite3_bind_text(prepared, 3, product.data(), static_cast<int>(product.size()),
                          SQLITE_STATIC);
      if (::sqlite3_step(prepared) != SQLITE_DONE) throw std::runtime_error("a row was refused");
      ::sqlite3_reset(prepared);
    }
    run(opened, "COMMIT");
    taken = std::chrono::steady_clock::now() - begin;
  }
  std::printf("{\"rows_a_commit\": %d, \"rows_a_second\": %.0f}\n", rows,
              static_cast<double>(n) / taken.count());
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("What there is to be had on this machine");
  app.require_subcommand(1);
  int port = 0;
  int threads = 2;
  std::size_t bytes = 900;
  auto* http = app.add_subcommand("http", "parses requests and answers with bytes");
  http->add_option("--port", port, "0: any that is free");
  http->add_option("--threads", threads);
  http->add_option("--bytes", bytes, "of each answer");
  std::string store;
  int rows = 1;
  double seconds = 5;
  auto* commits = app.add_subcommand("commits", "writes rows with SQLite, each commit on the disk");
  commits->add_option("--store", store, "folder for the database")->required();
  commits->add_option("--rows", rows, "rows a commit")->check(CLI::Range(1, 100'000));
  commits->add_option("--seconds", seconds);
  CLI11_PARSE(app, argc, argv);
  if (http->parsed()) serve(port, threads, bytes);
  if (commits->parsed()) commit(store, rows, seconds);
  return 0;
}

}  // namespace
}  // namespace vitrina::bench

int main(int argc, char** argv) {
  try {
    return vitrina::bench::parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitrina_floor: error: %s\n", error.what());
    return 1;
  }
}
