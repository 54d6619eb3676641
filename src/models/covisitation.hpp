#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "models/covisitation_pass.hpp"

namespace vitrina::models {

/// The matrices that the defaults use: what follows a click into a basket soon and within the
/// day, what is compared with what, and what is bought together over two weeks.
inline constexpr std::array<CovisitationSpec, 4> kCovisitationSpecs{{
    {"click_to_buy_1h", shows_interest, shows_intent, true, 1, 1},
    {"click_to_buy_6h", shows_interest, shows_intent, true, 1, 6},
    {"seen_together_1h", shows_interest, shows_interest, false, 1, 1},
    {"bought_together_14d", shows_intent, shows_intent, false, 14, 72},
}};
inline constexpr std::size_t kCovisitationCount = kCovisitationSpecs.size();

/// The rest of the family that carried the OTTO competition (Kaggle 2022/23): more directions,
/// windows and half-lives, neighbours by place rather than by time, and the last week alone.
inline constexpr std::array<CovisitationSpec, 11> kCovisitationFamilySpecs{{
    {"adjacent_6", shows_interest, shows_interest, false, 1, 0, 6},
    {"next_6", shows_interest, shows_interest, true, 1, 0, 6},
    {"visit_start_to_buy", shows_interest, shows_intent, true, 1, 0, 0, true},
    {"seen_together_week", shows_interest, shows_interest, false, 1, 6, 0, false, 7},
    {"click_to_buy_week", shows_interest, shows_intent, true, 7, 24, 0, false, 7},
    {"seen_together_7d", shows_interest, shows_interest, false, 7, 24},
    {"click_to_buy_14d", shows_interest, shows_intent, true, 14, 72},
    {"view_to_view_6h", is<Action::kView>, is<Action::kView>, true, 1, 6},
    {"like_to_buy_14d", is<Action::kLike>, shows_intent, true, 14, 72},
    {"buy_to_buy_14d", shows_intent, shows_intent, true, 14, 72},
    {"basket_to_order_14d", is<Action::kBasketAdd>, is<Action::kOrder>, true, 14, 72},
}};
inline constexpr std::size_t kCovisitationFamilyCount = kCovisitationFamilySpecs.size();

/// Matrices of one list of specs, fitted together.
template <const auto& Specs>
class CovisitationMatrices {
 public:
  CovisitationMatrices() = default;

  /// In rounds of products, so that a long log needs no more memory; the same as by parts.
  static CovisitationMatrices fit(const FitContext& context, const CovisitationConfig& config) {
    return CovisitationMatrices(fit_covisitation(context, config, Specs));
  }

  using Partial = DealtPairs;
  static Partial map(const FitContext& part, const CovisitationConfig& config) {
    return map_covisitation(part, config, Specs);
  }
  static CovisitationMatrices finish(const FitContext& any, const CovisitationConfig& config,
                                     Partial&& all) {
    return CovisitationMatrices(finish_covisitation(any, config, Specs, std::move(all)));
  }

  /// The neighbours of a product in matrix `matrix` of the specs, best first.
  [[nodiscard]] std::span<const ScoredItem> neighbours(std::size_t matrix, ItemIdx item) const {
    return tables_[matrix].of(item);
  }

  void save(ArchiveWriter& out) const { save_covisitation(tables_, Specs, out); }
  static CovisitationMatrices load(const ArchiveReader& in, const ProductSpace& products) {
    return CovisitationMatrices(load_covisitation(in, Specs, products));
  }

 private:
  explicit CovisitationMatrices(std::vector<NeighbourTable> tables) : tables_(std::move(tables)) {}

  std::vector<NeighbourTable> tables_;
};

using Covisitation = CovisitationMatrices<kCovisitationSpecs>;
/// A model of its own, so that a matrix that nobody asks for is not computed.
using CovisitationFamily = CovisitationMatrices<kCovisitationFamilySpecs>;

}  // namespace vitrina::models
