#include "server/http_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers with what it was sent: at once, or where the target is /later by a thread of its own.
class Echo final : public Handler {
 public:
  ~Echo() override { finish(); }

  /// Waits for the answers of /later.
  void finish() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  Admission admit(const Request& head) override {
    if (head.target == "/refused") {
      return {.is_admitted = false, .refusal = to_response(Problem(404, "path: is none"))};
    }
    return {.max_body = 100'000};
  }
  void handle(const Request& request, Respond respond) override {
    const auto text = fmt::format("{} {}", request.target, request.body.size());
    while (holds_threads) std::this_thread::sleep_for(milliseconds(1));
    if (request.target != "/later") return respond({.body = text, .content_type = "text/plain"});
    const std::scoped_lock lock(mutex_);
    threads_.emplace_back([this, text, respond = std::move(respond)] {
      while (!may_answer) std::this_thread::sleep_for(milliseconds(1));
      respond({.body = text, .content_type = "text/plain"});
      ++n_answered;
    });
    ++n_later;
  }
  /// Until somebody waits for /later.
  void wait_for_one() const {
    while (n_later == 0) std::this_thread::sleep_for(milliseconds(1));
  }

  void on_refused(int status) override {
    const std::scoped_lock lock(mutex_);
    refused_.push_back(status);
  }
  std::vector<int> refused() {
    const std::scoped_lock lock(mutex_);
    return refused_;
  }

  std::atomic<bool> may_answer{true};
  std::atomic<bool> holds_threads{false};  ///< of the server, in its handler
  std::atomic<int> n_later = 0;
  std::atomic<int> n_answered = 0;  ///< of these

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::vector<int> refused_;
};

/// A connection to a server of this machine.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(socket_); }

  void send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto n = ::send(socket_, &bytes[sent], bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
  }
  /// What has come once it ends with `end`; all of it where the server closes before.
  [[nodiscard]] std::string receive(const std::string& end) const {
    std::string bytes;
    std::vector<char> piece(65536);
    while (end.empty() || !bytes.ends_with(end)) {
      const auto n = ::recv(socket_, piece.data(), piece.size(), 0);
      if (n <= 0) break;
      bytes.append(piece.data(), static_cast<std::size_t>(n));
    }
    return bytes;
  }

 private:
  int socket_;
};

std::string request(const std::string& target, const std::string& more = {}) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, more);
}

std::string post(const std::string& target, std::size_t n_bytes) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", target, n_bytes,
                     std::string(n_bytes, 'x'));
}

bool is_closed_with(const std::string& answer, int status) {
  return answer.starts_with(fmt::format("HTTP/1.1 {} ", status)) &&
         answer.find("Connection: close\r\n") != std::string::npos;
}

TEST(HttpServer, KeepsAConnectionAndAnswersInOrder) {
  Echo echo;
  HttpServer server({.threads = 2});
  server.start(echo);
  const Peer peer(server.port());
  for (int i = 0; i < 3; ++i) {
    peer.send(request("/a"));
    EXPECT_TRUE(peer.receive("/a 0").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  peer.send(request("/1") + request("/later") + post("/2", 3) + request("/refused") +
            request("/3", "Connection: close\r\n"));
  const auto answers = peer.receive("");
  std::size_t at = 0;
  for (const auto* part : {"\r\n\r\n/1 0HTTP", "/later 0HTTP", "/2 3HTTP", "404", "/3 0"}) {
    at = answers.find(part, at);
    ASSERT_NE(at, std::string::npos) << part << " in " << answers;
  }
  server.stop();
}

TEST(HttpServer, TellsWhoAsksByTheOldVersionThatItsConnectionIsKept) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const Peer peer(server.port());
  for (int i = 0; i < 2; ++i) {
    peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto kept = peer.receive("/a 0");
    EXPECT_NE(kept.find("\r\nConnection: keep-alive\r\n"), std::string::npos) << kept;
  }
  peer.send(request("/a"));
  EXPECT_EQ(peer.receive("/a 0").find("Connection:"), std::string::npos);
  peer.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(is_closed_with(peer.receive(""), 200));
  server.stop();
}

TEST(HttpServer, KeepsAConnectionWhoseRefusedBodyHasCome) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const Peer peer(server.port());
  peer.send(post("/refused", 100) + request("/a"));
  const auto answers = peer.receive("/a 0");
  EXPECT_TRUE(answers.starts_with("HTTP/1.1 404 ")) << answers;
  EXPECT_EQ(answers.find("Connection: close"), std::string::npos) << answers;
  peer.send(post("/refused", 100).substr(0, 120));
  EXPECT_TRUE(is_closed_with(peer.receive(""), 404)) << "what follows would be read as a request";
  server.stop();
}

TEST(HttpServer, SaysWhetherRequestsWaitForAThread) {
  Echo echo;
  HttpServer server({.threads = 2});
  server.start(echo);
  EXPECT_FALSE(server.is_overloaded());
  echo.holds_threads = true;
  const Peer first(server.port());
  const Peer second(server.port());
  for (const auto* peer : {&first, &second}) peer->send(request("/held"));
  while (!server.is_overloaded()) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_GE(server.lag(), milliseconds(250));
  echo.holds_threads = false;
  for (const auto* peer : {&first, &second}) EXPECT_NE(peer->receive("/held 0"), "");
  while (server.is_overloaded()) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_GE(server.lag(), milliseconds(250)) << "that was just now";
  server.stop();
}

TEST(HttpServer, ReadsBodiesOfAnySizeThatIsAllowed) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const Peer peer(server.port());
  for (const std::size_t n :
       {std::size_t{1}, std::size_t{8192}, std::size_t{65536}, std::size_t{100'000}}) {
    peer.send(post("/a", n));
    EXPECT_TRUE(peer.receive(fmt::format("/a {}", n)).starts_with("HTTP/1.1 200")) << n;
  }
  peer.send("POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(milliseconds(2));
    peer.send("3;extension=1\r\nabc\r\n");
  }
  peer.send("0\r\nTrailer: a\r\n\r\n");
  EXPECT_TRUE(peer.receive("/b 15").starts_with("HTTP/1.1 200"));
  peer.send(post("/a", 100'001));
  EXPECT_TRUE(is_closed_with(peer.receive(""), 413));
  server.stop();
}

TEST(HttpServer, EndsWhatItCannotUnderstand) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const auto answer = [&](const std::string& bytes) {
    const Peer peer(server.port());
    peer.send(bytes);
    return peer.receive("");
  };
  EXPECT_TRUE(is_closed_with(answer("GET / HTTP/1.1\nHost: a\n\n"), 400));
  EXPECT_TRUE(is_closed_with(answer(request("/", "a: " + std::string(9000, 'b') + "\r\n")), 431));
  EXPECT_TRUE(is_closed_with(
      answer("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"), 400));
  EXPECT_TRUE(is_closed_with(answer(request("/", "Expect: tea\r\n")), 417));
  EXPECT_TRUE(is_closed_with(answer(post("/", 100'001)), 413));
  EXPECT_EQ(echo.refused(), (std::vector<int>{400, 431, 400, 417, 413})) << "each is told of once";
  server.stop();
}

TEST(HttpServer, ClosesWhoIsLate) {
  Echo echo;
  HttpServer server({.head_time = seconds(1), .body_time = seconds(1), .idle_time = seconds(1)});
  server.start(echo);
  const Peer idle(server.port());
  const Peer head(server.port());
  const Peer body(server.port());
  head.send("GET / HT");
  body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  for (const auto* peer : {&idle, &head, &body}) EXPECT_EQ(peer->receive(""), "");
  server.stop();
}

TEST(HttpServer, TurnsAwayWhoIsTooMany) {
  Echo echo;
  HttpServer server({.max_connections = 2});
  server.start(echo);
  const Peer first(server.port());
  const Peer second(server.port());
  for (const auto* peer : {&first, &second}) {
    peer->send(request("/a"));
    EXPECT_NE(peer->receive("/a 0"), "");
  }
  const Peer third(server.port());
  const auto answer = third.receive("");
  EXPECT_TRUE(is_closed_with(answer, 503));
  EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(echo.refused(), (std::vector<int>{503}));
  server.stop();
}

TEST(HttpServer, WhoIsTurnedAwayIsInNobodysPlace) {
  Echo echo;
  HttpServer server({.max_connections = 2});
  server.start(echo);
  const Peer first(server.port());
  auto second = std::make_unique<const Peer>(server.port());
  for (const auto* peer : {&first, second.get()}) {
    peer->send(request("/a"));
    EXPECT_NE(peer->receive("/a 0"), "");
  }
  // reads its refusal, and does not go
  const Peer third(server.port());
  EXPECT_TRUE(third.receive("").starts_with("HTTP/1.1 503 "));
  second.reset();
  while (server.n_connections() > 2) std::this_thread::yield();
  const Peer next(server.port());
  next.send(request("/b"));
  EXPECT_NE(next.receive("/b 0"), "");
  server.stop();
}

TEST(HttpServer, DrainingAnswersWhatHasBegun) {
  Echo echo;
  echo.may_answer = false;
  HttpServer server({.threads = 2});
  server.start(echo);
  const Peer idle(server.port());
  const Peer waits(server.port());
  const Peer half(server.port());
  const Peer waiting_idle(server.port());
  waits.send(request("/later"));
  half.send("GET /half HTTP/1.1\r\nHo");
  echo.wait_for_one();
  std::this_thread::sleep_for(milliseconds(100));  // until the half has come, too
  std::thread drainer([&] { server.drain(seconds(10)); });
  EXPECT_EQ(idle.receive(""), "");
  half.send("st: a\r\n\r\n");
  EXPECT_TRUE(is_closed_with(half.receive(""), 200));
  echo.may_answer = true;
  EXPECT_TRUE(is_closed_with(waits.receive(""), 200));
  drainer.join();
  EXPECT_EQ(server.n_connections(), 0U);
  server.stop();
}

TEST(HttpServer, DrainingAnswersAKeptConnectionOnceMore) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const Peer kept(server.port());
  kept.send(request("/a"));
  EXPECT_NE(kept.receive("/a 0"), "");
  std::thread drainer([&] { server.drain(seconds(10)); });
  std::string answer;
  while (!is_closed_with(answer, 200)) {
    kept.send(request("/a"));
    answer = kept.receive("/a 0");
    ASSERT_TRUE(answer.ends_with("/a 0")) << "a request was lost";
  }
  drainer.join();
  EXPECT_EQ(server.n_connections(), 0U);
  server.stop();
}

TEST(HttpServer, AnswersThatComeAfterTheEndArePassedOver) {
  Echo echo;
  echo.may_answer = false;
  HttpServer server({});
  server.start(echo);
  const Peer peer(server.port());
  peer.send(request("/later"));
  echo.wait_for_one();
  server.drain(seconds(0));
  server.stop();
  EXPECT_EQ(peer.receive(""), "");
  echo.may_answer = true;
  echo.finish();
  EXPECT_EQ(echo.n_answered, 1);
}

TEST(HttpServer, IsAskedByManyAtOnce) {
  constexpr int kPeers = 16;
  constexpr int kRequests = 50;
  Echo echo;
  HttpServer server({.threads = 3});
  server.start(echo);
  std::atomic<int> n_answered = 0;
  std::vector<std::thread> threads;
  for (int p = 0; p < kPeers; ++p) {
    threads.emplace_back([&, p] {
      const Peer peer(server.port());
      for (int r = 0; r < kRequests; ++r) {
        const auto target = r % 10 == 0 ? std::string("/later") : fmt::format("/{}/{}", p, r);
        peer.send(post(target, static_cast<std::size_t>(r)));
        n_answered += peer.receive(fmt::format("{} {}", target, r)).empty() ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(n_answered, kPeers * kRequests);
  server.drain(seconds(5));
  server.stop();
}

TEST(HttpServer, SaysWhereItCannotListen) {
  Echo echo;
  HttpServer server({});
  server.start(echo);
  const auto code_of = [&](const HttpOptions& options) {
    try {
      HttpServer other(options);
      other.start(echo);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInternal;
  };
  EXPECT_EQ(code_of({.port = server.port()}), ErrorCode::kOutOfResources);
  EXPECT_EQ(code_of({.host = "shop.example"}), ErrorCode::kConfig);
  server.stop();
}

}  // namespace
}  // namespace vitrina::server
