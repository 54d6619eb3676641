#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "core/progress.hpp"
#include "data/shop.hpp"
#include "live/service.hpp"
#include "metrics/bootstrap.hpp"

namespace vitrina::evaluation {

/// What is to be hit: products as they are put into the basket or ordered.
enum class Target : std::uint8_t {
  kAll,
  kNotInBasket,  ///< those that do not lie in the basket at that moment
  kUntouched,    ///< those that no event of the customer named before; lists hold no others
};
inline constexpr std::array<std::string_view, 3> kTargetNames{"all", "not_in_basket", "untouched"};

struct ReplayConfig {
  TimeUs from = 0;                     ///< first moment that is asked about
  TimeUs to = 0;                       ///< the moment after the last
  std::vector<std::size_t> k{10, 25};  ///< lengths of lists, ascending
  std::size_t check_pairs = 0;         ///< answers compared with the batch
  std::size_t check_moments = 50;      ///< at as many moments
  std::uint64_t seed = 42;             ///< of what is compared, and of the intervals
  int n_draws = 2000;                  ///< behind each interval
  int threads = 1;
};

/// hit@k: the share of the targets that are among the first k products, those of one second of a
/// customer counting once, as their mean.
struct HitRates {
  std::size_t k = 0;
  double live = 0;                 ///< asked at the very moment
  double frozen = 0;               ///< by the list of the day's start
  metrics::Difference difference;  ///< live - frozen; customers are drawn
};

struct TargetHits {
  std::uint64_t n_moments = 0;  ///< seconds of customers with a target
  std::vector<HitRates> rates;  ///< by k
};

/// What was hit, by target and k: one a second of a customer, which is its `cut`.
using TargetResults =
    std::array<std::vector<std::vector<metrics::UserResult>>, kTargetNames.size()>;

/// Answers of the live service against those of the batch for the same customer and moment.
struct EqualityCheck {
  std::uint64_t n_pairs = 0;
  std::uint64_t n_moments = 0;
  std::uint64_t n_other_lists = 0;     ///< other products, order or scores
  std::uint64_t n_other_features = 0;  ///< other candidates or feature columns
};

struct Replay {
  std::array<TargetHits, kTargetNames.size()> hits;
  TargetResults live;  ///< behind the live rates
  EqualityCheck check;
  std::uint64_t n_events = 0;   ///< taken in
  std::uint64_t n_answers = 0;  ///< live ones for `hits`
  double p50_us = 0;            ///< of one live answer, as it was waited for
  double p99_us = 0;
};

/// Plays a log through a service that holds no events yet: each customer's events in order of time,
/// and before every moment at which products are put into the basket or ordered the question what
/// they will be. `shop` is joined to the products of the service's generation; `params` are its
/// bundle's. Everything but the times is the same with any number of threads.
Replay replay(const Shop& shop, live::Service& service, const ParamMap& params,
              const ReplayConfig& config, Progress& progress);

/// hit@k of another bundle's live answers at the same moments.
struct VersusRates {
  std::size_t k = 0;
  double live = 0;                 ///< of the other bundle
  metrics::Difference difference;  ///< this one's - the other's; customers are drawn
};
using Versus = std::array<std::vector<VersusRates>, kTargetNames.size()>;

/// How far live answers are ahead of another bundle's that replayed the same log. Throws
/// Error(kBadData) when they were asked at other moments or for other targets.
Versus compare_live(const Replay& found, const Replay& other, const ReplayConfig& config);

}  // namespace vitrina::evaluation
