#include "features/item.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// Windows (positions in models::kPopularityDays) that become columns.
constexpr std::array<std::string_view, 4> kWindowNames{"1d", "3d", "7d", "all"};
static_assert(kWindowNames.size() == models::kPopularityWindowCount);

/// Prior strength of the smoothed rates, in events.
constexpr float kPrior = 10;

struct ItemRow {
  const models::ItemStats& stats;
  float popularity_position;
  float add_per_view;   ///< of the whole shop
  float order_per_add;  ///< of the whole shop

  /// Events of all time, and of the last day.
  [[nodiscard]] float all(Action action) const {
    return stats.count[product_action_slot(action)].back();
  }
  [[nodiscard]] float day(Action action) const {
    return stats.count[product_action_slot(action)][0];
  }
};

/// The columns that move with the moment.
struct AgeRow {
  TimeUs as_of;
  TimeUs first;
  TimeUs last;
};

constexpr auto kEvents = column_table(
    each<kInterestActionCount>(each<kWindowNames.size()>(column(
        [](std::size_t a, std::size_t w) {
          const auto action = name(kInterestActions[a]);
          return ColumnInfo{
              fmt::format("{}_{}", action, kWindowNames[w]),
              fmt::format("{} events of all users, window {}", action, kWindowNames[w])};
        },
        [](const ItemRow& row, std::size_t a, std::size_t w) {
          return row.stats.count[product_action_slot(kInterestActions[a])][w];
        }))),
    column("users", "distinct users who touched the product",
           [](const ItemRow& row) { return row.stats.n_users; }),
    column("buyers", "distinct users who ordered it",
           [](const ItemRow& row) { return row.stats.n_buyers; }),
    column("popularity", "decayed, weighted popularity",
           [](const ItemRow& row) { return row.stats.score; }),
    column("popularity_position", "place in the shop's popularity ranking, 0 is the best",
           [](const ItemRow& row) { return row.popularity_position; }),
    column("add_per_view", "additions to a basket per view, smoothed to the shop's rate",
           [](const ItemRow& row) {
             return (row.all(Action::kBasketAdd) + kPrior * row.add_per_view) /
                    (row.all(Action::kView) + kPrior);
           }),
    column("order_per_add", "orders per addition, smoothed to the shop's rate",
           [](const ItemRow& row) {
             return (row.all(Action::kOrder) + kPrior * row.order_per_add) /
                    (row.all(Action::kBasketAdd) + kPrior);
           }),
    column("orders_per_buyer", "orders per distinct buyer",
           [](const ItemRow& row) { return ratio(row.all(Action::kOrder), row.stats.n_buyers); }),
    column(
        "view_trend", "share of the views that fell into the last day",
        [](const ItemRow& row) { return ratio(row.day(Action::kView), row.all(Action::kView)); }),
    column("add_trend", "share of the additions that fell into the last day",
           [](const ItemRow& row) {
             return ratio(row.day(Action::kBasketAdd), row.all(Action::kBasketAdd));
           }));

constexpr auto kAges =
    column_table(column("first_age_hours", "hours since the first event on the product: its age",
                        [](const AgeRow& row) { return age_hours(row.as_of, row.first); }),
                 column("last_age_hours", "hours since the last event on the product",
                        [](const AgeRow& row) { return age_hours(row.as_of, row.last); }));

constexpr auto kColumns = column_table(kEvents, kAges);

/// What is said of a product at any moment, side by side: candidates lie anywhere in memory.
struct alignas(64) Known {
  std::array<float, kEvents.size()> events;
  TimeUs first;
  TimeUs last;
};

class ItemGroup final : public FeatureGroup {
 public:
  explicit ItemGroup(const FeatureContext& context) : popularity_(*context.models.popularity) {
    find_shop_rates();
    // the last one stands for all products of which nothing is known
    const std::size_t n = popularity_.n_items() + 1;
    known_.reserve(n);
    for (std::size_t i = 0; i < n; ++i) known_.push_back(known_of(ItemIdx(i)));
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    constexpr std::size_t kAhead = 8;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) prefetch(known(rows.item[r + kAhead]));
      const auto& said = known(rows.item[r]);
      float* x = std::copy(said.events.begin(), said.events.end(), out.at(r));
      kAges.write(AgeRow{rows.history.as_of, said.first, said.last}, x);
    }
  }

 private:
  [[nodiscard]] const Known& known(ItemIdx item) const {
    return known_[std::min<std::size_t>(item.value, known_.size() - 1)];
  }

  static void prefetch(const Known& known) {
    const auto* first = reinterpret_cast<const char*>(&known);
    for (std::size_t at = 0; at < sizeof known; at += alignof(Known)) {
      __builtin_prefetch(first + at);
    }
  }

  void find_shop_rates() {
    double views = 0;
    double adds = 0;
    double orders = 0;
    for (std::size_t i = 0; i < popularity_.n_items(); ++i) {
      const auto& count = popularity_.stats(ItemIdx(i)).count;
      views += double{count[product_action_slot(Action::kView)].back()};
      adds += double{count[product_action_slot(Action::kBasketAdd)].back()};
      orders += double{count[product_action_slot(Action::kOrder)].back()};
    }
    add_per_view_ = static_cast<float>(adds / std::max(views, 1.0));
    order_per_add_ = static_cast<float>(orders / std::max(adds, 1.0));
  }

  [[nodiscard]] Known known_of(ItemIdx item) const {
    const auto& stats = popularity_.stats(item);
    const ItemRow row{.stats = stats,
                      .popularity_position = static_cast<float>(popularity_.position(item)),
                      .add_per_view = add_per_view_,
                      .order_per_add = order_per_add_};
    Known known{.events = {}, .first = stats.first, .last = stats.last};
    kEvents.write(row, known.events.data());
    return known;
  }

  const models::Popularity& popularity_;
  float add_per_view_ = 0;
  float order_per_add_ = 0;
  std::vector<Known> known_;
};

}  // namespace

std::vector<ColumnInfo> item_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_item_group(const FeatureContext& context) {
  return std::make_unique<ItemGroup>(context);
}

}  // namespace vitrina::features
