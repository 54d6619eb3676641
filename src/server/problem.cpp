#include "server/problem.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "core/text.hpp"

namespace vitrina::server {

std::string_view status_text(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 18> kTexts{{
      {200, "OK"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  }};
  for (const auto& [code, text] : kTexts) {
    if (code == status) return text;
  }
  return "Error";
}

std::string_view name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
    case Method::kOther:
      break;
  }
  return "other";
}

Problem Problem::of(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kUsage:
    case ErrorCode::kConfig:
    case ErrorCode::kMissingInput:
    case ErrorCode::kBadData:
      return {422, error.what()};
    case ErrorCode::kIncompatibleArtifact:
      return {409, error.what()};
    case ErrorCode::kOutOfResources:
      return {503, error.what()};
    case ErrorCode::kInternal:
    case ErrorCode::kCancelled:
      break;
  }
  return {500, error.what()};
}

Problem Problem::of_store(const Error& error) {
  return {error.code() == ErrorCode::kOutOfResources ? 503 : 500, error.what()};
}

Problem Problem::not_allowed(const std::vector<std::string_view>& methods) {
  Problem problem(405, fmt::format("method: expected {}", fmt::join(methods, " or ")));
  problem.allow_ = fmt::format("{}", fmt::join(methods, ", "));
  return problem;
}

Response to_response(const Problem& problem) {
  const boost::json::object body{{"type", "about:blank"},
                                 {"title", status_text(problem.status())},
                                 {"status", problem.status()},
                                 {"detail", one_line(problem.what())}};
  Response response{.status = problem.status(),
                    .body = boost::json::serialize(body),
                    .content_type = "application/problem+json"};
  const bool comes_again = problem.status() == 429 || problem.status() == 503;
  if (comes_again) response.headers.emplace_back("Retry-After", "1");
  if (problem.status() == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (!problem.allow().empty()) response.headers.emplace_back("Allow", problem.allow());
  return response;
}

}  // namespace vitrina::server
