#include <string>

#include "fuzz/server.hpp"
#include "fuzz/target.hpp"
#include "server/http_head.hpp"

// The bytes of a connection: heads and bodies, one request after the other. The first byte says by
// which port they come.

namespace vitrina::fuzz {
namespace {

/// Reads a request off the bytes and asks it; whether another may follow.
bool ask_next(std::string_view& bytes, server::Door door, Server& server) {
  std::size_t end = 0;
  if (server::find_head_end(bytes.substr(0, server::kMaxHeadBytes), end) !=
      server::HeadState::kComplete) {
    return false;
  }
  require(end > 0 && end <= bytes.size(), "a head ends where it is");
  server::Head head;
  if (const auto fault = server::read_head(bytes.substr(0, end), head)) {
    require(fault->status >= 400 && fault->status < 600 && !fault->reason.empty(),
            "a head is refused with a status and a reason");
    return false;
  }
  require(!head.is_chunked || head.content_length == 0, "a body has one length");
  bytes.remove_prefix(end);
  const auto n = std::min<std::uint64_t>(head.content_length, bytes.size());
  head.request.body = bytes.substr(0, n);
  bytes.remove_prefix(n);
  (void)server.ask(head.request, door);
  return head.keeps_alive;
}

void run(Bytes input) {
  auto bytes = text_of(input);
  if (bytes.empty()) return;
  const auto door = bytes.front() == 'a' ? server::Door::kAdmin : server::Door::kShop;
  bytes.remove_prefix(1);
  auto& server = new_server();
  while (ask_next(bytes, door, server)) {
  }
}

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& target, const std::string& fields = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n";
}

std::vector<Seed> seeds() {
  return {
      {"recommend", "s" + post("/v1/recommendations", R"({"user_id":"1","k":3})")},
      {"events", "s" + post("/v1/events", R"({"events":[{"user_id":"1","action":"order"}]})") +
                     get("/v1/users/1")},
      {"similar", "s" + get("/v1/products/7/similar?k=10&by=bought_together_14d")},
      {"popular", "s" + get("/v1/popular?category=%31", "Authorization: Bearer a\r\n")},
      {"erase", "sDELETE /v1/users/%D0%B6 HTTP/1.1\r\nHost: [::1]:8000\r\nX-API-Key: k\r\n\r\n"},
      {"chunked",
       "sPOST /v1/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
       "Expect: 100-continue\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
      {"head", "sHEAD /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/readyz")},
      {"openapi", "s" + get("/openapi.json")},
      {"absolute", "s" + get("http://shop:8000/v1/popular?k=3") + get("https://[::1]")},
      {"admin", "a" + get("/metrics") + get("/openapi.json")},
      {"swap", "a" + post("/admin/v1/bundle", R"({"bundle":"nowhere"})")},
  };
}

}  // namespace

const Target kHttpTarget{"http", "the head of a request, its route and its handler", run, seeds};

}  // namespace vitrina::fuzz
