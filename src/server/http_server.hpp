#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "server/message.hpp"

namespace vitrina::server {

struct HttpOptions {
  std::string host = "127.0.0.1";  ///< an address or `localhost`
  std::uint16_t port = 0;          ///< 0: a free one
  int threads = 1;
  std::size_t max_connections = 1024;  ///< more are answered with 503 and closed
  std::chrono::seconds head_time{5};   ///< from a request's first byte to the end of its head
  std::chrono::seconds body_time{10};  ///< and from there to its last byte; and to write an answer
  std::chrono::seconds idle_time{60};  ///< between requests
};

/// HTTP/1.1 over TCP: reads requests within limits, has them answered, keeps connections alive.
/// A request that is broken, or that two parsers might read differently, is answered with 400 and
/// the connection is closed.
class HttpServer {
 public:
  /// Takes the port, on which nobody is answered yet. Throws Error(kOutOfResources) where another
  /// process has it, Error(kConfig) for an address that is none.
  explicit HttpServer(const HttpOptions& options);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// Answers from now on, by `handler`, which must live until stop(). Throws as above.
  void start(Handler& handler);
  /// Takes no new connections, answers what has begun, closes the rest; at most for so long.
  /// Whether nothing is left.
  bool drain(std::chrono::seconds patience);
  /// Ends at once. Answers that come later are passed over.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t n_connections() const;
  /// Whether requests wait too long for a thread: who refuses them now keeps the others' time
  /// (Overload).
  [[nodiscard]] bool is_overloaded();
  /// How long they have waited, at worst, of late.
  [[nodiscard]] std::chrono::duration<double> lag() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitrina::server
