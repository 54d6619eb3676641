#pragma once

#include <filesystem>
#include <string_view>

#include "fuzz/target.hpp"
#include "server/app.hpp"
#include "server/message.hpp"
#include "server/router.hpp"

namespace vitrina::fuzz {

/// A server without a socket, over the tiny bundle and an empty store.
class Server {
 public:
  Server();

  /// Throws Broken for an answer that no client could make sense of, or that owns up to a bug.
  server::Response ask(const server::Request& request, server::Door door);

  /// Whether it is as new: a defect must show again from the same bytes.
  [[nodiscard]] bool is_new();

 private:
  static std::filesystem::path empty_store();

  server::App app_;
  server::Router shop_{app_, server::Door::kShop};
  server::Router admin_{app_, server::Door::kAdmin};
};

/// One that has no events.
Server& new_server();

}  // namespace vitrina::fuzz
