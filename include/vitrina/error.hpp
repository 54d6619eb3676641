#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vitrina {

/// What kind of thing went wrong. Append-only: the exit codes are a written promise.
enum class ErrorCode : std::uint8_t {
  kUsage,                 ///< the command line is wrong
  kConfig,                ///< a parameter is unknown, mistyped or out of range
  kMissingInput,          ///< a file that is needed is not there
  kBadData,               ///< input was read but cannot be trusted or understood
  kIncompatibleArtifact,  ///< an artifact of another format version, or a damaged one
  kOutOfResources,        ///< memory, disk or another limit of the machine
  kInternal,              ///< a broken invariant: a bug in Vitrina
  kCancelled,             ///< stopped by the user
};

/// One row of the table that maps a code to its exit code.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;
  int exit_code;
  std::string_view meaning;
};

inline constexpr std::array<ErrorCodeInfo, 8> kErrorCodes{{
    {ErrorCode::kUsage, "usage", 2, "the command line is wrong"},
    {ErrorCode::kConfig, "config", 3, "a parameter is unknown, mistyped or out of range"},
    {ErrorCode::kMissingInput, "missing_input", 4, "a file that is needed is not there"},
    {ErrorCode::kBadData, "bad_data", 5, "the input cannot be trusted or understood"},
    {ErrorCode::kIncompatibleArtifact, "incompatible_artifact", 6,
     "an artifact is damaged or of another format version"},
    {ErrorCode::kOutOfResources, "out_of_resources", 7, "not enough memory, disk or time"},
    {ErrorCode::kInternal, "internal", 8, "a bug in vitrina"},
    {ErrorCode::kCancelled, "cancelled", 9, "stopped by the user"},
}};
static_assert(kErrorCodes.size() == static_cast<std::size_t>(ErrorCode::kCancelled) + 1);

/// The table's row of a code.
constexpr const ErrorCodeInfo& info(ErrorCode code) {
  return kErrorCodes[static_cast<std::size_t>(code)];
}

/// The one exception of Vitrina. `what()` is one line: place, what is wrong, what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

  /// The same error with `place: ` before its message; used on the way up.
  [[nodiscard]] Error with_context(std::string_view place) const;

 private:
  ErrorCode code_;
};

}  // namespace vitrina
