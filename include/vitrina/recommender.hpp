#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vitrina/error.hpp"
#include "vitrina/types.hpp"
#include "vitrina/version.hpp"

struct ArrowArrayStream;  // of the Arrow C data interface

/// Vitrina: who will buy in the next days, and what.
namespace vitrina {

/// Answers from a packed bundle (`vitrina pack`, `vitrina run --bundle`) for the events of a shop:
/// the same users and products, in the same order, as `vitrina recommend` names.
///
///     const auto recommender = vitrina::Recommender::load("bundle");
///     vitrina::RecommendOptions options;
///     options.max_users = 100;
///     options.k = 5;
///     for (const auto& row : recommender.recommend("shop", options)) {
///       std::cout << row.user_id << " may buy " << row.products.front() << '\n';
///     }
///
/// A Recommender is read-only after load(): its methods may be called from several threads at
/// once. It keeps the bundle in memory (about twice the size of its files) and does not read the
/// folder again. A call takes time and memory for sorting the events given and for scoring the
/// users with the strongest history; it starts threads of its own and leaves none behind. Nothing
/// is printed. Everything that goes wrong is thrown as vitrina::Error with a message of one line.
class Recommender {
 public:
  /// Reads a bundle's folder; every file is checked against the bundle's manifest. Throws
  /// Error(kMissingInput) when there is no bundle and Error(kIncompatibleArtifact) when it is
  /// damaged or of another format version.
  static Recommender load(const std::filesystem::path& bundle);

  Recommender(Recommender&&) noexcept;
  Recommender& operator=(Recommender&&) noexcept;
  ~Recommender();

  /// Sixteen hexadecimal digits over the bundle's files.
  [[nodiscard]] const std::string& fingerprint() const;

  /// The bundle learned from events of this moment on, ISO time in the log's own clock, ...
  [[nodiscard]] std::string learned_from() const;
  /// ... and before this one, to the microsecond: it does not answer for an earlier moment.
  [[nodiscard]] std::string learned_until() const;

  /// The ids of the products that the bundle knows, in order.
  [[nodiscard]] const std::vector<std::string>& products() const;

  /// Answers for the log at `data`: a folder as `--data` takes it, or one file. A catalog in that
  /// folder is used in the place of the bundle's. Throws Error(kMissingInput) when there is no
  /// log, Error(kBadData) when it cannot be trusted or has no usable event, or when the options
  /// leave nobody to name, Error(kConfig) for an option out of range, Error(kIncompatibleArtifact)
  /// for a moment before learned_until() and for a log of whose products the bundle knows next to
  /// none, unless the options insist.
  [[nodiscard]] Answer recommend(const std::filesystem::path& data,
                                 const RecommendOptions& options = {}) const;

  /// Answers for a table of events that another library holds in memory, with the bundle's own
  /// catalog. Columns as in the log's files: `user_id`, `action`, `date`, `products` and, if there
  /// are any, `loc_user_id` and `pageId`; of any types that a file may have; others are passed
  /// over. Nothing of the table is kept. The stream is taken over and released on return, also
  /// when something is thrown; its batches may be released from other threads. Throws as above.
  [[nodiscard]] Answer recommend(ArrowArrayStream* events,
                                 const RecommendOptions& options = {}) const;

  /// Products that go with `product`, at most `k` (from 1 on), best first: its neighbours in one of
  /// the bundle's item-to-item models. `by` is a co-visitation matrix, such as `seen_together_1h`,
  /// `click_to_buy_6h` or `bought_together_14d`, or `titles` (products hardly known yet with a
  /// title like that) where the bundle has that model. As many as the model kept: some products
  /// have none. Throws Error(kConfig) for a product or model that the bundle has not.
  [[nodiscard]] std::vector<SimilarProduct> similar(const std::string& product, int k = 10,
                                                    const std::string& by = kSimilarBy) const;

 private:
  struct State;
  explicit Recommender(std::unique_ptr<const State> state);

  std::unique_ptr<const State> state_;
};

}  // namespace vitrina
