#pragma once

#include <exception>
#include <string>
#include <utility>

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

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const char* what() const noexcept override { return detail_.c_str(); }

 private:
  int status_;
  std::string detail_;
};

/// The answer: `application/problem+json` of RFC 9457; 429 and 503 say when to come back.
Response to_response(const Problem& problem);

}  // namespace vitrina::server
