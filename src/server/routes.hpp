#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/app.hpp"
#include "server/message.hpp"
#include "server/shape.hpp"

namespace vitrina::server {

/// The port that a route is on.
enum class Door : std::uint8_t { kShop, kAdmin };

/// A request whose parts were checked against its route's shapes.
struct Call {
  std::string id;  ///< what stands for `{id}` in the path
  boost::json::object query;
  boost::json::value body;
  /// For the JSON of an answer that is given before the handler returns.
  boost::json::storage_ptr memory = {};
};

/// Answers a call, now or later, once; or throws Problem or Error.
using Handle = void (*)(App& app, const Call& call, const Respond& respond);

/// What can be asked for. From these rows come what is routed, what is checked and openapi.json.
struct Route {
  Method method;
  std::string_view path;  ///< with `{id}` for a segment
  Door door;
  Scope scope;
  std::string_view name;  ///< operationId, and the label of its metrics
  std::string_view summary;
  const Shape* query = nullptr;    ///< null: no parameters
  const Shape* body = nullptr;     ///< null: no body
  const Shape* answer = nullptr;   ///< null: no JSON
  std::string_view conflict = {};  ///< when it is answered with 409; empty: never
  std::size_t max_body =
      std::size_t{64} * 1024;  ///< bytes; one that is not expected is refused by its own words
  Handle handle = nullptr;
};

std::span<const Route> routes();

}  // namespace vitrina::server
