#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "vitrina/error.hpp"
#include "vitrina/types.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina {

/// A file or folder, or a table that another library holds in memory.
using Source = std::variant<std::filesystem::path, ArrowArrayStream*>;

/// What an answer is compared with.
struct ScoreOptions {
  std::string start = {};  ///< first moment of what was bought, ISO time in the log's own clock
  std::string end = {};    ///< its end; an order at that moment is not in it
  int k = 25;              ///< products of each list that count, 1 to 1000
  int draws = 2000;        ///< bootstrap draws behind each interval, 1 to 1,000,000
  std::uint64_t seed = 42;
  /// YAML file with the log's own names; empty: the case's. Its times are turned to the clock that
  /// `schema` names, else to the one that the answer was made on.
  std::filesystem::path schema = {};
  double max_bad_share = 0.2;  ///< with a larger share of bad rows in the log score() throws
  int threads = 0;             ///< 0: every processor. The readings do not depend on it.
  /// Score although the answer was made after `start` and has seen what it is scored on; otherwise
  /// score() throws.
  bool allow_overlap = false;
  WarningHandler on_warning = {};  ///< empty: warnings are passed over
};

/// A reading of the measure with its 95% interval; NaN where it is over nobody.
struct Reading {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// How an answer did.
struct Scores {
  Reading a = {};          ///< mean recall over all buyers, 0 for those not named
  Reading b = {};          ///< mean recall over the buyers among those named
  Reading c = {};          ///< mean recall over the buyers with a hit
  Reading precision = {};  ///< share of those named who bought anything
  std::uint64_t buyers = 0;
  std::uint64_t sent = 0;
  std::uint64_t buyers_sent = 0;
  std::uint64_t buyers_hit = 0;
  std::uint64_t bought = 0;              ///< pairs of a buyer and a product
  std::uint64_t hits = 0;                ///< those of them that were sent
  std::vector<double> recall_by_k = {};  ///< reading A with lists cut at 1, ..., k
  std::string as_of = {};                ///< moment of the answer, empty where nothing says so
};

/// Scores an answer as `vitrina score` does, to the last digit. `answer` is a predictions file, or
/// a table with the columns `user_id` and `products` (lists, best first); `truth` a log that holds
/// the orders: a folder or a file, or a table of events. Streams are taken over and released on
/// return, also when something is thrown. When the answer was made is known from the table's
/// metadata (types.hpp, Answer), or from what lies beside the predictions file and carries its
/// digest; an answer that is younger than `start` is refused. Throws Error(kMissingInput),
/// Error(kBadData) for what cannot be read, for a user named twice and when nothing was ordered,
/// Error(kConfig) for an option that is missing or out of range and for a refused answer.
[[nodiscard]] Scores score(const Source& answer, const Source& truth, const ScoreOptions& options);

}  // namespace vitrina
