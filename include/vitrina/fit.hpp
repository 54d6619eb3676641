#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "vitrina/recommender.hpp"

namespace vitrina {

/// How a shop is learned. Fields have initialisers as those of RecommendOptions.
struct FitOptions {
  /// Parameters by their names in params.yaml, `{{"train.rounds", "20"}}`, written as `--set` takes
  /// them; the built-in values for those not named.
  std::map<std::string, std::string> params = {};

  /// Events from this moment on are not looked at: ISO time in the log's own clock, such as
  /// `2024-09-29` or `2024-09-28T12:00:00`. Empty: as `params` say, by default none is left out.
  std::string as_of = {};

  /// Days ahead that purchases are predicted; as `params` say (3) if not given.
  std::optional<double> horizon_days = {};

  /// YAML file with the shop's own column names and action codes; empty: as `params` say, by
  /// default those of the case.
  std::filesystem::path schema = {};

  /// A folder for the files of all stages, its reports/ among them, made when missing. Empty: a
  /// temporary one that goes on return ($TMPDIR says where; about the size of the log).
  std::filesystem::path workspace = {};

  /// Also keep the packed bundle here. Empty: in memory alone.
  std::filesystem::path bundle = {};

  std::uint64_t seed = 42;         ///< of everything random; the same seed gives the same bytes
  int threads = 0;                 ///< 0: every processor. The result does not depend on it.
  WarningHandler on_warning = {};  ///< empty: warnings are passed over
};

/// Learns a shop: the stages of `vitrina run` up to the packed bundle, which is the same to the
/// byte, and loads it. `data` is a folder as `--data` takes it, or the log's file. Takes as long as
/// the program does and cannot be stopped in between. Throws Error as the program says it:
/// kMissingInput when there is no log, kBadData when it cannot be trusted, kConfig for a parameter
/// that is unknown or out of range.
[[nodiscard]] Recommender fit(const std::filesystem::path& data, const FitOptions& options = {});

/// The same for tables that another library holds in memory: `events` as Recommender::recommend
/// takes them; `catalog`, null if there is none, with the column `product_id` and, if there are
/// any, `category_id`, `price`, `old_price`, `add_date` and `title`: what a catalog's file may have
/// but for ready title vectors, which are made of the titles' words. Both streams are taken over
/// and released on return, also when something is thrown.
[[nodiscard]] Recommender fit(ArrowArrayStream* events, ArrowArrayStream* catalog,
                              const FitOptions& options = {});

}  // namespace vitrina
