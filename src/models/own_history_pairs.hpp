#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/decay.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

/// The touched pairs of all windows, by window and user, with what they were worth.
struct TouchedPairs {
  struct Owner {
    std::size_t begin;
    std::size_t end;
    float weight;  ///< how many users it stands for
    bool is_buyer;
  };
  struct Window {
    std::size_t first_owner;
    std::size_t last_owner;
  };
  /// [action slot][half-life], by pair: a rule reads one column a slot from end to end.
  std::array<std::array<std::vector<float>, kHalfLifeCount>, kProductActionCount> sums;
  std::vector<float> gain;  ///< 1 / |bought| where the pair was bought, else 0
  std::vector<Owner> owners;
  std::vector<Window> windows;
  std::uint64_t n_buyers = 0;  ///< all buyers, also those with no history
  std::uint64_t n_users = 0;   ///< all users with an event before the cut

  [[nodiscard]] std::size_t size() const { return gain.size(); }
};

/// How much is kept to learn from.
struct PairLimits {
  int max_windows;  ///< label windows, newest first
  int max_pairs;    ///< about so many at most: users without a purchase are sampled
};

/// The pairs of some customers, in an order that does not matter: what is learned is made of the
/// rows of all, sorted by window and external id.
class TouchedRows {
 public:
  /// Those of the context's shop, at the cuts of the label windows that end at or before `as_of`.
  /// Which users are sampled depends on their ids and on how many events all have. A part has
  /// fewer, and so samples more than will be kept.
  TouchedRows(const FitContext& context, const PairLimits& limits);

  TouchedRows(TouchedRows&& other) noexcept;
  TouchedRows& operator=(TouchedRows&& other) noexcept;
  ~TouchedRows();

  /// Adds other customers' rows, and drops those that are too many now.
  void merge(TouchedRows&& other);

  [[nodiscard]] std::uint64_t n_buyers() const { return n_buyers_; }

  /// The pairs, the same however the customers were dealt to rows, which are gone after it.
  [[nodiscard]] TouchedPairs sorted(int threads) &&;

 private:
  struct Piece;
  struct Row;

  void read_window(const FitContext& context, TimeUs cut, std::span<const double> places,
                   std::vector<Piece>& pieces);
  /// Of the users without a purchase, those that are kept.
  [[nodiscard]] double share() const;
  [[nodiscard]] std::vector<Row> sorted_rows() const;
  static void fill_columns(std::span<const Row> rows, std::size_t first, TouchedPairs& pairs);

  int max_pairs_;
  std::vector<std::vector<Piece>> windows_;
  std::uint64_t n_events_ = 0;  ///< with a product, before the cut
  std::uint64_t n_buyers_ = 0;
  std::uint64_t n_users_ = 0;
};

}  // namespace vitrina::models
