#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrina {

/// Texts and how often each was met. Bounded, whatever a file holds: the first kMaxTexts different
/// ones are told apart, what comes later is counted together, and of a text its beginning is kept.
class TextTally {
 public:
  static constexpr std::size_t kMaxTexts = 1000;
  static constexpr std::size_t kMaxBytes = 60;

  void add(std::string_view text, std::uint64_t n = 1);

  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] bool empty() const { return total_ == 0; }
  /// Met when kMaxTexts others were told apart already.
  [[nodiscard]] std::uint64_t n_others() const { return others_; }
  /// The most frequent first, equal ones in the order of their bytes.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> by_count() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t total_ = 0;
  std::uint64_t others_ = 0;
};

/// `'buy' 1203, 'call' 7, empty 3 and 2 more values`: the `n` most frequent, for people.
std::string describe(const TextTally& tally, std::size_t n = 5);

}  // namespace vitrina
