#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "core/csr.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/user_history.hpp"
#include "models/fit_context.hpp"

namespace vitrina::models {

struct SessionsConfig {
  int last_products = 10;
  int recent_sessions = 500;
  int neighbours = 100;
  int max_session_products = 30;
  double basket_weight = 2;
  double order_weight = 3;

  void visit(ConfigVisitor& v) {
    v.field("last_products", last_products, {1, 32},
            "products of the user, newest first, that stand for the visit under way");
    v.field("recent_sessions", recent_sessions, {1, 100'000},
            "newest visits with one of these products that are compared");
    v.field("neighbours", neighbours, {1, 100'000}, "most similar visits that vote");
    v.field("max_session_products", max_session_products, {2, 1000},
            "products kept of a visit, the strongest actions first, then the newest");
    v.field("basket_weight", basket_weight, {0, 100},
            "vote of a visit for a product put into the basket, a view's is 1");
    v.field("order_weight", order_weight, {0, 100},
            "vote of a visit for a product ordered, a view's is 1");
  }
};

/// What the neighbour visits say of one product.
struct SessionVote {
  ItemIdx item;
  float score = 0;            ///< the paper's item score, > 0
  float best_similarity = 0;  ///< of the neighbour visits with the product
  std::uint32_t n_sessions = 0;
};

/// Visits with two products and more, and the newest of them of every product: VMIS-kNN
/// (Kersbergen, Sprangers, Schelter, «Serenade», SIGMOD 2022). With the user's last products as
/// the visit s under way, product p on place x from the newest (0, 1, ..) of L at most:
/// - the m newest visits that have a product of s, the user's own counted, are compared:
///   similarity r(n) is the sum over the common products of the decay 1 - x / L;
/// - the k most similar of them, ties to the newer, vote for their products i:
///   d(i) = sum over n of v(n, i) * lambda(n) * r(n) * log(|H| / h(i)),
///   lambda(n) = 1 - x / L of the newest common product, |H| visits, h(i) of them with i.
/// v(n, i) is 1 in the paper; here an addition to the basket and an order weigh more. A product
/// of every visit scores 0 and is not voted for. The user's own visits do not vote, since they
/// would only repeat the own history; the model knows no users, so a visit is taken for the
/// user's own when it ended at the very moment one of these did and has no other products than
/// the user's.
class Sessions {
 public:
  Sessions() = default;

  static Sessions fit(const FitContext& context, const SessionsConfig& config);

  /// The votes for a user, by product ascending. Bounded work whatever the size of the log:
  /// O(m * L + the products of k visits).
  [[nodiscard]] std::vector<SessionVote> votes(const UserHistory& history) const;

  [[nodiscard]] std::size_t n_sessions() const { return sessions_.n_rows(); }

  void save(ArchiveWriter& out) const;
  static Sessions load(const ArchiveReader& in, const ProductSpace& products);

 private:
  struct Entry {
    ItemIdx item;
    Interest interest;  ///< the strongest of the visit in the product
  };
  struct Neighbour {
    std::uint32_t overlap;  ///< similarity in units of 1 / L, so that equal ones are equal
    std::uint32_t session;
    std::uint32_t newest_place;  ///< of the common products, 0 is the newest
  };

  void index_products(std::size_t n_items);
  [[nodiscard]] std::vector<Neighbour> neighbours(const UserHistory& history) const;
  [[nodiscard]] bool is_own(std::uint32_t session, std::span<const TimeUs> own_ends,
                            const UserHistory& history) const;
  [[nodiscard]] std::vector<Neighbour> merge_newest(const UserHistory& history) const;
  [[nodiscard]] float in_places(std::uint32_t units) const {
    return static_cast<float>(units) / static_cast<float>(last_products_);
  }

  std::uint32_t last_products_ = 1;
  std::uint32_t recent_sessions_ = 1;
  std::uint32_t neighbours_ = 1;
  std::vector<float> interest_weight_;  ///< by Interest
  Csr<Entry> sessions_;                 ///< oldest first
  std::vector<TimeUs> end_;             ///< of every visit: its last event
  Csr<std::uint32_t> sessions_of_;      ///< of every product, newest first, the newest m
  std::vector<float> rarity_;           ///< of every product: log(|H| / h)
};

}  // namespace vitrina::models
