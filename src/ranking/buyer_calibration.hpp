#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "core/archive.hpp"
#include "core/time.hpp"
#include "ranking/logistic.hpp"

namespace vitrina::ranking {

/// From the sum of a customer's k largest w to what may be expected of the customer. The sum orders
/// customers, but as a number it is too bold at the top (w of one customer's products are learned
/// one by one, so their sum can pass 1). Fitted out of time, on the chosen customers of the valid
/// fold, with two lines of log(sum) on the logit scale.
class BuyerCalibration {
 public:
  BuyerCalibration() = default;

  /// `recall[i]` is the recall that customer i, of sum `sums[i]`, achieved: 0 to 1, and 0 for one
  /// who bought nothing; `is_buyer[i]` is 1 for one who bought something.
  static BuyerCalibration fit(std::span<const double> sums, std::span<const std::uint8_t> is_buyer,
                              std::span<const float> recall);

  /// P(buys anything in the horizon). Without a fit: the sum, 1 at most.
  [[nodiscard]] double probability(double sum) const;
  /// Expected recall over all buyers, 0 for one who buys nothing; never above probability(), never
  /// falling in the sum. Without a fit: the sum, 1 at most.
  [[nodiscard]] double recall(double sum) const;

  [[nodiscard]] bool is_fitted() const { return n_customers_ > 0; }

  /// The window that it was fitted on, and how long it is.
  void set_window(TimeUs from, TimeUs to) { from_ = from, to_ = to; }
  [[nodiscard]] TimeUs from() const { return from_; }
  [[nodiscard]] TimeUs to() const { return to_; }
  /// The same for a window in which `traffic` times as many customers buy, as at a weekend. Coming
  /// to buy is taken for a Poisson process, in which a chance p to come at least once becomes
  /// 1 - (1 - p)^traffic; so does expected recall, the chance of a hit.
  [[nodiscard]] BuyerCalibration in_traffic(double traffic) const;

  void put(ArchiveWriter& out) const;
  static BuyerCalibration get(const ArchiveReader& in);

  /// As an archive of its own (kind `buyers`).
  void save(const std::filesystem::path& path) const;
  static BuyerCalibration load(const std::filesystem::path& path);

 private:
  LogisticLine buys_;    ///< of log(sum)
  LogisticLine recall_;  ///< of log(sum)
  std::uint64_t n_customers_ = 0;
  TimeUs from_ = 0;
  TimeUs to_ = 0;
  double traffic_ = 1;  ///< of the window that is asked about, over that of its own
};

}  // namespace vitrina::ranking
