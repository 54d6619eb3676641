#include "features/baskets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "data/purchase_days.hpp"
#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// What a purchase day is worth against the one after it (TIFU-KNN's decays, by purchase day).
constexpr std::array<double, 2> kFading{0.7, 0.9};
constexpr std::array<int, 2> kWindowsDays{30, 90};

/// A product on the user's purchase days.
struct OnDays {
  std::uint32_t n = 0;
  std::uint32_t first = 0;  ///< positions among the purchase days
  std::uint32_t last = 0;
  double waits_squared = 0;  ///< of days between them
  std::array<double, kFading.size()> faded{};
  std::array<float, kWindowsDays.size()> recent{};
};

struct BasketsRow {
  const OnDays* days;  ///< null: the user never ordered the product
  float n_purchase_days;
  std::array<double, kFading.size()> all_faded;
  float since = kUnknown;  ///< days since the last order of the product
  float mean_wait = kUnknown;
  float spread = kUnknown;
  float in_baskets = kUnknown;  ///< purchase days from one with the product to the next
};

constexpr auto kColumns = column_table(
    column("share", "share of the user's purchase days with the product",
           [](const BasketsRow& row) {
             return row.days == nullptr ? 0.0F
                                        : static_cast<float>(row.days->n) / row.n_purchase_days;
           }),
    column("days", "the user's purchase days with the product",
           [](const BasketsRow& row) {
             return row.days == nullptr ? 0.0F : static_cast<float>(row.days->n);
           }),
    each<kWindowsDays.size()>(column(
        [](std::size_t w) {
          return ColumnInfo{
              fmt::format("days_{}d", kWindowsDays[w]),
              fmt::format("purchase days with the product in the last {} days", kWindowsDays[w])};
        },
        [](const BasketsRow& row, std::size_t w) {
          return row.days == nullptr ? 0.0F : row.days->recent[w];
        })),
    each<kFading.size()>(column(
        [](std::size_t f) {
          return ColumnInfo{
              fmt::format("faded_{:g}", 100 * kFading[f]),
              fmt::format("share of the purchase days with the product, each worth {:g} of the "
                          "one after it",
                          kFading[f])};
        },
        [](const BasketsRow& row, std::size_t f) {
          return row.days == nullptr ? 0.0F
                                     : static_cast<float>(row.days->faded[f] / row.all_faded[f]);
        })),
    column("since_in_days", "purchase days without the product since the last one with it",
           [](const BasketsRow& row) {
             return row.days == nullptr
                        ? kUnknown
                        : row.n_purchase_days - 1 - static_cast<float>(row.days->last);
           }),
    column("since_to_usual",
           "the same with the purchase day to come, over the usual number from one with it to the "
           "next",
           [](const BasketsRow& row) {
             return row.days == nullptr
                        ? kUnknown
                        : (row.n_purchase_days - static_cast<float>(row.days->last)) /
                              row.in_baskets;
           }),
    column("mean_wait", "mean days from one order of the product to the next",
           [](const BasketsRow& row) { return row.mean_wait; }),
    column("wait_spread", "their standard deviation over their mean",
           [](const BasketsRow& row) { return row.spread; }),
    column("since_to_mean_wait", "days since the last order of the product over the mean wait",
           [](const BasketsRow& row) { return row.since / row.mean_wait; }));

class BasketsGroup final : public FeatureGroup {
 public:
  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    const auto& history = rows.history;
    const auto days = purchase_days(history, scratch.arena);
    const auto on_days = scratch.arena.take<OnDays>(history.touches.size());
    read_days(history, days, on_days);
    BasketsRow row{
        .days = nullptr, .n_purchase_days = static_cast<float>(days.size()), .all_faded = {}};
    for (std::size_t d = 0; d < days.size(); ++d) {
      for (std::size_t f = 0; f < kFading.size(); ++f) {
        row.all_faded[f] = row.all_faded[f] * kFading[f] + 1;
      }
    }
    std::array<float, kColumns.size()> never;
    kColumns.write(row, never.data());
    const auto today = first_day_ahead(history.as_of);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const Touch* touch = rows.touch(r);
      const OnDays* found = touch == nullptr ? nullptr : &on_days[history.index_of(touch)];
      if (found == nullptr || found->n == 0) {
        std::copy(never.begin(), never.end(), out.at(r));
      } else {
        kColumns.write(row_of(*found, row, days, today), out.at(r));
      }
    }
  }

 private:
  static void read_days(const UserHistory& history, std::span<const PurchaseDay> days,
                        std::span<OnDays> on_days) {
    const auto today = first_day_ahead(history.as_of);
    for (std::uint32_t d = 0; d < days.size(); ++d) {
      for (auto e = days[d].first_event; e <= days[d].last_event; ++e) {
        const auto t = history.touch_of[e];
        if (history.events.action[e] != Action::kOrder || t == UserHistory::kNoTouch) continue;
        auto& product = on_days[t];
        if (product.n > 0 && product.last == d) continue;
        if (product.n == 0) {
          product.first = d;
        } else {
          const auto wait = static_cast<double>(days[d].day - days[product.last].day);
          product.waits_squared += wait * wait;
        }
        product.last = d;
        ++product.n;
        const auto until_now = static_cast<double>(days.size() - 1 - d);
        for (std::size_t f = 0; f < kFading.size(); ++f) {
          product.faded[f] += std::pow(kFading[f], until_now);
        }
        for (std::size_t w = 0; w < kWindowsDays.size(); ++w) {
          if (today - days[d].day <= kWindowsDays[w]) product.recent[w] += 1;
        }
      }
    }
  }

  static BasketsRow row_of(const OnDays& product, BasketsRow row, std::span<const PurchaseDay> days,
                           std::int64_t today) {
    row.days = &product;
    row.since = static_cast<float>(today - days[product.last].day);
    if (product.n < 2) return row;
    const auto n = static_cast<double>(product.n - 1);
    const double mean = static_cast<double>(days[product.last].day - days[product.first].day) / n;
    row.mean_wait = static_cast<float>(mean);
    row.in_baskets = static_cast<float>(product.last - product.first) / static_cast<float>(n);
    if (product.n > 2) {
      row.spread = static_cast<float>(
          std::sqrt(std::max(0.0, product.waits_squared / n - mean * mean)) / mean);
    }
    return row;
  }
};

}  // namespace

std::vector<ColumnInfo> baskets_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_baskets_group(const FeatureContext& /*context*/) {
  return std::make_unique<BasketsGroup>();
}

}  // namespace vitrina::features
