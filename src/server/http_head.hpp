#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/message.hpp"

namespace vitrina::server {

inline constexpr std::size_t kMaxHeadBytes = std::size_t{8} * 1024;
inline constexpr std::size_t kMaxTargetBytes = std::size_t{4} * 1024;

/// How far the head of a request has come.
enum class HeadState : std::uint8_t { kIncomplete, kComplete, kBroken };

/// Looks for the empty line that ends a head; `end` is behind it. A line end that is no CRLF breaks
/// it.
HeadState find_head_end(std::string_view bytes, std::size_t& end);

/// What a head says.
struct Head {
  Request request = {};  ///< without its body
  std::uint64_t content_length = 0;
  bool is_chunked = false;
  bool is_head = false;     ///< HEAD: as GET, and the answer's body is not sent
  bool is_old = false;      ///< HTTP/1.0, which keeps a connection only where the answer says so
  bool keeps_alive = true;  ///< the connection
  bool expects_continue = false;
};

/// Why a head is refused.
struct HeadFault {
  int status = 400;
  std::string_view reason;
};

/// Reads a head through its empty line. What two parsers might read differently (RFC 9112, 11.2) is
/// refused, not repaired: header names that are no tokens, folded lines, bare CR, LF and NUL, both
/// Content-Length and Transfer-Encoding, several of one of them, anything but digits and `chunked`
/// in them, a body with GET or HEAD.
std::optional<HeadFault> read_head(std::string_view bytes, Head& head);

}  // namespace vitrina::server
