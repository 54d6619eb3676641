#include "fuzz/server.hpp"

#include <boost/json/parse.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "fuzz/folder.hpp"

namespace vitrina::fuzz {
namespace {

bool is_json(std::string_view text) {
  boost::json::error_code status;
  boost::json::parse_options options;
  options.max_depth = 64;
  (void)boost::json::parse(text, status, {}, options);
  return !status;
}

void check(const server::Response& response) {
  require(response.status >= 200 && response.status < 600, "a status is one of HTTP");
  require(response.status != 500, "no request finds a bug: " + response.body);
  if (response.content_type.find("json") != std::string::npos) {
    require(is_json(response.body), "what is said to be JSON is: " + response.body);
  }
  for (const auto& [name, value] : response.headers) {
    require(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
  }
}

}  // namespace

std::filesystem::path Server::empty_store() {
  auto store = folder("server_store");
  std::filesystem::remove_all(store);
  std::filesystem::create_directories(store);
  return store;
}

Server::Server() : app_({.bundle = tiny_bundle(), .store = empty_store(), .threads = 1}) {}

server::Response Server::ask(const server::Request& request, server::Door door) {
  auto& router = door == server::Door::kShop ? shop_ : admin_;
  auto admission = router.admit(request);
  if (!admission.is_admitted) {
    check(admission.refusal);
    require(admission.refusal.status >= 400, "a refusal is none of success");
    return std::move(admission.refusal);
  }
  if (request.body.size() > admission.max_body) return {.status = 413};
  std::promise<server::Response> told;
  router.handle(request, [&](server::Response response) { told.set_value(std::move(response)); });
  auto response = told.get_future().get();
  check(response);
  return response;
}

bool Server::is_new() { return app_.live().n_events() == 0; }

Server& new_server() {
  static std::unique_ptr<Server> server;
  if (!server || !server->is_new()) {
    server.reset();  // its store is locked
    server = std::make_unique<Server>();
  }
  return *server;
}

}  // namespace vitrina::fuzz
