#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/csr.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "selection/rules.hpp"

namespace vitrina::selection {

/// A product with its score w, an estimate of E[1(item bought) / |bought|]: what sending it adds to
/// the user's recall, 0 for a user who buys nothing. Scored<ItemIdx> is one; a caller may
/// carry more fields (where the product comes from) through the choice.
template <class Entry>
concept Offer = std::copyable<Entry> && requires(const Entry& entry) {
  { entry.id } -> std::convertible_to<ItemIdx>;
  { entry.score } -> std::convertible_to<double>;
};

struct ChoiceLimits {
  std::size_t max_users = 3000;  ///< customers sent at most
  std::size_t k = 25;            ///< products a customer at most
};

/// Who is sent what: rows by the sum of their w descending, then user ascending; the products of a
/// row by w descending, then as they were offered.
template <Offer Entry>
struct Choice {
  std::vector<UserIdx> users;
  /// Sum of the row's w: it orders rows. Each w is learned on its own, so that the sum can pass 1;
  /// as a number to be believed it goes through ranking::BuyerCalibration first.
  std::vector<double> score_sum;
  Csr<Entry> items;
};

/// The exact choice. The expected mean recall over all buyers is the sum of w over the pairs sent,
/// so the best answer is, per user, the k products of largest w, and then the users with the
/// largest sums. Ties go to the smaller user and to the product that is offered first, and sums are
/// taken in doubles in rank order: the result does not depend on the order in which users are
/// added.
///
/// Users come one at a time and only the best `max_users` rows are kept: memory is bounded by the
/// answer, time is O(log max_users) a user beside the ranking of its offers. Not thread-safe;
/// give each thread its own and merge.
template <Offer Entry>
class UserChoice {
 public:
  explicit UserChoice(ChoiceLimits limits, Rules rules = {})
      : limits_(limits), rules_(std::move(rules)) {}

  /// Offers a user's products, distinct, in any number; of equal w whichever comes first. A user
  /// without a product that the rules allow is not sent. Each user may be added once. Throws
  /// Error(kInternal) for a w that is not a finite number or a product offered twice among the
  /// best.
  void add(UserIdx user, std::span<const Entry> offers) {
    if (limits_.max_users == 0 || !rules_.allows(user)) return;
    rank(offers);
    if (ranked_.empty()) return;
    double sum = 0.0;
    for (const Entry& entry : ranked_) sum += static_cast<double>(entry.score);
    if (rows_.size() == limits_.max_users) {
      if (!precedes(sum, user, rows_.front())) return;
      std::pop_heap(rows_.begin(), rows_.end(), row_before);
      rows_.pop_back();
    }
    rows_.push_back({user, sum, ranked_});
    std::push_heap(rows_.begin(), rows_.end(), row_before);
  }

  /// Takes in what another choice with equal limits holds of other users.
  void merge(UserChoice other) {
    for (Row& row : other.rows_) {
      rows_.push_back(std::move(row));
      std::push_heap(rows_.begin(), rows_.end(), row_before);
    }
    while (rows_.size() > limits_.max_users) {
      std::pop_heap(rows_.begin(), rows_.end(), row_before);
      rows_.pop_back();
    }
  }

  /// The answer; the object is empty afterwards. Throws Error(kInternal) when a user occurs twice.
  Choice<Entry> finish() {
    std::sort(rows_.begin(), rows_.end(), row_before);
    Choice<Entry> choice;
    for (const Row& row : rows_) {
      choice.users.push_back(row.user);
      choice.score_sum.push_back(row.sum);
      choice.items.values.insert(choice.items.values.end(), row.items.begin(), row.items.end());
      choice.items.offsets.push_back(choice.items.values.size());
    }
    rows_.clear();
    auto users = choice.users;
    check_distinct(std::span(users), "user");
    return choice;
  }

 private:
  struct Row {
    UserIdx user;
    double sum;
    std::vector<Entry> items;
  };

  static bool precedes(double sum, UserIdx user, const Row& row) {
    return sum != row.sum ? sum > row.sum : user < row.user;
  }
  /// The heap's order: its front is the row that the answer would lose first.
  static bool row_before(const Row& a, const Row& b) { return precedes(a.sum, a.user, b); }

  /// Leaves the best k allowed offers in `ranked_`, best first.
  void rank(std::span<const Entry> offers) {
    ranked_.clear();
    for (const Entry& entry : offers) {
      if (!std::isfinite(static_cast<double>(entry.score))) {
        throw Error(ErrorCode::kInternal,
                    fmt::format("choice: w of item {} is {}, expected a finite number",
                                ItemIdx(entry.id).value, static_cast<double>(entry.score)));
      }
      if (rules_.allows(ItemIdx(entry.id))) ranked_.push_back(entry);
    }
    const auto by_score = [](const Entry& a, const Entry& b) { return a.score > b.score; };
    // an engine's answer comes sorted
    if (!std::is_sorted(ranked_.begin(), ranked_.end(), by_score)) {
      std::stable_sort(ranked_.begin(), ranked_.end(), by_score);
    }
    if (ranked_.size() > limits_.k) ranked_.resize(limits_.k);
    ids_.clear();
    for (const Entry& entry : ranked_) ids_.push_back(ItemIdx(entry.id));
    check_distinct(std::span(ids_), "item");
  }

  /// Sorts `ids`.
  template <class Idx>
  static void check_distinct(std::span<Idx> ids, const char* what) {
    std::sort(ids.begin(), ids.end());
    const auto twice = std::adjacent_find(ids.begin(), ids.end());
    if (twice == ids.end()) return;
    throw Error(ErrorCode::kInternal,
                fmt::format("choice: {} {} was added twice", what, twice->value));
  }

  ChoiceLimits limits_;
  Rules rules_;
  std::vector<Row> rows_;
  std::vector<Entry> ranked_;  ///< scratch
  std::vector<ItemIdx> ids_;   ///< scratch
};

}  // namespace vitrina::selection
