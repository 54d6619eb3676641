#include "server/http_session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using net::ip::tcp;

/// What is read at a time; and a head has to fit into it.
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
static_assert(kReadBytes > kMaxHeadBytes);
/// How long a stopping server waits for the request of a peer that has just connected, and for one
/// more of a peer that has asked before: it may be on its way.
constexpr std::chrono::milliseconds kFirstGrace(1000);
constexpr std::chrono::milliseconds kNextGrace(250);

std::string_view view_of(const beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

/// An answer on its way from a handler, on any thread, to its connection.
struct Pending {
  std::mutex mutex;
  std::optional<Response> response;
  std::function<void()> resume;  ///< set where the connection waits
};

/// The present second as HTTP writes it, put into words once a second.
const std::string& date_text() {
  thread_local std::time_t last = 0;
  thread_local std::string text;
  const auto now = std::time(nullptr);
  if (now != last) text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  last = now;
  return text;
}

std::string head_text(const Response& response, const Head& asked, bool keeps_alive) {
  auto text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
      "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n",
      response.status, status_text(response.status), date_text(), response.content_type,
      response.body.size());
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!keeps_alive) text += "Connection: close\r\n";
  if (keeps_alive && asked.is_old) text += "Connection: keep-alive\r\n";
  text += "\r\n";
  return text;
}

}  // namespace

HttpSession::HttpSession(const SessionHost& host, Stream stream)
    : host_(host), stream_(std::move(stream)), buffer_(kReadBytes) {
  buffer_.reserve(kReadBytes);
  Status status;
  const auto peer = stream_.remote_endpoint(status);
  if (!status) peer_ = peer.address().to_string();
}

Task<void> HttpSession::run() {
  bool goes_on = true;
  while (goes_on) goes_on = co_await serve_one();
}

Task<void> HttpSession::turn_away() {
  co_await refuse(503, "server: has too many connections; come again");
}

void HttpSession::wake() {
  net::post(stream_.get_executor(), [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired() && is_idle_) expires_after(patience());
  });
}

void HttpSession::end_if_late(Clock::time_point now) {
  if (!is_late(now)) return;
  net::post(stream_.get_executor(), [this, alive = std::weak_ptr<int>(alive_)] {
    // what it waited for may have come since
    if (alive.expired() || !is_late(Clock::now())) return;
    Status ignored;
    ignored = stream_.close(ignored);
  });
}

HttpSession::Clock::duration HttpSession::patience() const {
  if (!host_.is_draining) return host_.options.idle_time;
  return has_asked_ ? kNextGrace : kFirstGrace;
}

Task<bool> HttpSession::serve_one() {
  Head head;
  const auto [of_head, head_fault] = co_await receive_head(head);
  if (of_head == Outcome::kGone) co_return false;
  if (of_head == Outcome::kRefused) {
    co_return co_await refuse(head_fault.status, head_fault.reason);
  }
  head.request.peer = peer_;
  auto admission = host_.handler.admit(head.request);
  const bool is_too_long = head.content_length > admission.max_body;
  const bool has_body = head.content_length > 0 || head.is_chunked;
  if (!admission.is_admitted) {
    const bool has_come =
        !has_body || (!head.is_chunked && buffer_.size() - head_bytes_ >= head.content_length);
    // what follows an unread body would be read as a request
    head.keeps_alive = head.keeps_alive && has_come;
    if (head.keeps_alive) buffer_.consume(head_bytes_ + head.content_length);
    co_return co_await send(std::move(admission.refusal), head);
  }
  if (is_too_long) {
    co_return co_await refuse(413, fmt::format("body: found {} bytes, expected at most {}",
                                               head.content_length, admission.max_body));
  }
  const auto [of_body, body_fault] = co_await receive_body(head, admission.max_body);
  if (of_body == Outcome::kGone) co_return false;
  if (of_body == Outcome::kRefused) {
    co_return co_await refuse(body_fault.status, body_fault.reason);
  }
  auto response = co_await answer(head.request);
  co_return co_await send(std::move(response), head);
}

Task<HttpSession::Received> HttpSession::receive_head(Head& head) {
  std::size_t end = 0;
  auto state = find_head_end(view_of(buffer_), end);
  if (buffer_.size() == 0) {
    is_idle_ = true;
    const bool has_more = co_await read_some(patience());
    is_idle_ = false;
    if (!has_more) co_return Received{Outcome::kGone};
    has_asked_ = true;
    state = find_head_end(view_of(buffer_), end);
  }
  const auto deadline = Clock::now() + host_.options.head_time;
  while (state == HeadState::kIncomplete && buffer_.size() < kMaxHeadBytes) {
    const auto left = deadline - Clock::now();
    const bool has_more = co_await read_some(left);
    if (!has_more) co_return Received{Outcome::kGone};
    state = find_head_end(view_of(buffer_), end);
  }
  if (state == HeadState::kBroken) co_return Received{400, "head: a line does not end with CRLF"};
  if (state == HeadState::kIncomplete || end > kMaxHeadBytes) {
    static_assert(kMaxHeadBytes == 8192);
    co_return Received{431, "head: is longer than 8192 bytes"};
  }
  head_bytes_ = end;
  if (const auto fault = read_head(view_of(buffer_).substr(0, end), head)) {
    co_return Received{fault->status, fault->reason};
  }
  co_return Received{Outcome::kWhole};
}

Task<HttpSession::Received> HttpSession::receive_body(Head& head, std::size_t max_body) {
  if (head.content_length == 0 && !head.is_chunked) {
    buffer_.consume(head_bytes_);
    co_return Received{Outcome::kWhole};
  }
  Status status;
  if (head.expects_continue && buffer_.size() == head_bytes_) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    expires_after(host_.options.body_time);
    co_await net::async_write(stream_, net::buffer(kContinue), told_by(status));
    if (status) co_return Received{Outcome::kGone};
  }
  expires_after(host_.options.body_time);
  if (head.is_chunked) co_return co_await receive_chunks(head, max_body);
  buffer_.consume(head_bytes_);
  auto& body = head.request.body;
  while (true) {
    // room is made for what has come, not for what is announced
    const auto n = std::min<std::uint64_t>(buffer_.size(), head.content_length - body.size());
    body += view_of(buffer_).substr(0, n);
    buffer_.consume(n);
    if (body.size() == head.content_length) co_return Received{Outcome::kWhole};
    const auto more =
        co_await stream_.async_read_some(buffer_.prepare(kReadBytes), told_by(status));
    if (status) co_return Received{Outcome::kGone};
    buffer_.commit(more);
  }
}

Task<HttpSession::Received> HttpSession::receive_chunks(Head& head, std::size_t max_body) {
  Status status;
  beast::http::request_parser<beast::http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(kMaxHeadBytes));
  parser.body_limit(max_body);
  co_await beast::http::async_read(stream_, buffer_, parser, told_by(status));
  if (status == beast::http::error::body_limit) co_return Received{413, "body: is too long"};
  if (status && status.category() == make_error_code(beast::http::error::bad_chunk).category() &&
      status != beast::http::error::partial_message &&
      status != beast::http::error::end_of_stream) {
    co_return Received{400, "body: is broken"};
  }
  if (status) co_return Received{Outcome::kGone};
  head.request.body = std::move(parser.get().body());
  co_return Received{Outcome::kWhole};
}

Task<bool> HttpSession::read_some(Clock::duration patience) {
  Status status;
  expires_after(patience);
  const auto n = co_await stream_.async_read_some(buffer_.prepare(kReadBytes - buffer_.size()),
                                                  told_by(status));
  buffer_.commit(n);
  co_return !status;
}

Task<Response> HttpSession::answer(const Request& request) {
  expires_never();
  auto pending = std::make_shared<Pending>();
  host_.handler.handle(request, [pending, executor = stream_.get_executor()](Response response) {
    const std::scoped_lock lock(pending->mutex);
    pending->response = std::move(response);
    if (pending->resume) net::post(executor, std::move(pending->resume));
  });
  // most answers are there already
  std::unique_lock lock(pending->mutex);
  if (!pending->response) {
    co_await net::async_initiate<const net::use_awaitable_t<>&, void()>(
        [&](auto done) {
          // what is kept may be copied, what completes may not
          auto shared = std::make_shared<decltype(done)>(std::move(done));
          pending->resume = [shared] { (*shared)(); };
          lock.unlock();
        },
        net::use_awaitable);
  }
  co_return std::move(*pending->response);
}

Task<bool> HttpSession::refuse(int status, std::string_view reason) {
  host_.handler.on_refused(status);
  const Head unread{.keeps_alive = false};
  co_return co_await send(to_response(Problem(status, std::string(reason))), unread);
}

Task<bool> HttpSession::send(Response response, const Head& asked) {
  const bool keeps_alive = asked.keeps_alive && !host_.is_draining;
  const auto head = head_text(response, asked, keeps_alive);
  if (asked.is_head) response.body.clear();
  const std::array<net::const_buffer, 2> pieces{net::buffer(head), net::buffer(response.body)};
  Status status;
  expires_after(host_.options.body_time);
  co_await net::async_write(stream_, pieces, told_by(status));
  if (status) co_return false;
  if (!keeps_alive) co_await linger();
  co_return keeps_alive;
}

Task<void> HttpSession::linger() {
  constexpr int kMostReads = 32;
  Status status;
  status = stream_.shutdown(tcp::socket::shutdown_send, status);
  expires_after(std::chrono::seconds(1));
  for (int i = 0; i < kMostReads && !status; ++i) {
    buffer_.clear();
    co_await stream_.async_read_some(buffer_.prepare(kReadBytes), told_by(status));
  }
}

}  // namespace vitrina::server
