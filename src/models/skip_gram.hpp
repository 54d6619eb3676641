#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/csr.hpp"
#include "core/rng.hpp"
#include "models/unit_vectors.hpp"

namespace vitrina::models {

struct SkipGramConfig {
  int dimensions = 32;
  int window = 5;
  int negatives = 5;
  int epochs = 3;
  double learning_rate = 0.05;
  double subsample = 1e-3;  ///< of more frequent words occurrences are left out; 0: of none
  double noise_power = 0.75;
};

/// What vectors are learned from. Draws and order follow the hashes, never the numbers of words
/// and sentences, so that words nobody used and sentences nobody wrote yet change nothing.
struct Corpus {
  std::vector<std::uint64_t> word_hash;
  std::vector<std::uint64_t> count;  ///< occurrences of every word, > 0
  Csr<std::uint32_t> sentences;
  std::vector<std::uint64_t> sentence_hash;
};

/// Numbers of [0, n) drawn with given weights, in constant time (the alias method: Walker, 1977,
/// tables by Vose, 1991).
class WeightedDraw {
 public:
  /// `weights` are > 0.
  explicit WeightedDraw(std::span<const double> weights);

  std::uint32_t operator()(Rng& rng) const {
    const auto column = static_cast<std::size_t>(rng.below(share_.size()));
    return rng.uniform() < share_[column] ? static_cast<std::uint32_t>(column) : other_[column];
  }

 private:
  std::vector<double> share_;  ///< of the column's own number in the column
  std::vector<std::uint32_t> other_;
};

/// Skip-gram with negative sampling (Mikolov, Sutskever, Chen, Corrado, Dean, NIPS 2013): a
/// word's vector v predicts the words c within a window of random width around it. Every such
/// pair is one step up the gradient of
///   log s(v . o_c) + sum over the drawn negatives n of log s(-v . o_n),
/// s the logistic function, o the vectors of the output side. Negatives are drawn with
/// count^noise_power, an occurrence of a word is kept with probability
/// min(1, sqrt(subsample / its share of all)), and the rate falls linearly. One thread: steps
/// depend on each other, and a shop's visits are few enough.
class SkipGram {
 public:
  /// Vectors at their start: inputs random and small, outputs zero.
  SkipGram(const Corpus& corpus, const SkipGramConfig& config, std::uint64_t seed);

  /// All epochs.
  void train();

  /// One step for `word` and the words at the output side: the first was met, the others are
  /// negatives.
  void step(std::uint32_t word, std::span<const std::uint32_t> outputs, float rate);

  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] std::span<const float> input(std::uint32_t word) const {
    return {inputs_.data() + word * stride_, stride_};
  }
  [[nodiscard]] std::span<const float> output(std::uint32_t word) const {
    return {outputs_.data() + word * stride_, stride_};
  }
  /// The word vectors, row-major with stride(), taken out.
  [[nodiscard]] std::vector<float> take_inputs() { return std::move(inputs_); }

 private:
  void train_sentence(std::size_t sentence, Rng rng, float rate);
  void keep_probabilities();

  const Corpus& corpus_;
  SkipGramConfig config_;
  std::uint64_t seed_;
  std::size_t stride_;
  WeightedDraw noise_;
  std::vector<float> inputs_;
  std::vector<float> outputs_;
  std::vector<double> keep_;
  std::vector<float> gradient_;
  std::vector<std::uint32_t> kept_;   ///< the words left of a sentence
  std::vector<std::uint32_t> drawn_;  ///< the outputs of a step
};

}  // namespace vitrina::models
