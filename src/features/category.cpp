#include "features/category.hpp"

#include <algorithm>
#include <span>

#include "core/topk.hpp"
#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

constexpr std::size_t kHalfLife = 3;  // 2 days, a position in kHalfLivesDays

/// What a user did in one category.
struct CategoryTrace {
  CategoryIdx category;
  float views = 0;
  float adds = 0;
  float orders = 0;
  float decayed = 0;  ///< all product events, half-life 2 days
  float products = 0;
  TimeUs last = kNoTime;
};

struct CategoryRow {
  TimeUs as_of;
  CategoryTrace trace;    ///< in the product's category
  float user_decayed;     ///< `trace.decayed` over all categories
  float product_decayed;  ///< of the product alone
  // of the shop, 0 for a product without category
  float product_users;
  float category_users;
  float category_buyers;
};

constexpr auto kColumns = column_table(
    column("views", "the user's views in the category",
           [](const CategoryRow& row) { return row.trace.views; }),
    column("adds", "the user's additions to the basket in the category",
           [](const CategoryRow& row) { return row.trace.adds; }),
    column("orders", "the user's orders in the category",
           [](const CategoryRow& row) { return row.trace.orders; }),
    column("decayed", "the user's product events in the category, half-life 2 days",
           [](const CategoryRow& row) { return row.trace.decayed; }),
    column("share", "the same as a share of the user's product events",
           [](const CategoryRow& row) {
             return row.user_decayed > 0 ? row.trace.decayed / row.user_decayed : 0.0F;
           }),
    column("products", "distinct products of the category the user touched",
           [](const CategoryRow& row) { return row.trace.products; }),
    column("last_age_hours", "hours since the user's last event in the category",
           [](const CategoryRow& row) { return age_hours(row.as_of, row.trace.last); }),
    column("product_share", "the product's share of the user's interest in the category",
           [](const CategoryRow& row) {
             return row.trace.decayed > 0 ? row.product_decayed / row.trace.decayed : kUnknown;
           }),
    column("popularity_share",
           "users of the product over those of all the category's products together",
           [](const CategoryRow& row) { return ratio(row.product_users, row.category_users); }),
    column("buyers_per_user",
           "buyers over users of the category's products, added up over the products",
           [](const CategoryRow& row) { return ratio(row.category_buyers, row.category_users); }));

class CategoryGroup final : public FeatureGroup {
 public:
  explicit CategoryGroup(const FeatureContext& context) : catalog_(context.products.catalog) {
    total_.resize(catalog_.n_categories, 0);
    buyers_.resize(catalog_.n_categories, 0);
    const auto& popularity = *context.models.popularity;
    // the last one stands for all products of which nothing is known
    for (std::size_t i = 0; i <= catalog_.n_items(); ++i) {
      const auto& stats = popularity.stats(ItemIdx(i));
      const auto category = catalog_.category_of(ItemIdx(i));
      products_.push_back({category, stats.n_users});
      if (!category.valid()) continue;
      total_[category.value] += stats.n_users;
      buyers_[category.value] += stats.n_buyers;
    }
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& scratch) const override {
    float user_decayed = 0;
    const auto traces = read_traces(rows.history, scratch.arena, user_decayed);
    constexpr std::size_t kAhead = 8;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) __builtin_prefetch(&product(rows.item[r + kAhead]));
      const auto [category, users] = product(rows.item[r]);
      CategoryRow row{.as_of = rows.history.as_of,
                      .trace = trace_of(traces, category),
                      .user_decayed = user_decayed,
                      .product_decayed = product_decayed(rows, r),
                      .product_users = 0,
                      .category_users = 0,
                      .category_buyers = 0};
      if (category.valid()) {
        row.product_users = users;
        row.category_users = total_[category.value];
        row.category_buyers = buyers_[category.value];
      }
      kColumns.write(row, out.at(r));
    }
  }

 private:
  /// What is asked of a candidate, side by side: candidates lie anywhere in memory.
  struct Product {
    CategoryIdx category;
    float users;
  };

  [[nodiscard]] const Product& product(ItemIdx item) const {
    return products_[std::min<std::size_t>(item.value, products_.size() - 1)];
  }

  static float decayed_events(const DecaySums& sums) {
    float total = 0;
    for (const auto& by_half_life : sums) total += by_half_life[kHalfLife];
    return total;
  }

  static float product_decayed(const UserRows& rows, std::size_t r) {
    return rows.touch(r) == nullptr ? 0 : decayed_events(rows.sums(r));
  }

  /// What the customer did in every category, ascending; not valid() is none.
  [[nodiscard]] std::span<const CategoryTrace> read_traces(const UserHistory& history, Arena& arena,
                                                           float& user_decayed) const {
    const auto keys = arena.take<std::uint64_t>(history.touches.size());
    std::size_t n = 0;
    for (std::uint32_t t = 0; t < history.touches.size(); ++t) {
      user_decayed += decayed_events(history.sums[t]);
      const auto category = catalog_.category_of(history.touches[t].item);
      if (category.valid()) keys[n++] = std::uint64_t{category.value} << 32U | t;
    }
    sort_numbers(keys.first(n));
    const auto traces = arena.take<CategoryTrace>(n);
    std::size_t n_traces = 0;
    for (const auto key : keys.first(n)) {
      const CategoryIdx category(key >> 32U);
      if (n_traces == 0 || traces[n_traces - 1].category != category) {
        traces[n_traces++].category = category;
      }
      const auto t = static_cast<std::uint32_t>(key);
      add(history.touches[t], history.sums[t], traces[n_traces - 1]);
    }
    return traces.first(n_traces);
  }

  static void add(const Touch& touch, const DecaySums& sums, CategoryTrace& trace) {
    const auto count = [&](Action action) {
      return static_cast<float>(touch.count[product_action_slot(action)]);
    };
    trace.views += count(Action::kView);
    trace.adds += count(Action::kBasketAdd);
    trace.orders += count(Action::kOrder);
    trace.decayed += decayed_events(sums);
    trace.products += 1;
    trace.last = std::max(trace.last, touch.last_time);
  }

  static CategoryTrace trace_of(std::span<const CategoryTrace> traces, CategoryIdx category) {
    const auto found = std::ranges::lower_bound(traces, category, {}, &CategoryTrace::category);
    return found != traces.end() && found->category == category ? *found : CategoryTrace{};
  }

  const Catalog& catalog_;
  std::vector<Product> products_;
  std::vector<float> total_;
  std::vector<float> buyers_;
};

}  // namespace

std::vector<ColumnInfo> category_columns(std::span<const std::string> /*generator_names*/) {
  return kColumns.infos();
}

std::unique_ptr<FeatureGroup> make_category_group(const FeatureContext& context) {
  return std::make_unique<CategoryGroup>(context);
}

}  // namespace vitrina::features
