#include "ranking/blend_choice.hpp"

#include <algorithm>
#include <cmath>

#include "ranking/logistic.hpp"

namespace vitrina::ranking {
namespace {

/// With fewer bought pairs in the windows the first option stays.
constexpr std::size_t kLeastPositives = 100;

/// Calls `each(row)` for the rows that answer the question of a batch: not those of moments inside
/// visits.
template <class Each>
void for_rows_of_users(const Examples& window, Each&& each) {
  for (std::size_t u = 0; u < window.n_users(); ++u) {
    if (window.user_weight[u] == 0) continue;
    for (auto r = window.offsets[u]; r < window.offsets[u + 1]; ++r) each(r);
  }
}

/// The shift after which a window buys what is expected.
double shift_of(const Examples& window, std::span<const double> logits) {
  std::vector<double> of_users;
  std::vector<float> label;
  std::vector<float> weight;
  for_rows_of_users(window, [&](std::size_t r) {
    of_users.push_back(logits[r]);
    label.push_back(window.label[r]);
    weight.push_back(window.weight[r]);
  });
  return level_shift(of_users, label, weight, 0);
}

/// Appends the loss of every user of a window.
void append_losses(const Examples& window, const ModelLogits& logits, const Blend& blend,
                   std::vector<double>& losses) {
  std::vector<double> total;
  blend_logits(logits, blend, total);
  const double shift = shift_of(window, total);
  for (std::size_t u = 0; u < window.n_users(); ++u) {
    if (window.user_weight[u] == 0) continue;
    double loss = 0;
    for (auto r = window.offsets[u]; r < window.offsets[u + 1]; ++r) {
      const double x = total[r] + shift;
      // -y log p - (1 - y) log(1 - p) = log(1 + e^x) - y x
      loss += double{window.weight[r]} * (softplus(x) - double{window.label[r]} * x);
    }
    losses.push_back(loss);
  }
}

}  // namespace

RankerConfig with_all_models(const RankerConfig& config) {
  auto all = config;
  for (auto* weight : {&all.share_weight, &all.hit_weight, &all.two_step_weight}) *weight = 1;
  return all;
}

BlendChoice untested_choice(const RankerConfig& config) {
  return {.options = {{config.blend(), std::min(config.rounds, config.untested_rounds)}}};
}

BlendChoice choose_blend(const Ranker& ranker, std::span<const Examples* const> windows,
                         Lineage lineage, const RankerConfig& config, int threads) {
  BlendChoice choice;
  const int rounds = ranker.rounds();
  for (const int length : {rounds, rounds / 2, rounds / 4}) {
    if (length == 0) break;
    for (const Blend& blend : {config.blend(), Blend{0.5, 0, 0.5}, Blend{1. / 3, 1. / 3, 1. / 3}}) {
      choice.options.push_back({blend, length});
    }
  }
  std::size_t positives = 0;
  double bought = 0;
  for (const auto* window : windows) {
    for_rows_of_users(*window, [&](std::size_t r) {
      positives += window->label[r] > 0 ? 1 : 0;
      bought += double{window->weight[r]} * double{window->label[r]};
    });
  }
  if (choice.options.empty() || positives < kLeastPositives) return untested_choice(config);

  choice.is_tested = true;
  const Blend every{1. / 3, 1. / 3, 1. / 3};
  std::vector<double> first;
  for (std::size_t o = 0; o < choice.options.size();) {
    const int length = choice.options[o].rounds;
    const auto shorter = ranker.reduced(every, length);
    std::vector<ModelLogits> logits;
    for (const auto* window : windows) {
      logits.push_back(shorter.logits(scoring_rows(*window, lineage), threads));
    }
    for (; o < choice.options.size() && choice.options[o].rounds == length; ++o) {
      auto& option = choice.options[o];
      std::vector<double> losses;
      for (std::size_t w = 0; w < windows.size(); ++w) {
        append_losses(*windows[w], logits[w], option.blend, losses);
      }
      if (o == 0) first = losses;
      double squares = 0;
      for (std::size_t u = 0; u < losses.size(); ++u) {
        const double gain = first[u] - losses[u];
        option.loss += losses[u] / bought;
        option.gain += gain / bought;
        squares += gain * gain;
      }
      option.error = std::sqrt(squares) / bought;
      const auto& best = choice.best();
      if (option.gain - option.error > best.gain - best.error) choice.chosen = o;
    }
  }
  return choice;
}

}  // namespace vitrina::ranking
