#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/message.hpp"
#include "vitrina/error.hpp"

namespace vitrina::server {

/// Why a request gets no answer; `what()` is one line: place, what is wrong.
class Problem : public std::exception {
 public:
  Problem(int status, std::string detail) : status_(status), detail_(std::move(detail)) {}
  /// What the engine refuses: 422 where the request asks for what cannot be, 409 for a bundle,
  /// 503 where the machine has no more to give.
  static Problem of(const Error& error);
  /// What went wrong with the store: 503 where it may go well another time, otherwise 500.
  static Problem of_store(const Error& error);
  /// 405 of a path that knows these methods, as HTTP names them.
  static Problem not_allowed(const std::vector<std::string_view>& methods);

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }
  /// The header `Allow`, which 405 must have; empty for others.
  [[nodiscard]] const std::string& allow() const noexcept { return allow_; }

 private:
  int status_;
  std::string detail_;
  std::string allow_;
};

/// The answer: `application/problem+json` of RFC 9457; 429 and 503 say when to come back.
Response to_response(const Problem& problem);

}  // namespace vitrina::server
