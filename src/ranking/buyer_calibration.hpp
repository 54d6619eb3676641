#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "core/archive.hpp"
#include "ranking/logistic.hpp"

namespace vitrina::ranking {

/// From a customer's expected recall (sum of the k largest w) to P(buys anything in the horizon).
/// Fitted out of time, on the chosen customers of the valid fold.
class BuyerCalibration {
 public:
  BuyerCalibration() = default;

  /// `is_buyer[i]` is 1 when customer i, of expected recall `expected[i]`, bought something.
  static BuyerCalibration fit(std::span<const double> expected,
                              std::span<const std::uint8_t> is_buyer);

  /// Without a fit: the expected recall itself, which the probability cannot be below.
  [[nodiscard]] double probability(double expected_recall) const;

  [[nodiscard]] bool is_fitted() const { return n_customers_ > 0; }

  void put(ArchiveWriter& out) const;
  static BuyerCalibration get(const ArchiveReader& in);

  /// As an archive of its own (kind `buyers`).
  void save(const std::filesystem::path& path) const;
  static BuyerCalibration load(const std::filesystem::path& path);

 private:
  LogisticLine line_;  ///< of log(expected recall)
  std::uint64_t n_customers_ = 0;
};

}  // namespace vitrina::ranking
