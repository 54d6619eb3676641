#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace vitrina::ranking {

/// Training rows of one fold: candidates of sampled users with what they were worth.
/// Users with a purchase among their candidates are all kept; the others, and the rows without a
/// purchase, are sampled and weighted back.
struct Examples {
  TimeUs cut = 0;  ///< of the fold: nothing from then on was looked at
  TimeUs to = 0;   ///< end of the label window
  std::vector<std::string> columns;
  std::vector<std::uint64_t> offsets{0};  ///< rows by user
  std::vector<float> features;            ///< rows x columns, row-major
  std::vector<float> label;               ///< 1 / |bought| on bought products, else 0
  std::vector<float> weight;              ///< candidates that the row stands for
  std::vector<float> own_valid;           ///< own-history score by the rule of the valid fold
  std::vector<float> own_final;           ///< and by the rule of the end of the log
  std::vector<float> user_weight;         ///< users that each stands for; 0: a moment of a visit
  std::vector<std::uint8_t> is_buyer;     ///< by user: bought anything in the label window
  /// By user, what strongest_row() of all candidates says, whether or not the row was kept:
  std::vector<float> user_features;  ///< users x columns
  std::vector<float> user_own_valid;
  std::vector<float> user_own_final;

  [[nodiscard]] std::size_t n_rows() const { return label.size(); }
  [[nodiscard]] std::size_t n_users() const { return offsets.size() - 1; }
};

/// The row that stands for its user: the largest own-history score, of equal ones the first; a row
/// there must be.
std::size_t strongest_row(std::span<const float> own);

/// Writes and reads examples as one archive (kind `examples`).
void save_examples(const Examples& examples, const std::filesystem::path& path);
Examples load_examples(const std::filesystem::path& path);

}  // namespace vitrina::ranking
