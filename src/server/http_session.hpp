#pragma once

// Internal to the HTTP server: what includes this knows Asio and Beast, whose headers take long to
// compile.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "server/http_head.hpp"
#include "server/http_server.hpp"
#include "server/message.hpp"

namespace vitrina::server {

template <class T>
using Task = boost::asio::awaitable<T>;
using Status = boost::system::error_code;

/// An operation that says how it went by `status` and does not throw.
inline auto told_by(Status& status) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, status);
}

/// What all connections of a server share.
struct SessionHost {
  const HttpOptions& options;
  Handler& handler;
  const std::atomic<bool>& is_draining;
};

/// One connection, from its first request to its last.
class HttpSession {
 public:
  /// Made of a socket on a strand: its operations run one at a time, on any thread.
  using Stream = boost::asio::ip::tcp::socket;
  using Clock = std::chrono::steady_clock;

  HttpSession(const SessionHost& host, Stream stream);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession() = default;

  Task<void> run();
  /// Says that there are too many connections, and ends.
  Task<void> turn_away();
  /// Makes the wait for a request that has not begun a short one: what is on its way still comes,
  /// is answered, and is told that it was the last. From any thread, while this session lives.
  void wake();
  /// Ends a wait that has lasted longer than it may: somebody has to call this now and then. One
  /// walk over all connections costs less than a timer for each wait of each. As above.
  void end_if_late(Clock::time_point now);

 private:
  /// What waits now may wait for so long.
  void expires_after(Clock::duration patience) {
    deadline_ = (Clock::now() + patience).time_since_epoch().count();
  }
  void expires_never() { deadline_ = std::numeric_limits<Clock::rep>::max(); }
  [[nodiscard]] bool is_late(Clock::time_point now) const {
    return now.time_since_epoch().count() > deadline_;
  }

  enum class Outcome : std::uint8_t {
    kWhole,
    kGone,    ///< the peer has gone, or is late, which ends its stream
    kRefused  ///< with a fault
  };
  /// What became of a head or a body that was waited for.
  struct Received {
    Outcome outcome = Outcome::kWhole;
    HeadFault fault = {};

    explicit Received(Outcome what) : outcome(what) {}
    Received(int status, std::string_view reason)
        : outcome(Outcome::kRefused), fault{status, reason} {}
  };

  /// Whether another request may follow.
  Task<bool> serve_one();
  Task<Received> receive_head(Head& head);
  /// The body of a head that is still in the buffer.
  Task<Received> receive_body(Head& head, std::size_t max_body);
  Task<Received> receive_chunks(Head& head, std::size_t max_body);
  /// How long the next request may take to begin.
  [[nodiscard]] Clock::duration patience() const;
  /// Whether anything came.
  Task<bool> read_some(Clock::duration patience);
  Task<Response> answer(const Request& request);
  /// Both say whether another request may follow.
  Task<bool> refuse(int status, std::string_view reason);
  Task<bool> send(Response response, const Head& asked);
  /// Reads what the peer still sends: closing before it would take the answer from it.
  Task<void> linger();

  const SessionHost& host_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  std::string peer_;  ///< address; empty: it has gone already
  std::size_t head_bytes_ = 0;
  std::atomic<Clock::rep> deadline_{std::numeric_limits<Clock::rep>::max()};
  bool is_idle_ = false;    ///< waits for a request's first byte
  bool has_asked_ = false;  ///< that of the first request has come
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace vitrina::server
