#include "evaluation/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "evaluation/answer_lists.hpp"
#include "metrics/calibration.hpp"
#include "selection/ratio_choice.hpp"

namespace vitrina::evaluation {
namespace {

double achieved_recall(const metrics::UserResult& outcome) {
  return outcome.is_buyer() ? outcome.recall() : 0;
}

/// What is expected of the rows of an answer, learned for each half of them on the other half, or
/// what became of a customer would help to predict it.
class CrossCalibration {
 public:
  CrossCalibration(const engine::Answer& answer, std::span<const metrics::UserResult> outcome)
      : learned_{calibrate_buyers(answer, outcome, 1, 2), calibrate_buyers(answer, outcome, 0, 2)} {
  }

  [[nodiscard]] const ranking::BuyerCalibration& of(std::size_t row) const {
    return learned_[row % 2];
  }

 private:
  std::array<ranking::BuyerCalibration, 2> learned_;
};

}  // namespace

std::vector<metrics::UserResult> outcomes(const engine::Answer& answer, const Purchases& bought,
                                          std::size_t k) {
  const auto by_user = metrics::judge(metrics::as_lists(bought), to_lists(answer), k);
  std::vector<metrics::UserResult> by_row;
  by_row.reserve(answer.users.size());
  for (const auto user : answer.users) {
    by_row.push_back(*std::ranges::lower_bound(by_user, user, {}, &metrics::UserResult::user));
  }
  return by_row;
}

ranking::BuyerCalibration calibrate_buyers(const engine::Answer& answer,
                                           std::span<const metrics::UserResult> outcome,
                                           std::size_t first, std::size_t step) {
  std::vector<double> sums;
  std::vector<std::uint8_t> is_buyer;
  std::vector<float> recall;
  for (std::size_t row = first; row < outcome.size(); row += step) {
    sums.push_back(answer.score_sum[row]);
    is_buyer.push_back(outcome[row].is_buyer() ? 1 : 0);
    recall.push_back(static_cast<float>(achieved_recall(outcome[row])));
  }
  return ranking::BuyerCalibration::fit(sums, is_buyer, recall);
}

std::string calibration_csv(const engine::Answer& answer,
                            std::span<const metrics::UserResult> outcome, int n_bins) {
  const CrossCalibration learned(answer, outcome);
  std::vector<double> expected;
  std::vector<double> achieved;
  for (std::size_t row = 0; row < outcome.size(); ++row) {
    expected.push_back(learned.of(row).recall(answer.score_sum[row]));
    achieved.push_back(achieved_recall(outcome[row]));
  }
  std::string csv = "expected,achieved,users\n";
  for (const auto& bin :
       metrics::calibration(expected, achieved, static_cast<std::size_t>(n_bins))) {
    csv += fmt::format("{:.6g},{:.6g},{}\n", bin.mean_expected, bin.mean_achieved, bin.n);
  }
  return csv;
}

engine::Answer choose_for_b(const engine::Answer& all, const Purchases& bought,
                            selection::ChoiceLimits limits) {
  const CrossCalibration learned(all, outcomes(all, bought, limits.k));
  std::vector<double> p_buy;
  p_buy.reserve(all.users.size());
  for (std::size_t row = 0; row < all.users.size(); ++row) {
    p_buy.push_back(learned.of(row).probability(all.score_sum[row]));
  }
  return selection::choose_for_ratio(all, p_buy, limits.max_users);
}

}  // namespace vitrina::evaluation
