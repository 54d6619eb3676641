#include "server/http_head.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace vitrina::server {
namespace {

constexpr const char* kHost = "Host: shop\r\n";

/// The status that a head of these lines is refused with; 0: it is read.
int status_of(const std::string& start, const std::string& fields) {
  Head head;
  const auto fault = read_head(start + "\r\n" + fields + "\r\n", head);
  return fault ? fault->status : 0;
}

int post(const std::string& fields) { return status_of("POST / HTTP/1.1", kHost + fields); }

TEST(HttpHead, ReadsWhatItSays) {
  Head head;
  const auto fault = read_head(
      "POST /v1/events?a=b HTTP/1.1\r\nhOST:shop\r\nContent-Length: \t12 \r\nAuthorization: Bearer "
      "k\r\nX-API-Key: x\r\ncontent-type: application/json\r\nExpect: 100-continue\r\n"
      "Connection: upgrade, close\r\n\r\n",
      head);
  ASSERT_FALSE(fault);
  EXPECT_EQ(head.request.method, Method::kPost);
  EXPECT_EQ(head.request.target, "/v1/events?a=b");
  EXPECT_EQ(head.request.authorization, "Bearer k");
  EXPECT_EQ(head.request.api_key, "x");
  EXPECT_EQ(head.request.content_type, "application/json");
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.expects_continue);
  EXPECT_FALSE(head.keeps_alive);
  EXPECT_FALSE(head.is_chunked);
}

TEST(HttpHead, ConnectionsLastAsTheVersionSays) {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    Head head;
    EXPECT_FALSE(read_head("GET / " + version + "\r\nHost: a\r\n" + connection + "\r\n", head));
    return head.keeps_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: keep-alive\r\n"));
}

TEST(HttpHead, FindsItsEnd) {
  std::size_t end = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n\r\nmore", end), HeadState::kComplete);
  EXPECT_EQ(end, 27U);
  EXPECT_EQ(find_head_end("", end), HeadState::kIncomplete);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n\r", end), HeadState::kIncomplete);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost: a\r\n", end), HeadState::kBroken);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n\n", end), HeadState::kBroken);
  EXPECT_EQ(find_head_end("\r\nGET / HTTP/1.1\r\n", end), HeadState::kBroken);
}

TEST(HttpHead, RefusesRequestLinesThatAreNone) {
  for (const auto* start : {"GET /",
                            "GET  / HTTP/1.1",
                            "GET / HTTP/1.1 ",
                            " GET / HTTP/1.1",
                            "get / HTTP/1.1",
                            "GE T / HTTP/1.1",
                            "GET /a b HTTP/1.1",
                            "GET /a\x01 HTTP/1.1",
                            "GET\t/ HTTP/1.1",
                            "GET http:///a HTTP/1.1",
                            "GET http://me@shop/ HTTP/1.1",
                            "GET http://shop:a/ HTTP/1.1",
                            "GET http://[::1/ HTTP/1.1",
                            "GET http://sh op/ HTTP/1.1",
                            "GET http:/a HTTP/1.1",
                            "GET http://shop\\a/ HTTP/1.1",
                            "GET ftp://shop/ HTTP/1.1",
                            "GET shop:80 HTTP/1.1",
                            "GET / HTTP/1.11",
                            "GET / http/1.1",
                            "GET  HTTP/1.1",
                            ""}) {
    EXPECT_EQ(status_of(start, kHost), 400) << start;
  }
  EXPECT_EQ(status_of("GET / HTTP/2.0", kHost), 505);
  EXPECT_EQ(status_of("GET /" + std::string(kMaxTargetBytes, 'a') + " HTTP/1.1", kHost), 414);
  EXPECT_EQ(status_of("DELETE /%D1%84/\xd1\x84 HTTP/1.1", kHost), 0);
}

/// As clients ask proxies (RFC 9112, 3.2.2).
TEST(HttpHead, ReadsTargetsThatNameTheirHost) {
  const auto read = [](const std::string& target) {
    Head head;
    EXPECT_FALSE(read_head("GET " + target + " HTTP/1.1\r\nHost: other\r\n\r\n", head)) << target;
    return head.request.target;
  };
  EXPECT_EQ(read("http://shop.example/a?b=http://c"), "/a?b=http://c");
  EXPECT_EQ(read("HTTPS://[::1]:8000//a"), "//a");
  EXPECT_EQ(read("http://shop:80"), "/");
  EXPECT_EQ(read("/http://shop/"), "/http://shop/");
  EXPECT_EQ(status_of("GET http://shop/ HTTP/1.1", ""), 400) << "no host";
}

TEST(HttpHead, RefusesFieldsThatAreNone) {
  for (const auto* field :
       {"a b: c\r\n", "a : c\r\n", ": c\r\n", "no colon\r\n", " folded: a\r\n", "a: b\r\n  c\r\n",
        "a: b\rc\r\n", "a\x01: b\r\n", "a: \x7f\r\n", "\xc3\xa4: b\r\n", "Host: other\r\n"}) {
    EXPECT_EQ(post(field), 400) << field;
  }
  EXPECT_EQ(post(std::string("a: b\0c\r\n", 8)), 400);
  EXPECT_EQ(post("My_Header.!#$%&'*+-^`|~9: \xd1\x84\t\r\n"), 0);
  EXPECT_EQ(status_of("POST / HTTP/1.1", ""), 400) << "no host";
  EXPECT_EQ(status_of("POST / HTTP/1.0", ""), 0);
  for (const auto* host : {"user@shop", "shop/path", "a, b", "a b", "a:b", "<a>", "[::1", "[x]"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1", fmt::format("Host: {}\r\n", host)), 400) << host;
  }
  EXPECT_EQ(status_of("GET * HTTP/1.1", kHost), 400);
  EXPECT_EQ(status_of("OPTIONS * HTTP/1.1", kHost), 0);
  for (const auto* host : {"", "shop.example", "shop:8000", "127.0.0.1:80", "[::1]:80", "a_b-c"}) {
    EXPECT_EQ(status_of("GET / HTTP/1.1", fmt::format("Host: {}\r\n", host)), 0) << host;
  }
  EXPECT_EQ(post("Expect: tea\r\n"), 417);
}

TEST(HttpHead, RefusesBodiesThatTwoWouldMeasureDifferently) {
  for (const auto* fields :
       {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n",
        "Content-Length: +1\r\n", "Content-Length: -1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1 1\r\n", "Content-Length:\r\n", "Content-Length: 1e3\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n",
        "Transfer_Encoding: chunked\r\n", "Content_Length: 4\r\n"}) {
    EXPECT_EQ(post(fields), 400) << fields;
  }
  EXPECT_EQ(post("Transfer-Encoding: Chunked\r\n"), 0);
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked\r\n"), 501);
  EXPECT_EQ(status_of("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1", "Host: a\r\nContent-Length: 1\r\n"), 400);
  EXPECT_EQ(status_of("HEAD / HTTP/1.1", "Host: a\r\nTransfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1", "Host: a\r\nContent-Length: 0\r\n"), 0);
}

}  // namespace
}  // namespace vitrina::server
