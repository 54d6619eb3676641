#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vitrina {

/// What an answer shall be like. Fields have initialisers so that naming a few of them,
/// `{.max_users = 100, .k = 5}`, warns of nothing.
struct RecommendOptions {
  /// Customers named at most, 1 to 100,000,000; as the bundle was packed (3000) if not given.
  std::optional<int> max_users = {};

  /// Products a customer, 1 to 1000; as the bundle was packed (25) if not given.
  std::optional<int> k = {};

  /// Events from this moment on are not looked at: ISO time in the log's own clock, such as
  /// `2024-09-29` or `2024-09-28T12:00:00`. Empty: just after the last plausible event.
  std::string as_of = {};

  /// Name nobody but these users; nothing: everybody. Ids that the log does not have are passed
  /// over, here and below.
  std::optional<std::vector<std::string>> only_users = {};
  std::vector<std::string> exclude_users = {};     ///< never name these
  std::vector<std::string> exclude_products = {};  ///< never propose these

  /// YAML file with the shop's own column names and action codes; empty: those of the case.
  std::filesystem::path schema = {};

  /// With a larger share of rows without a usable user, date or action recommend() throws; 0 to 1.
  double max_bad_share = 0.2;

  /// Threads to use, 0: every processor. The answer does not depend on it.
  int threads = 0;
};

/// What is proposed to one customer.
struct Recommendation {
  std::string user_id = {};
  std::vector<std::string> products = {};  ///< distinct, best first, k at most
  double expected_recall = 0;  ///< share of what the customer buys that is expected to be sent
  double p_buy = 0;            ///< probability that the customer buys anything
};

/// A product that goes with another one.
struct SimilarProduct {
  std::string product_id = {};
  double weight = 0;  ///< of that model: comparable within one list only
};

/// The model that Recommender::similar asks when none is named.
inline constexpr const char* kSimilarBy = "seen_together_1h";

/// Rows by expected recall, the largest first, then by user_id.
using Answer = std::vector<Recommendation>;

}  // namespace vitrina
