#include "bench/load/open_loop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>

namespace vitrina::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// A connection that has at most one request under way.
class Connection {
 public:
  explicit Connection(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("load: nobody listens on that port of 127.0.0.1");
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  [[nodiscard]] int descriptor() const { return socket_; }

  void send(const std::string& request, std::size_t number, Clock::time_point due) {
    number_ = number;
    due_ = due;
    received_.clear();
    // requests are small: the socket's buffer takes them whole
    is_sound_ = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(request.size());
  }

  /// Reads what has come; whether the answer is whole, or will never be.
  bool receive() {
    std::array<char, 16384> piece;
    const auto n = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (n <= 0) {
      is_sound_ = false;
      return true;
    }
    received_.append(piece.data(), static_cast<std::size_t>(n));
    return is_whole();
  }

  [[nodiscard]] bool is_ok() const { return is_sound_ && received_.starts_with("HTTP/1.1 200 "); }
  [[nodiscard]] const std::string& whole() const { return received_; }
  [[nodiscard]] std::string body() const {
    return received_.substr(received_.find("\r\n\r\n") + 4);
  }
  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] Clock::time_point due() const { return due_; }

 private:
  [[nodiscard]] bool is_whole() const {
    constexpr std::string_view kLength = "Content-Length: ";
    const auto head = received_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const auto length = received_.find(kLength);
    return received_.size() >= head + 4 + std::stoul(received_.substr(length + kLength.size(), 20));
  }

  int socket_;
  std::string received_;
  std::size_t number_ = 0;
  Clock::time_point due_;
  bool is_sound_ = true;
};

class Loop {
 public:
  explicit Loop(const OpenLoop& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t c = 0; c < load.connections; ++c) {
      connections_.push_back(std::make_unique<Connection>(load.port));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = c}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back()->descriptor(), &event);
      free_.push_back(c);
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { ::close(epoll_); }

  Outcome run() {
    // sleeps end when they are due, not half a tenth of a millisecond later
    ::prctl(PR_SET_TIMERSLACK, 1);
    const auto n_warm = static_cast<std::size_t>(load_.per_second * load_.warm_up_seconds);
    const auto n_all = n_warm + static_cast<std::size_t>(load_.per_second * load_.seconds);
    const auto begin = Clock::now();
    const auto due_of = [&](std::size_t number) {
      return begin + std::chrono::nanoseconds(
                         std::llround(1e9 * static_cast<double>(number) / load_.per_second));
    };
    const auto end = due_of(n_all) + std::chrono::seconds(1);
    std::size_t next = 0;
    std::size_t n_done = 0;
    for (auto now = begin; n_done < n_all && now < end; now = Clock::now()) {
      for (; next < n_all && due_of(next) <= now && !free_.empty(); ++next) {
        connections_[free_.front()]->send(load_.request(next), next, due_of(next));
        free_.pop_front();
      }
      const auto wait = next < n_all && !free_.empty() ? due_of(next) - now : end - now;
      n_done += collect(wait, n_warm);
    }
    outcome_.n_unsent = n_all - n_done;
    std::sort(outcome_.latencies.begin(), outcome_.latencies.end());
    return std::move(outcome_);
  }

 private:
  /// Takes the answers that come until then, or until some have.
  std::size_t collect(Clock::duration wait, std::size_t n_warm) {
    std::array<epoll_event, 64> events;
    const auto ns = std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::nanoseconds>(wait).count());
    const timespec patience{ns / 1'000'000'000, ns % 1'000'000'000};
    const int n =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
    const auto now = Clock::now();
    std::size_t n_done = 0;
    for (int e = 0; e < n; ++e) {
      const auto c = events[static_cast<std::size_t>(e)].data.u64;
      auto& connection = *connections_[c];
      if (!connection.receive()) continue;
      ++n_done;
      free_.push_back(c);
      note(connection, now, n_warm);
    }
    return n_done;
  }

  void note(const Connection& connection, Clock::time_point now, std::size_t n_warm) {
    if (!connection.is_ok() && ++outcome_.n_failed == 1)
      outcome_.first_failure = connection.whole();
    if (connection.number() < n_warm) return;
    outcome_.latencies.push_back(std::chrono::duration<double>(now - connection.due()).count());
    if (connection.is_ok() && connection.number() % load_.sample_every == 0) {
      outcome_.samples.push_back({connection.number(), connection.body()});
    }
  }

  const OpenLoop& load_;
  int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<std::size_t> free_;
  Outcome outcome_;
};

}  // namespace

double Outcome::percentile(double share) const {
  if (latencies.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies.size()));
  return latencies[std::min(rank, latencies.size() - 1)];
}

Outcome run(const OpenLoop& load) { return Loop(load).run(); }

}  // namespace vitrina::bench
