#include "server/http_server.hpp"

#include <fmt/format.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "server/http_session.hpp"
#include "server/overload.hpp"

namespace vitrina::server {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

/// Connections are given up at most so much later than they may be.
constexpr std::chrono::milliseconds kLook(250);
/// How long the last half of a connection's making may take while a server stops.
constexpr std::chrono::milliseconds kHandshake(100);

/// Has the system drop what asks a listening socket for a new connection. Its maker asks again in a
/// second, and finds the port closed or the next server's; a connection that was made between the
/// last accept and the close would be reset with a request on it. By a filter of the socket (BPF),
/// the only means to stop them before they are made. Where it is not to be had all goes on without.
void drop_new_connections(int listener) {
  constexpr std::uint32_t kFlags = 13;  // the byte of a TCP header with
  constexpr std::uint32_t kSyn = 0x02;
  constexpr std::uint32_t kAck = 0x10;
  std::array<sock_filter, 5> code{{{BPF_LD | BPF_B | BPF_ABS, 0, 0, kFlags},
                                   {BPF_ALU | BPF_AND | BPF_K, 0, 0, kSyn | kAck},
                                   {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, kSyn},
                                   {BPF_RET | BPF_K, 0, 0, 0},
                                   {BPF_RET | BPF_K, 0, 0, ~std::uint32_t{0}}}};
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  (void)::setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(const HttpOptions& options);
  ~Impl() { stop(); }

  void start(Handler& handler);
  bool drain(std::chrono::seconds patience);
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t n_connections() const { return n_connections_; }
  [[nodiscard]] Overload& overload() { return overload_; }

 private:
  /// A session among those that are woken at the end.
  class Registered {
   public:
    Registered(Impl& server, HttpSession& session) : server_(server), session_(&session) {
      const std::scoped_lock lock(server_.mutex_);
      server_.sessions_.insert(session_);
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() {
      const std::scoped_lock lock(server_.mutex_);
      server_.sessions_.erase(session_);
    }

   private:
    Impl& server_;
    HttpSession* session_;
  };

  /// One of a number while it lives.
  class Counted {
   public:
    explicit Counted(std::atomic<std::size_t>& n) : n_(n), number_(++n) {}
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --n_; }

    [[nodiscard]] std::size_t number() const { return number_; }

   private:
    std::atomic<std::size_t>& n_;
    std::size_t number_;
  };

  [[nodiscard]] Error taken(const Status& status) const;
  Task<void> accept();
  Task<void> end_late();
  Task<void> beat();
  Task<void> serve(tcp::socket socket);
  void take_waiting();
  void spawn(tcp::socket socket);

  HttpOptions options_;
  std::optional<SessionHost> host_;
  // Before the context: the connections that go with it use them.
  std::mutex mutex_;  ///< of what follows
  std::condition_variable is_fewer_;
  std::set<HttpSession*> sessions_;

  net::io_context context_;
  net::executor_work_guard<net::io_context::executor_type> work_{context_.get_executor()};
  net::strand<net::io_context::executor_type> accept_strand_{net::make_strand(context_)};
  tcp::acceptor acceptor_{accept_strand_};
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> is_draining_{false};
  std::atomic<std::size_t> n_connections_{0};
  std::atomic<std::size_t> n_served_{0};  ///< of these; the others are turned away
  Overload overload_;
};

HttpServer::Impl::Impl(const HttpOptions& options) : options_(options), context_(options.threads) {
  Status status;
  const auto address =
      net::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, status);
  if (status) {
    throw Error(ErrorCode::kConfig, fmt::format("host: found '{}', expected an address such as "
                                                "127.0.0.1 or 0.0.0.0",
                                                printable(options.host)));
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(net::socket_base::reuse_address(true));
  status = acceptor_.bind(endpoint, status);
  if (status) throw taken(status);
  port_ = acceptor_.local_endpoint().port();
}

Error HttpServer::Impl::taken(const Status& status) const {
  return {ErrorCode::kOutOfResources, fmt::format("{}:{}: cannot listen: {}; name another port",
                                                  options_.host, options_.port, status.message())};
}

void HttpServer::Impl::start(Handler& handler) {
  host_.emplace(SessionHost{options_, handler, is_draining_});
  Status status;
  status = acceptor_.listen(net::socket_base::max_listen_connections, status);
  if (status) throw taken(status);
  // A server that takes no more connections and says nothing is worse than one that has ended.
  const auto end_with = [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
  };
  net::co_spawn(accept_strand_, accept(), end_with);
  net::co_spawn(accept_strand_, end_late(), end_with);
  overload_.begin(Overload::Clock::now());
  net::co_spawn(context_, beat(), end_with);
  for (int t = 0; t < options_.threads; ++t) {
    threads_.emplace_back([this] { context_.run(); });
  }
}

void HttpServer::Impl::stop() {
  context_.stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

Task<void> HttpServer::Impl::accept() {
  while (true) {
    Status status;
    auto socket = co_await acceptor_.async_accept(net::make_strand(context_), told_by(status));
    if (!status) {
      spawn(std::move(socket));
      continue;
    }
    if (!acceptor_.is_open()) co_return;
    // no descriptors are left, most likely: those that others give back come first
    net::steady_timer pause(accept_strand_, std::chrono::milliseconds(50));
    co_await pause.async_wait(told_by(status));
  }
}

/// Looks after the time that connections may take.
Task<void> HttpServer::Impl::end_late() {
  net::steady_timer pause(accept_strand_);
  for (Status status; !status;) {
    pause.expires_after(kLook);
    co_await pause.async_wait(told_by(status));
    const auto now = HttpSession::Clock::now();
    const std::scoped_lock lock(mutex_);
    for (auto* session : sessions_) session->end_if_late(now);
  }
}

/// Waits among the requests for a thread, as they do.
Task<void> HttpServer::Impl::beat() {
  net::steady_timer pause(context_);
  for (Status status; !status;) {
    pause.expires_after(Overload::kBeat);
    co_await pause.async_wait(told_by(status));
    overload_.beat(Overload::Clock::now());
  }
}

void HttpServer::Impl::spawn(tcp::socket socket) {
  const auto executor = socket.get_executor();
  ++n_connections_;
  net::co_spawn(executor, serve(std::move(socket)), [this](const std::exception_ptr&) {
    const std::scoped_lock lock(mutex_);
    --n_connections_;
    is_fewer_.notify_all();
  });
}

Task<void> HttpServer::Impl::serve(tcp::socket socket) {
  Status ignored;
  ignored = socket.set_option(tcp::no_delay(true), ignored);
  HttpSession session(*host_, HttpSession::Stream(std::move(socket)));
  const Registered registered(*this, session);
  {
    const Counted served(n_served_);
    if (served.number() <= options_.max_connections) co_return co_await session.run();
  }
  if (n_connections_ <= 2 * options_.max_connections) co_await session.turn_away();
}

/// The connections that the system has made and nobody has taken yet.
void HttpServer::Impl::take_waiting() {
  Status status;
  status = acceptor_.non_blocking(true, status);
  while (!status) {
    auto socket = acceptor_.accept(net::make_strand(context_), status);
    if (!status) spawn(std::move(socket));
  }
  status = acceptor_.close(status);
}

bool HttpServer::Impl::drain(std::chrono::seconds patience) {
  is_draining_ = true;
  drop_new_connections(acceptor_.native_handle());
  std::this_thread::sleep_for(kHandshake);
  std::promise<void> closed;
  net::post(accept_strand_, [&] {
    take_waiting();
    closed.set_value();
  });
  closed.get_future().wait();
  std::unique_lock lock(mutex_);
  for (auto* session : sessions_) session->wake();
  return is_fewer_.wait_for(lock, patience, [&] { return n_connections_ == 0; });
}

HttpServer::HttpServer(const HttpOptions& options) : impl_(std::make_unique<Impl>(options)) {}

HttpServer::~HttpServer() = default;

void HttpServer::start(Handler& handler) { impl_->start(handler); }
bool HttpServer::drain(std::chrono::seconds patience) { return impl_->drain(patience); }
void HttpServer::stop() { impl_->stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::n_connections() const { return impl_->n_connections(); }
bool HttpServer::is_overloaded() { return impl_->overload().is_too_much(Overload::Clock::now()); }
std::chrono::duration<double> HttpServer::lag() const {
  return impl_->overload().lag(Overload::Clock::now());
}

}  // namespace vitrina::server
