#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/scratch.hpp"
#include "data/decay.hpp"
#include "models/covisitation_pairs.hpp"
#include "models/fixed_point.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

// Vectors never cross the borders of a file, so how a platform would pass them is no matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace vitrina::models {

/// Adds what pairs are worth to the sums of all matrices, `Lanes` of them at a time, in whole
/// numbers (models/fixed_point.hpp); one that does not join a pair adds 0.
template <std::size_t Lanes>
class PairAdder {
 public:
  explicit PairAdder(const PairRules& rules)
      : width_(rules.width()), decays_(rules.half_lives_days()) {
    static_assert(Lanes == PairRules::kLanes && Lanes == AgeDecays::kLanes);
    for (std::size_t first = 0; first < width_; first += Lanes) {
      Picks& picks = picks_.emplace_back();
      for (std::size_t l = 0; l < Lanes; ++l) {
        const std::size_t decay = rules.decay_of()[first + l];
        const std::size_t from = decay == 0 ? decays_.none() : decay - 1;
        const auto lane = static_cast<std::int32_t>(from % Lanes);
        picks.words[2 * l] = 2 * lane;
        picks.words[2 * l + 1] = 2 * lane + 1;
        picks.is_second[l] = from < Lanes ? 0 : -1;
      }
    }
  }

  /// Sums of a row.
  [[nodiscard]] std::size_t width() const { return width_; }

  /// The pairs that add() is about to be called for.
  void take(std::span<const RowPair> pairs) { pairs_ = pairs; }

  /// Adds pair `p` of those taken to the sums of its row.
  void add(std::size_t p, const double* factors, std::int64_t* sums) const {
    const auto decays = decays_.of(pairs_[p].distance_ms * kUsPerMs);
    for (std::size_t g = 0; g < picks_.size(); ++g) {
      Reals factor;
      Units sum;
      __builtin_memcpy(&factor, factors + g * Lanes, sizeof factor);
      __builtin_memcpy(&sum, sums + g * Lanes, sizeof sum);
      sum += fixed_point::from_weight<Units>(factor * pick(decays, picks_[g]));
      __builtin_memcpy(sums + g * Lanes, &sum, sizeof sum);
    }
  }

 private:
  using Reals = AgeDecays::Reals;
  using Units __attribute__((vector_size(Lanes * sizeof(std::int64_t)))) = std::int64_t;

  /// Which of the decays are those of some matrices.
  struct Picks {
    alignas(32) std::array<std::int32_t, 2 * Lanes> words{};  ///< halves of the doubles
    alignas(32) std::array<std::int64_t, Lanes> is_second{};  ///< all bits where it is, or none
  };

  [[nodiscard]] Reals pick(const AgeDecays::Values& decays, const Picks& from) const {
#ifdef __AVX2__
    const auto words = _mm256_load_si256(reinterpret_cast<const __m256i*>(from.words.data()));
    const auto pick_from = [&](Reals values) {
      return _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(values), words));
    };
    if (!decays_.has_second()) return pick_from(decays.first);
    const auto is_second = _mm256_load_pd(reinterpret_cast<const double*>(from.is_second.data()));
    return _mm256_blendv_pd(pick_from(decays.first), pick_from(decays.second), is_second);
#else
    Reals picked;
    for (std::size_t l = 0; l < Lanes; ++l) {
      const auto lane = from.words[2 * l] / 2;
      picked[l] = from.is_second[l] != 0 ? decays.second[lane] : decays.first[lane];
    }
    return picked;
#endif
  }

  std::size_t width_;
  AgeDecays decays_;
  std::vector<Picks> picks_;  ///< by Lanes matrices
  std::span<const RowPair> pairs_;
};

/// The same for one matrix: its decays are computed for many pairs at once.
template <>
class PairAdder<1> {
 public:
  explicit PairAdder(const PairRules& rules) : half_lives_days_(rules.half_lives_days()) {}

  [[nodiscard]] static constexpr std::size_t width() { return 1; }

  void take(std::span<const RowPair> pairs) {
    grow_to(decays_, pairs.size());
    if (half_lives_days_.empty()) {
      std::fill_n(decays_.begin(), pairs.size(), 1.0);
      return;
    }
    constexpr std::size_t kAtOnce = 512;  // fit the first cache
    std::array<TimeUs, kAtOnce> distances{};
    for (std::size_t first = 0; first < pairs.size(); first += kAtOnce) {
      const auto some = pairs.subspan(first, std::min(kAtOnce, pairs.size() - first));
      std::transform(some.begin(), some.end(), distances.begin(),
                     [](const RowPair& pair) { return pair.distance_ms * kUsPerMs; });
      decay_all(std::span(distances).first(some.size()), half_lives_days_.front(),
                std::span(decays_).subspan(first, some.size()));
    }
  }

  void add(std::size_t p, const double* factor, std::int64_t* sum) const {
    *sum += fixed_point::from_weight(*factor * decays_[p]);
  }

 private:
  std::span<const double> half_lives_days_;
  std::vector<double> decays_;
};

}  // namespace vitrina::models
