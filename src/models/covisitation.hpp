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

/// Those matrices, fitted together.
class Covisitation {
 public:
  Covisitation() = default;

  /// In rounds of products, so that a long log needs no more memory; the same as by parts.
  static Covisitation fit(const FitContext& context, const CovisitationConfig& config) {
    return Covisitation(fit_covisitation(context, config, kCovisitationSpecs));
  }

  using Partial = DealtPairs;
  static Partial map(const FitContext& part, const CovisitationConfig& config) {
    return map_covisitation(part, config, kCovisitationSpecs);
  }
  static Covisitation finish(const FitContext& any, const CovisitationConfig& config,
                             Partial&& all) {
    return Covisitation(finish_covisitation(any, config, kCovisitationSpecs, std::move(all)));
  }

  /// The neighbours of a product in matrix `matrix` of the specs, best first.
  [[nodiscard]] std::span<const ScoredItem> neighbours(std::size_t matrix, ItemIdx item) const {
    return tables_[matrix].of(item);
  }

  void save(ArchiveWriter& out) const { save_covisitation(tables_, kCovisitationSpecs, out); }
  static Covisitation load(const ArchiveReader& in, const ProductSpace& products) {
    return Covisitation(load_covisitation(in, kCovisitationSpecs, products));
  }

 private:
  explicit Covisitation(std::vector<NeighbourTable> tables) : tables_(std::move(tables)) {}

  std::vector<NeighbourTable> tables_;
};

}  // namespace vitrina::models
