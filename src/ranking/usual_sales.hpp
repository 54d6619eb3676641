#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"
#include "data/event_log.hpp"
#include "data/purchases.hpp"

namespace vitrina::ranking {

/// How much the purchases of a window teach, by product: 1, but less for a product that many more
/// of the window's buyers took than is usual. Without it one promotion owns the answer: the trees
/// learn from its window alone that what suddenly sells will be bought by everybody.
class SaleWeights {
 public:
  SaleWeights() = default;
  explicit SaleWeights(std::vector<std::pair<ItemIdx, float>> below_one)
      : below_one_(std::move(below_one)) {}

  [[nodiscard]] float of(ItemIdx item) const;
  /// The largest of several products: the weight of somebody who bought them.
  [[nodiscard]] float of_buyer(std::span<const ItemIdx> bought) const;
  /// The products with a weight below 1, ascending.
  [[nodiscard]] const std::vector<std::pair<ItemIdx, float>>& below_one() const {
    return below_one_;
  }

 private:
  std::vector<std::pair<ItemIdx, float>> below_one_;
};

/// Which share of the buyers took each product, in one window of the log after the other.
class UsualSales {
 public:
  /// Counts the orders before `end`, in windows of `length` that are counted back from it.
  UsualSales(const EventLog& log, TimeUs begin, TimeUs end, TimeUs length);

  /// The weights of the purchases in a window that begins at `cut`. A product may be taken by
  /// kUsualTimes the share that it has itself in the median window before, or that the best seller
  /// of a window has, whichever it was: promotions as there always are some teach what comes of
  /// promotions. What goes beyond counts in proportion less. Nothing after the cut is looked at but
  /// `bought`; windows without buyers tell nothing, and with fewer than kLeastWindows others before
  /// it nothing is known to be unusual.
  [[nodiscard]] SaleWeights weights(const Purchases& bought, TimeUs cut) const;

  static constexpr double kUsualTimes = 2;
  static constexpr std::size_t kLeastWindows = 3;
  static constexpr std::size_t kMostWindows = 12;  ///< the newest count

 private:
  struct Sale {
    ItemIdx item;
    std::uint32_t window;
    std::uint32_t buyers;
  };
  [[nodiscard]] double share_of(const Sale& sale) const;
  [[nodiscard]] double median_share(ItemIdx item, std::size_t first, std::size_t last,
                                    std::size_t n_with_buyers) const;

  TimeUs end_;
  TimeUs length_;
  std::vector<std::uint32_t> buyers_;  ///< by window, the newest first
  std::vector<double> best_share_;     ///< by window, of its best seller
  std::vector<Sale> sales_;            ///< by product, then window
};

}  // namespace vitrina::ranking
