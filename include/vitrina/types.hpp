#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vitrina {

/// Is told what the caller should know and what is no error: one line, in the form of an error's
/// text. Called on the calling thread or on one of those it waits for.
using WarningHandler = std::function<void(const std::string& message)>;

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
  /// In place of as_of: the very moment of the answer, by the events before it. Customers split
  /// into several logs then get the answers that one log would give them.
  std::string at = {};

  /// Name nobody but these users; nothing: everybody. Those that the log does not have are told by
  /// on_warning and named what sells; other ids that it does not have, here below, are told and
  /// passed over.
  std::optional<std::vector<std::string>> only_users = {};
  std::vector<std::string> exclude_users = {};     ///< never name these
  std::vector<std::string> exclude_products = {};  ///< never propose these

  /// Propose only products that the catalog lists: that of the log's folder, else the bundle's.
  /// Not together with as_of: the catalog is a snapshot of later.
  bool only_listed = false;

  /// YAML file with the shop's own column names and action codes; empty: those of the case.
  std::filesystem::path schema = {};

  /// With a larger share of rows without a usable user, date or action recommend() throws; 0 to 1.
  double max_bad_share = 0.2;

  /// Threads to use, 0: every processor. The answer does not depend on it.
  int threads = 0;

  /// Answer although the bundle learned from events after the moment: the answer has seen the
  /// future. Otherwise recommend() throws.
  bool allow_future = false;

  /// Answer although the bundle knows under a tenth of the products that the log's last week names.
  /// Otherwise recommend() throws.
  bool force_bundle = false;

  WarningHandler on_warning = {};  ///< empty: warnings are passed over
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

/// An answer and when it was made.
struct Answer {
  std::vector<Recommendation> rows =
      {};  ///< by expected recall, the largest first, then by user_id

  /// `vitrina.as_of`, `vitrina.learned_until` and `vitrina.bundle`, as beside the table in
  /// recommendations.parquet: the moment of the answer, until when the bundle that answered had
  /// learned, and its fingerprint. score() finds them in a table that carries them.
  std::map<std::string, std::string> metadata = {};

  [[nodiscard]] auto begin() const { return rows.begin(); }
  [[nodiscard]] auto end() const { return rows.end(); }
  [[nodiscard]] std::size_t size() const { return rows.size(); }
  [[nodiscard]] bool empty() const { return rows.empty(); }
  const Recommendation& operator[](std::size_t row) const { return rows[row]; }
};

}  // namespace vitrina
