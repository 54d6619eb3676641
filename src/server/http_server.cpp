#include "server/http_server.hpp"

// The one file that knows Beast and Asio: their headers take long to compile.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "server/http_head.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using net::ip::tcp;

template <class T>
using Task = net::awaitable<T>;
using Status = boost::system::error_code;

/// Made of a socket on a strand: the operations of a connection run one at a time, on any thread.
using Stream = beast::tcp_stream;

/// What is read at a time; and a head has to fit into it.
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
static_assert(kReadBytes > kMaxHeadBytes);

/// An operation that says how it went by `status` and does not throw.
auto told_by(Status& status) { return net::redirect_error(net::use_awaitable, status); }

std::string_view view_of(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

std::string head_text(const Response& response, bool keeps_alive) {
  auto text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: "
      "nosniff\r\nCache-Control: no-store\r\n",
      response.status, status_text(response.status), response.content_type, response.body.size());
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += keeps_alive ? "\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(const HttpOptions& options);
  ~Impl() { stop(); }

  void start(Handler& handler);
  void drain(std::chrono::seconds patience);
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t n_connections() const { return n_connections_; }

 private:
  class Session;

  [[nodiscard]] Error taken(const Status& status) const;
  Task<void> accept();
  Task<void> serve(tcp::socket socket);
  void take_waiting();
  void spawn(tcp::socket socket);

  HttpOptions options_;
  Handler* handler_ = nullptr;
  // Before the context: the connections that go with it use them.
  std::mutex mutex_;  ///< of what follows
  std::condition_variable is_fewer_;
  std::set<Session*> sessions_;

  net::io_context context_;
  net::executor_work_guard<net::io_context::executor_type> work_{context_.get_executor()};
  net::strand<net::io_context::executor_type> accept_strand_{net::make_strand(context_)};
  tcp::acceptor acceptor_{accept_strand_};
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> is_draining_{false};
  std::atomic<std::size_t> n_connections_{0};
};

/// One connection, from its first request to its last.
class HttpServer::Impl::Session {
 public:
  Session(Impl& server, Stream stream) : server_(server), stream_(std::move(stream)) {
    buffer_.reserve(kReadBytes);
    const std::scoped_lock lock(server_.mutex_);
    server_.sessions_.insert(this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    const std::scoped_lock lock(server_.mutex_);
    server_.sessions_.erase(this);
  }

  Task<void> run() {
    bool goes_on = true;
    while (goes_on) goes_on = co_await serve_one();
  }

  /// Says that there are too many connections, and ends.
  Task<void> turn_away() { co_await refuse(503, "server: has too many connections; come again"); }

  /// Ends the wait for a request that has not begun; what is on its way is still read. Called with
  /// the server's mutex held, so this session lives.
  void wake() {
    net::post(stream_.get_executor(), [this, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired() || !is_idle_) return;
      Status ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_receive, ignored);
    });
  }

 private:
  /// Whether another request may follow.
  Task<bool> serve_one() {
    Head head;
    const auto fault = co_await read_head(head);
    if (!fault) co_return false;
    if (fault->status != 0) co_return co_await refuse(fault->status, fault->reason);
    auto admission = server_.handler_->admit(head.request);
    const bool is_too_long = head.content_length > admission.max_body;
    const bool has_body = head.content_length > 0 || head.is_chunked;
    if (!admission.is_admitted) {
      // what follows an unread body would be read as a request
      const bool keeps = head.keeps_alive && !has_body;
      if (keeps) buffer_.consume(head_bytes_);
      co_return co_await send(std::move(admission.refusal), keeps, head.is_head);
    }
    if (is_too_long) {
      co_return co_await refuse(413, fmt::format("body: found {} bytes, expected at most {}",
                                                 head.content_length, admission.max_body));
    }
    const auto body_fault = co_await read_body(head, admission.max_body);
    if (!body_fault) co_return false;
    if (body_fault->status != 0) co_return co_await refuse(body_fault->status, body_fault->reason);
    auto response = co_await answer(head.request);
    co_return co_await send(std::move(response), head.keeps_alive, head.is_head);
  }

  /// Nothing: the peer has gone, or is late, which ends its stream. A fault without a status: all
  /// is well.
  Task<std::optional<HeadFault>> read_head(Head& head) {
    std::size_t end = 0;
    auto state = find_head_end(view_of(buffer_), end);
    if (buffer_.size() == 0) {
      if (server_.is_draining_ && stream_.socket().available() == 0) co_return std::nullopt;
      is_idle_ = true;
      const bool has_more = co_await read_some(server_.options_.idle_time);
      is_idle_ = false;
      if (!has_more) co_return std::nullopt;
      state = find_head_end(view_of(buffer_), end);
    }
    const auto deadline = std::chrono::steady_clock::now() + server_.options_.head_time;
    while (state == HeadState::kIncomplete && buffer_.size() < kMaxHeadBytes) {
      const auto left = deadline - std::chrono::steady_clock::now();
      const bool has_more = co_await read_some(left);
      if (!has_more) co_return std::nullopt;
      state = find_head_end(view_of(buffer_), end);
    }
    if (state == HeadState::kBroken)
      co_return HeadFault{400, "head: a line does not end with CRLF"};
    if (state == HeadState::kIncomplete || end > kMaxHeadBytes) {
      co_return HeadFault{431, "head: is longer than 8192 bytes"};
    }
    head_bytes_ = end;
    if (auto fault = server::read_head(view_of(buffer_).substr(0, end), head)) co_return *fault;
    co_return HeadFault{0, {}};
  }

  /// The body of a head that is still in the buffer; as above.
  Task<std::optional<HeadFault>> read_body(Head& head, std::size_t max_body) {
    if (head.content_length == 0 && !head.is_chunked) {
      buffer_.consume(head_bytes_);
      co_return HeadFault{0, {}};
    }
    Status status;
    if (head.expects_continue && buffer_.size() == head_bytes_) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      stream_.expires_after(server_.options_.body_time);
      co_await net::async_write(stream_, net::buffer(kContinue), told_by(status));
      if (status) co_return std::nullopt;
    }
    beast::http::request_parser<beast::http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(kMaxHeadBytes));
    parser.body_limit(max_body);
    stream_.expires_after(server_.options_.body_time);
    co_await beast::http::async_read(stream_, buffer_, parser, told_by(status));
    if (status == beast::http::error::body_limit) co_return HeadFault{413, "body: is too long"};
    if (status && status.category() == make_error_code(beast::http::error::bad_chunk).category() &&
        status != beast::http::error::partial_message &&
        status != beast::http::error::end_of_stream) {
      co_return HeadFault{400, "body: is broken"};
    }
    if (status) co_return std::nullopt;
    head.request.body = std::move(parser.get().body());
    co_return HeadFault{0, {}};
  }

  Task<bool> read_some(std::chrono::steady_clock::duration patience) {
    Status status;
    stream_.expires_after(patience);
    const auto n = co_await stream_.async_read_some(buffer_.prepare(kReadBytes - buffer_.size()),
                                                    told_by(status));
    buffer_.commit(n);
    co_return !status;
  }

  Task<Response> answer(const Request& request) {
    stream_.expires_never();
    co_return co_await net::async_initiate<const net::use_awaitable_t<>&, void(Response)>(
        [this, &request](auto done) {
          // what answers may be copied, what completes may not
          auto shared = std::make_shared<decltype(done)>(std::move(done));
          server_.handler_->handle(
              request, [shared, executor = stream_.get_executor()](Response response) {
                net::post(executor, [shared, response = std::move(response)]() mutable {
                  (*shared)(std::move(response));
                });
              });
        },
        net::use_awaitable);
  }

  Task<bool> refuse(int status, std::string_view reason) {
    co_return co_await send(to_response(Problem(status, std::string(reason))), false, false);
  }

  Task<bool> send(Response response, bool keeps_alive, bool is_head) {
    keeps_alive = keeps_alive && !server_.is_draining_;
    const auto head = head_text(response, keeps_alive);
    if (is_head) response.body.clear();
    const std::array<net::const_buffer, 2> pieces{net::buffer(head), net::buffer(response.body)};
    Status status;
    stream_.expires_after(server_.options_.body_time);
    co_await net::async_write(stream_, pieces, told_by(status));
    if (status) co_return false;
    if (!keeps_alive) co_await linger();
    co_return keeps_alive;
  }

  /// Reads what the peer still sends: closing before it would take the answer from it.
  Task<void> linger() {
    constexpr int kMostReads = 32;
    Status status;
    stream_.socket().shutdown(tcp::socket::shutdown_send, status);
    stream_.expires_after(std::chrono::seconds(1));
    for (int i = 0; i < kMostReads && !status; ++i) {
      buffer_.clear();
      co_await stream_.async_read_some(buffer_.prepare(kReadBytes), told_by(status));
    }
  }

  Impl& server_;
  Stream stream_;
  beast::flat_buffer buffer_{kReadBytes};
  std::size_t head_bytes_ = 0;
  bool is_idle_ = false;  ///< waits for a request's first byte
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
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
  acceptor_.bind(endpoint, status);
  if (status) throw taken(status);
  port_ = acceptor_.local_endpoint().port();
}

Error HttpServer::Impl::taken(const Status& status) const {
  return {ErrorCode::kOutOfResources, fmt::format("{}:{}: cannot listen: {}; name another port",
                                                  options_.host, options_.port, status.message())};
}

void HttpServer::Impl::start(Handler& handler) {
  handler_ = &handler;
  Status status;
  acceptor_.listen(net::socket_base::max_listen_connections, status);
  if (status) throw taken(status);
  net::co_spawn(accept_strand_, accept(), net::detached);
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
  while (!is_draining_) {
    Status status;
    auto socket = co_await acceptor_.async_accept(net::make_strand(context_), told_by(status));
    if (!status) {
      spawn(std::move(socket));
      continue;
    }
    if (is_draining_ || !acceptor_.is_open()) break;
    // no descriptors are left, most likely: those that others give back come first
    net::steady_timer pause(accept_strand_, std::chrono::milliseconds(50));
    co_await pause.async_wait(told_by(status));
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
  socket.set_option(tcp::no_delay(true), ignored);
  Session session(*this, Stream(std::move(socket)));
  if (n_connections_ <= options_.max_connections) {
    co_await session.run();
  } else if (n_connections_ <= 2 * options_.max_connections) {
    co_await session.turn_away();
  }
}

/// The connections that the system has made and nobody has taken yet.
void HttpServer::Impl::take_waiting() {
  Status status;
  acceptor_.non_blocking(true, status);
  while (!status) {
    auto socket = acceptor_.accept(net::make_strand(context_), status);
    if (!status) spawn(std::move(socket));
  }
  acceptor_.close(status);
}

void HttpServer::Impl::drain(std::chrono::seconds patience) {
  is_draining_ = true;
  std::promise<void> closed;
  net::post(accept_strand_, [&] {
    take_waiting();
    closed.set_value();
  });
  closed.get_future().wait();
  std::unique_lock lock(mutex_);
  for (auto* session : sessions_) session->wake();
  is_fewer_.wait_for(lock, patience, [&] { return n_connections_ == 0; });
}

HttpServer::HttpServer(const HttpOptions& options) : impl_(std::make_unique<Impl>(options)) {}

HttpServer::~HttpServer() = default;

void HttpServer::start(Handler& handler) { impl_->start(handler); }
void HttpServer::drain(std::chrono::seconds patience) { impl_->drain(patience); }
void HttpServer::stop() { impl_->stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::n_connections() const { return impl_->n_connections(); }

}  // namespace vitrina::server
