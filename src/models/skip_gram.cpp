#include "models/skip_gram.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitrina::models {
namespace {

/// The rate never falls below this share of the first.
constexpr double kLeastRate = 1e-4;

std::vector<double> noise_weights(std::span<const std::uint64_t> counts, double power) {
  std::vector<double> weights;
  weights.reserve(counts.size());
  for (const auto count : counts) weights.push_back(std::pow(static_cast<double>(count), power));
  return weights;
}

float logistic(float x) { return 1.0F / (1.0F + std::exp(-x)); }

/// Sentences in the order of an epoch.
std::vector<std::uint32_t> shuffled(std::span<const std::uint64_t> hashes, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  order.reserve(hashes.size());
  for (std::uint32_t s = 0; s < hashes.size(); ++s) order.emplace_back(mix64(seed, hashes[s]), s);
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> sentences;
  sentences.reserve(order.size());
  for (const auto& entry : order) sentences.push_back(entry.second);
  return sentences;
}

}  // namespace

WeightedDraw::WeightedDraw(std::span<const double> weights)
    : share_(weights.begin(), weights.end()), other_(weights.size()) {
  const double mean = std::accumulate(share_.begin(), share_.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(share_.size(), 1));
  std::vector<std::uint32_t> poor;
  std::vector<std::uint32_t> rich;
  for (std::uint32_t i = 0; i < share_.size(); ++i) {
    share_[i] /= mean;
    other_[i] = i;
    (share_[i] < 1 ? poor : rich).push_back(i);
  }
  // a rich number fills the column of a poor one and may become poor by it
  while (!poor.empty() && !rich.empty()) {
    const auto column = poor.back();
    poor.pop_back();
    const auto giver = rich.back();
    other_[column] = giver;
    share_[giver] -= 1 - share_[column];
    if (share_[giver] < 1) {
      rich.pop_back();
      poor.push_back(giver);
    }
  }
  // what is left is 1 but for rounding
  for (const auto i : poor) share_[i] = 1;
  for (const auto i : rich) share_[i] = 1;
}

SkipGram::SkipGram(const Corpus& corpus, const SkipGramConfig& config, std::uint64_t seed)
    : corpus_(corpus),
      config_(config),
      seed_(seed),
      stride_(whole_lanes(static_cast<std::size_t>(config.dimensions))),
      noise_(noise_weights(corpus.count, config.noise_power)),
      inputs_(corpus.count.size() * stride_, 0.0F),
      outputs_(corpus.count.size() * stride_, 0.0F),
      gradient_(stride_) {
  for (std::size_t w = 0; w < corpus.count.size(); ++w) {
    Rng rng(seed, corpus.word_hash[w]);
    for (int d = 0; d < config.dimensions; ++d) {
      inputs_[w * stride_ + static_cast<std::size_t>(d)] =
          static_cast<float>((rng.uniform() - 0.5) / config.dimensions);
    }
  }
  keep_probabilities();
}

void SkipGram::keep_probabilities() {
  const auto& counts = corpus_.count;
  const auto all =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  keep_.reserve(counts.size());
  for (const auto count : counts) {
    const double often = config_.subsample * all / static_cast<double>(count);
    keep_.push_back(config_.subsample > 0 ? std::min(1.0, std::sqrt(often)) : 1.0);
  }
}

void SkipGram::train() {
  const auto n_words = static_cast<double>(corpus_.sentences.values.size());
  const double n_all = n_words * config_.epochs;
  double n_done = 0;
  for (int epoch = 0; epoch < config_.epochs; ++epoch) {
    const auto epoch_seed = mix64(seed_, static_cast<std::uint64_t>(epoch));
    for (const auto sentence : shuffled(corpus_.sentence_hash, epoch_seed)) {
      const double left = std::max(kLeastRate, 1 - n_done / n_all);
      train_sentence(sentence, Rng(epoch_seed, corpus_.sentence_hash[sentence]),
                     static_cast<float>(config_.learning_rate * left));
      n_done += static_cast<double>(corpus_.sentences.row(sentence).size());
    }
  }
}

void SkipGram::train_sentence(std::size_t sentence, Rng rng, float rate) {
  kept_.clear();
  for (const auto word : corpus_.sentences.row(sentence)) {
    if (rng.chance(keep_[word])) kept_.push_back(word);
  }
  const auto window = static_cast<std::uint64_t>(config_.window);
  for (std::size_t place = 0; place < kept_.size(); ++place) {
    const auto reach = static_cast<std::size_t>(1 + rng.below(window));
    const std::size_t begin = place > reach ? place - reach : 0;
    const std::size_t end = std::min(kept_.size(), place + reach + 1);
    for (std::size_t other = begin; other < end; ++other) {
      // a product met again within the window says nothing of others
      if (kept_[other] == kept_[place]) continue;
      drawn_.assign(1, kept_[other]);
      for (int n = 0; n < config_.negatives; ++n) {
        const auto word = noise_(rng);
        if (word != kept_[other]) drawn_.push_back(word);
      }
      step(kept_[place], drawn_, rate);
    }
  }
}

void SkipGram::step(std::uint32_t word, std::span<const std::uint32_t> outputs, float rate) {
  float* in = inputs_.data() + word * stride_;
  float* gradient = gradient_.data();
  std::fill_n(gradient, stride_, 0.0F);
  float label = 1;
  for (const auto output : outputs) {
    float* out = outputs_.data() + output * stride_;
    const float slope = rate * (label - logistic(dot({in, stride_}, {out, stride_})));
    for (std::size_t d = 0; d < stride_; ++d) gradient[d] += slope * out[d];
    for (std::size_t d = 0; d < stride_; ++d) out[d] += slope * in[d];
    label = 0;
  }
  for (std::size_t d = 0; d < stride_; ++d) in[d] += gradient[d];
}

}  // namespace vitrina::models
