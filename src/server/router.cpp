#include "server/router.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "server/problem.hpp"
#include "server/url.hpp"

namespace vitrina::server {
namespace {

constexpr std::size_t kMaxDepth = 16;
/// What the JSON of most calls, asked and answered, fits into.
constexpr std::size_t kCallBytes = std::size_t{16} * 1024;

/// What stands for `{id}` where a path is of a pattern, still as sent; nothing where it is not.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto begin = pattern.find("{id}");
  if (begin == std::string_view::npos) {
    return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  }
  const auto before = pattern.substr(0, begin);
  const auto after = pattern.substr(begin + 4);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after)) {
    return std::nullopt;
  }
  const auto id = path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

boost::json::value parse_body(const std::string& body, const boost::json::storage_ptr& memory) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::error_code status;
  auto value = boost::json::parse(body, status, memory, options);
  if (status) throw Problem(400, fmt::format("body: is no JSON: {}", status.message()));
  return value;
}

Call to_call(const Request& request, const Route& route, std::string id,
             const boost::json::storage_ptr& memory) {
  static const Shape kNone{"None", {}};
  const auto& shape = route.query == nullptr ? kNone : *route.query;
  auto query = typed(parse_query(query_of(request.target)), shape);
  check(query, shape, "query");
  if (route.body == nullptr) {
    if (!request.body.empty()) {
      throw Problem(400, fmt::format("body: found {} bytes, expected none", request.body.size()));
    }
    return {std::move(id), std::move(query), {}, memory};
  }
  auto body = parse_body(request.body, memory);
  check(body, *route.body);
  return {std::move(id), std::move(query), std::move(body), memory};
}

std::string_view key_of(const Request& request) {
  constexpr std::string_view kBearer = "bearer ";
  const std::string_view sent = request.authorization;
  return equals_lower(sent.substr(0, kBearer.size()), kBearer) ? sent.substr(kBearer.size())
                                                               : std::string_view(request.api_key);
}

/// The answer to a request that a part of the engine could not give.
Response response_to_current_exception(App& app) {
  try {
    throw;
  } catch (const Problem& problem) {
    return to_response(problem);
  } catch (const Error& error) {
    const auto problem = Problem::of(error);
    if (problem.status() == 500) app.warn(error.what());
    return to_response(problem);
  } catch (const std::bad_alloc&) {
    return to_response(Problem(503, "server: not enough memory"));
  } catch (const std::exception& error) {
    app.warn(error.what());
    return to_response(Problem(500, "server: an error that is a bug; its log says more"));
  }
}

}  // namespace

Router::Match Router::find_route(const Request& request) const {
  const auto path = path_of(request.target);
  std::vector<std::string_view> allowed;
  for (const auto& route : routes()) {
    if (route.door != door_) continue;
    const auto id = match(route.path, path);
    if (!id) continue;
    if (route.method == request.method) return {&route, decode(*id, false)};
    allowed.push_back(name(route.method));
  }
  if (allowed.empty()) {
    throw Problem(
        404, fmt::format("path: found '{}'; /openapi.json lists what there is", printable(path)));
  }
  throw Problem::not_allowed(allowed);
}

void Router::check_key(const Request& request, const Route& route) const {
  switch (app_.keys()->judge(key_of(request), route.scope)) {
    case Verdict::kAllowed:
      return;
    case Verdict::kUnknown:
      throw Problem(401, "key: is missing or unknown; send it as Authorization: Bearer KEY");
    case Verdict::kOtherScope:
      throw Problem(403, fmt::format("key: is not of the scope {}", name(route.scope)));
  }
}

void Router::check_rate(const Request& request) const {
  // who has no key is told apart by address
  const auto who = app_.keys()->is_empty() ? request.peer : key_of(request);
  if (app_.rate_limit().take(who, std::chrono::steady_clock::now())) return;
  throw Problem(429, fmt::format("rate: expected at most {} requests a second; come again",
                                 app_.rate_limit().per_second()));
}

void Router::check_load(const Route& route) const {
  // whoever looks after the server is answered above all then
  if (door_ != Door::kShop || route.scope == Scope::kNone || route.scope == Scope::kAdmin) return;
  if (app_.is_overloaded()) throw Problem(503, "server: has too much to do; come again");
  if (route.scope == Scope::kEvents && app_.has_too_many_waiting()) {
    throw Problem(503, "events: too many requests wait for the disk; send again");
  }
}

Admission Router::admit(const Request& head) {
  std::string_view label = "none";
  try {
    const auto found = find_route(head);
    label = found.route->name;
    check_load(*found.route);
    check_key(head, *found.route);
    // whoever looks after the server is not kept out by those who ask it
    if (found.route->scope != Scope::kNone && door_ == Door::kShop) check_rate(head);
    if (found.route->body != nullptr && !is_json(head.content_type)) {
      throw Problem(415, "content-type: expected application/json");
    }
    if (found.route->body != nullptr && !head.content_encoding.empty()) {
      throw Problem(415, fmt::format("content-encoding: found '{}'; send the body as it is",
                                     printable(head.content_encoding)));
    }
    if (found.id.size() > kMaxIdBytes) {
      throw Problem(422, fmt::format("path: found an id of {} bytes, expected at most {}",
                                     found.id.size(), kMaxIdBytes));
    }
    return {.max_body = found.route->max_body};
  } catch (const std::exception&) {
    auto refusal = response_to_current_exception(app_);
    app_.metrics().refused(label, refusal.status);
    return {.is_admitted = false, .refusal = std::move(refusal)};
  }
}

void Router::on_refused(int status) { app_.metrics().refused("none", status); }

void Router::handle(const Request& request, Respond respond) {
  const auto begin = std::chrono::steady_clock::now();
  app_.begin_request();
  std::string_view label = "none";
  // of the application alone: a late answer outlives the router
  const auto finish = [&app = app_, begin, respond = std::move(respond)](std::string_view route,
                                                                         Response response) {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    app.metrics().request(route, response.status, taken.count());
    app.end_request();
    respond(std::move(response));
  };
  try {
    auto found = find_route(request);
    label = found.route->name;
    std::array<unsigned char, kCallBytes> block;
    boost::json::monotonic_resource memory(block.data(), block.size());
    const auto call = to_call(request, *found.route, std::move(found.id), &memory);
    found.route->handle(app_, call,
                        [finish, label](Response response) { finish(label, std::move(response)); });
  } catch (const std::exception&) {
    finish(label, response_to_current_exception(app_));
  }
}

}  // namespace vitrina::server
