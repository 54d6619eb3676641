#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrina::server {

enum class Method : std::uint8_t { kGet, kPost, kPut, kDelete, kOther };

/// `GET` for kGet.
std::string_view name(Method method);

/// A request of HTTP, whatever brought it.
struct Request {
  Method method = Method::kOther;
  std::string target;  ///< path and query, as sent
  std::string body = {};
  std::string authorization = {};  ///< the header of that name
  std::string api_key = {};        ///< X-API-Key
  std::string content_type = {};
  std::string content_encoding = {};  ///< empty: the body is as it is
  std::string peer = {};              ///< address that it came from
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  /// Others than those of the body; no value comes from a request.
  std::vector<std::pair<std::string_view, std::string>> headers = {};
};

/// Takes the answer to a request, once, on any thread.
using Respond = std::function<void(Response)>;

/// What a request is let in with, before its body is read.
struct Admission {
  std::size_t max_body = 0;
  bool is_admitted = true;
  Response refusal = {};  ///< where it is not
};

/// Who answers requests; called from many threads.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// Judges the head of a request: who asks and for what.
  [[nodiscard]] virtual Admission admit(const Request& head) = 0;
  /// Told of what is refused before it is one of the others, or instead of them: a broken head, too
  /// long a body, a connection too many.
  virtual void on_refused(int /*status*/) {}
  /// Answers a request that was admitted.
  virtual void handle(const Request& request, Respond respond) = 0;
};

/// `OK` for 200.
std::string_view status_text(int status);

}  // namespace vitrina::server
