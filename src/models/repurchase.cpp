#include "models/repurchase.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/check.hpp"
#include "core/csr.hpp"
#include "core/error.hpp"

namespace vitrina::models {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Days of waiting for which the shop's mean rate speaks at each age of the shop's own curve.
constexpr double kShopPriorDays = 50;

/// Intervals for which the shop speaks in a category's mean interval.
constexpr double kPriorIntervals = 5;

using Interval = RepurchaseWaits::Interval;

constexpr std::int64_t kSecondsPerDay = kUsPerDay / kUsPerSecond;

double days_of(std::int64_t seconds) {
  return static_cast<double>(seconds) / static_cast<double>(kSecondsPerDay);
}

struct Bought {
  std::uint32_t thing;
  TimeUs time;

  friend auto operator<=>(const Bought&, const Bought&) = default;
};

/// Adds one user's waits for things, and calls `count` with each thing that was bought and whether
/// the user came again for it; sorts the purchases.
template <class Count>
void add_user(std::vector<Bought>& bought, TimeUs as_of, std::vector<Interval>& intervals,
              Count&& count) {
  std::sort(bought.begin(), bought.end());
  for (std::size_t begin = 0; begin < bought.size();) {
    const auto thing = bought[begin].thing;
    bool came_again = false;
    TimeUs since = bought[begin].time;
    TimeUs last = since;
    std::size_t e = begin + 1;
    for (; e < bought.size() && bought[e].thing == thing; ++e) {
      if (bought[e].time - last >= kSamePurchase) {
        intervals.push_back({(bought[e].time - since) / kUsPerSecond, thing, true});
        since = bought[e].time;
        came_again = true;
      }
      last = bought[e].time;
    }
    intervals.push_back({(as_of - since) / kUsPerSecond, thing, false});
    count(thing, came_again);
    begin = e;
  }
}

std::size_t age_of(double days) {
  const auto it = std::upper_bound(kRepurchaseAges.begin(), kRepurchaseAges.end(), days);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(it - kRepurchaseAges.begin(), 1)) - 1;
}

std::int64_t begin_of(std::size_t age) {
  return age < kRepurchaseAgeCount
             ? static_cast<std::int64_t>(kRepurchaseAges[age]) * kSecondsPerDay
             : std::numeric_limits<std::int64_t>::max();
}

/// Repeats and seconds of waiting by age.
struct Exposure {
  std::array<std::int64_t, kRepurchaseAgeCount> repeats{};
  std::array<std::int64_t, kRepurchaseAgeCount> seconds{};

  void add(const Interval& interval) {
    const std::size_t last = age_of(days_of(interval.seconds));
    for (std::size_t a = 0; a <= last; ++a) {
      seconds[a] += std::min(interval.seconds, begin_of(a + 1)) - begin_of(a);
    }
    if (interval.is_repeat) ++repeats[last];
  }

  [[nodiscard]] double days(std::size_t age) const { return days_of(seconds[age]); }
  [[nodiscard]] double n_repeats() const {
    return static_cast<double>(std::accumulate(repeats.begin(), repeats.end(), std::int64_t{0}));
  }
};

/// All waits of intervals that begin and end within `longest` fit into a sum of seconds.
void check_sums(std::span<const Interval> intervals, TimeUs longest) {
  const std::int64_t seconds = std::max<TimeUs>(longest / kUsPerSecond, 1);
  const auto most = std::numeric_limits<std::int64_t>::max() / seconds;
  if (intervals.size() > static_cast<std::uint64_t>(most)) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("{} waits for another purchase, and no more than {} can be summed "
                            "exactly; fit on a shorter log",
                            intervals.size(), most));
  }
}

HazardCurve shop_curve(const Exposure& exposure) {
  double repeats = 0;
  double days = 0;
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    repeats += static_cast<double>(exposure.repeats[a]);
    days += exposure.days(a);
  }
  // half a repeat, so that a shop without any has a rate above 0
  const double mean = (repeats + 0.5) / (days + kShopPriorDays);
  HazardCurve curve{};
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    curve[a] =
        static_cast<float>((static_cast<double>(exposure.repeats[a]) + mean * kShopPriorDays) /
                           (exposure.days(a) + kShopPriorDays));
  }
  return curve;
}

HazardCurve shrunk_curve(const Exposure& exposure, const HazardCurve& shop, double prior_days) {
  HazardCurve curve{};
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    const auto repeats = static_cast<double>(exposure.repeats[a]);
    curve[a] = static_cast<float>((repeats + prior_days * double{shop[a]}) /
                                  (exposure.days(a) + prior_days));
  }
  return curve;
}

/// The curves of all categories out of intervals whose things `category_of` turns into categories.
template <class CategoryOf>
std::vector<HazardCurve> curves_of(std::span<const Interval> intervals, std::size_t n_categories,
                                   double prior_days, CategoryOf&& category_of) {
  Exposure shop;
  std::vector<Exposure> by_category(n_categories);
  for (const auto& interval : intervals) {
    shop.add(interval);
    by_category[category_of(interval.thing)].add(interval);
  }
  const auto shop_rates = shop_curve(shop);
  std::vector<HazardCurve> curves;
  curves.reserve(n_categories);
  for (const auto& exposure : by_category) {
    curves.push_back(shrunk_curve(exposure, shop_rates, prior_days));
  }
  return curves;
}

/// Repeats that a rate by age leads to in what was waited.
double expected_repeats(const HazardCurve& curve, const Exposure& exposure) {
  double total = 0;
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    total += double{curve[a]} * exposure.days(a);
  }
  return total;
}

/// (part + prior x reference) / (all + prior) by thing.
std::vector<float> shrunk_shares(const std::vector<double>& part, const std::vector<double>& all,
                                 double prior, const std::vector<float>& reference) {
  std::vector<float> shares(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    shares[i] = static_cast<float>((part[i] + prior * double{reference[i]}) / (all[i] + prior));
  }
  return shares;
}

/// The intervals by thing, of a thing in no order that matters.
Csr<Interval> by_thing(std::span<const Interval> intervals, std::size_t n_things) {
  Csr<Interval> rows;
  rows.offsets.assign(n_things + 1, 0);
  for (const auto& interval : intervals) ++rows.offsets[interval.thing + 1U];
  for (std::size_t t = 0; t < n_things; ++t) rows.offsets[t + 1] += rows.offsets[t];
  rows.values.resize(intervals.size());
  auto next = rows.offsets;
  for (const auto& interval : intervals) rows.values[next[interval.thing]++] = interval;
  return rows;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Mean of the intervals seen, by category, shrunk to the shop's; NaN where the shop has none.
template <class SlotOf>
std::vector<float> mean_intervals(std::span<const Interval> intervals, std::size_t n_categories,
                                  SlotOf&& slot_of) {
  std::vector<std::int64_t> seconds(n_categories, 0);
  std::vector<double> repeats(n_categories, 0);
  for (const auto& interval : intervals) {
    if (!interval.is_repeat) continue;
    seconds[slot_of(interval.thing)] += interval.seconds;
    repeats[slot_of(interval.thing)] += 1;
  }
  const auto shop_seconds = std::accumulate(seconds.begin(), seconds.end(), std::int64_t{0});
  const double shop_repeats = sum(repeats);
  std::vector<float> means(n_categories, kUnknown);
  for (std::size_t c = 0; c < n_categories && shop_repeats > 0; ++c) {
    const double shop_days = kPriorIntervals * days_of(shop_seconds) / shop_repeats;
    means[c] =
        static_cast<float>((days_of(seconds[c]) + shop_days) / (repeats[c] + kPriorIntervals));
  }
  return means;
}

template <class SlotOf>
std::vector<double> by_category(const std::vector<double>& by_item, std::size_t n_categories,
                                SlotOf&& slot_of) {
  std::vector<double> sums(n_categories, 0);
  for (std::uint32_t i = 0; i < by_item.size(); ++i) sums[slot_of(i)] += by_item[i];
  return sums;
}

/// Where the rates of a product's category stand; those without one share the last place.
auto category_slots(const ProductSpace& products) {
  return [&categories = products.catalog.category,
          none = products.categories.size()](std::uint32_t item) {
    const auto category = categories[item];
    return category.valid() ? std::size_t{category.value} : none;
  };
}

/// A product's repeats over those that its category's rates lead to, shrunk to 1.
std::vector<float> item_factors(std::span<const Interval> intervals, double prior,
                                const std::vector<HazardCurve>& category_curves,
                                const ProductSpace& products) {
  const std::size_t n_items = products.items.size();
  const auto slot_of = category_slots(products);
  const auto of_items = by_thing(intervals, n_items);
  std::vector<double> repeats(n_items);
  std::vector<double> expected(n_items);
  for (std::uint32_t i = 0; i < n_items; ++i) {
    Exposure exposure;
    for (const auto& interval : of_items.row(i)) exposure.add(interval);
    repeats[i] = exposure.n_repeats();
    expected[i] = expected_repeats(category_curves[slot_of(i)], exposure);
  }
  return shrunk_shares(repeats, expected, prior, std::vector<float>(n_items, 1.0F));
}

bool is_long_enough(const FitContext& context, const RepurchaseConfig& config) {
  return to_days(context.as_of - context.shop.begin) >= config.min_days;
}

void append(const std::vector<Interval>& from, std::vector<Interval>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_to(std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>& others) {
  VITRINA_CHECK(counts.size(), ==, others.size());
  std::transform(counts.begin(), counts.end(), others.begin(), counts.begin(), std::plus<>());
}

}  // namespace

void RepurchaseWaits::merge(const RepurchaseWaits& other) {
  append(other.of_products, of_products);
  append(other.of_categories, of_categories);
  add_to(buyers, other.buyers);
  add_to(repeaters, other.repeaters);
}

RepurchaseWaits Repurchase::map(const FitContext& part, const RepurchaseConfig& config) {
  const auto& shop = part.shop;
  RepurchaseWaits waits;
  waits.buyers.resize(shop.items.size());
  waits.repeaters.resize(shop.items.size());
  if (!is_long_enough(part, config)) return waits;
  const auto slot_of = category_slots(shop);
  std::vector<Bought> bought;
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.before(UserIdx(u), part.as_of);
    bought.clear();
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (events.action[e] == Action::kOrder && events.item[e].valid()) {
        bought.push_back({events.item[e].value, events.time[e]});
      }
    }
    if (bought.empty()) continue;
    add_user(bought, part.as_of, waits.of_products, [&](std::uint32_t item, bool came_again) {
      ++waits.buyers[item];
      waits.repeaters[item] += came_again ? 1 : 0;
    });
    for (auto& entry : bought) entry.thing = static_cast<std::uint32_t>(slot_of(entry.thing));
    add_user(bought, part.as_of, waits.of_categories, [](std::uint32_t, bool) {});
  }
  return waits;
}

Repurchase Repurchase::finish(const FitContext& any, const RepurchaseConfig& config,
                              const Partial& all) {
  const auto& shop = any.shop;
  const std::size_t n_categories = shop.categories.size() + 1;
  Repurchase model;
  if (!is_long_enough(any, config)) return model;
  model.is_known_ = true;
  check_sums(all.of_products, any.as_of - shop.begin);
  check_sums(all.of_categories, any.as_of - shop.begin);
  const auto slot_of = category_slots(shop);
  const auto product_curves =
      curves_of(all.of_products, n_categories, config.category_prior_days, slot_of);
  const auto category_curves =
      curves_of(all.of_categories, n_categories, config.category_prior_days,
                [](std::uint32_t category) { return std::size_t{category}; });
  const auto means = mean_intervals(all.of_products, n_categories, slot_of);

  const double prior = config.share_prior_buyers;
  const std::vector<double> buyers(all.buyers.begin(), all.buyers.end());
  const std::vector<double> repeaters(all.repeaters.begin(), all.repeaters.end());
  const auto shop_share = static_cast<float>(sum(repeaters) / (sum(buyers) + 1));
  const auto shares = shrunk_shares(by_category(repeaters, n_categories, slot_of),
                                    by_category(buyers, n_categories, slot_of), prior,
                                    std::vector<float>(n_categories, shop_share));
  for (std::size_t c = 0; c < n_categories; ++c) {
    model.rates_.push_back({product_curves[c], category_curves[c], means[c], shares[c]});
  }
  std::vector<float> category_share(shop.items.size());
  for (std::uint32_t i = 0; i < category_share.size(); ++i) category_share[i] = shares[slot_of(i)];
  model.item_share_ = shrunk_shares(repeaters, buyers, prior, category_share);
  model.item_factor_ =
      item_factors(all.of_products, config.product_prior_repeats, product_curves, shop);
  return model;
}

float Repurchase::product_rate(ItemIdx item, CategoryIdx category, double days) const {
  const float factor = item.value < item_factor_.size() ? item_factor_[item.value] : 1.0F;
  return rates(category).product[age_of(days)] * factor;
}

float Repurchase::category_rate(CategoryIdx category, double days) const {
  return rates(category).category[age_of(days)];
}

float Repurchase::repeat_share(ItemIdx item, CategoryIdx category) const {
  return item.value < item_share_.size() ? item_share_[item.value]
                                         : category_repeat_share(category);
}

void Repurchase::save(ArchiveWriter& out) const {
  std::vector<float> numbers;
  for (const auto& rates : rates_) {
    numbers.insert(numbers.end(), rates.product.begin(), rates.product.end());
    numbers.insert(numbers.end(), rates.category.begin(), rates.category.end());
    numbers.insert(numbers.end(), {rates.expected_days, rates.repeat_share});
  }
  out.put_value("repurchase.is_known", std::uint8_t{is_known_});
  if (!is_known_) return;
  out.put("repurchase.rates", numbers);
  out.put("repurchase.item_factor", item_factor_);
  out.put("repurchase.item_share", item_share_);
}

Repurchase Repurchase::load(const ArchiveReader& in, const ProductSpace& products) {
  constexpr std::size_t kNumbers = 2 * kRepurchaseAgeCount + 2;
  Repurchase model;
  model.is_known_ = in.get_value<std::uint8_t>("repurchase.is_known") != 0;
  if (!model.is_known_) return model;
  const auto numbers = in.get<float>("repurchase.rates");
  model.item_factor_ = in.get_finite<float>("repurchase.item_factor");
  model.item_share_ = in.get_finite<float>("repurchase.item_share");
  const std::size_t n_categories = products.categories.size() + 1;
  if (numbers.size() != n_categories * kNumbers) {
    in.fail("repurchase.rates", "has another number of categories");
  }
  const std::size_t n_items = products.items.size();
  if (model.item_factor_.size() != n_items || model.item_share_.size() != n_items) {
    in.fail("repurchase.item_factor", "has another number of products");
  }
  for (std::size_t c = 0; c < n_categories; ++c) {
    auto& rates = model.rates_.emplace_back();
    const float* row = numbers.data() + c * kNumbers;
    // the last two may be unknown
    if (!std::all_of(row, row + kNumbers - 2, [](float rate) { return std::isfinite(rate); })) {
      in.fail("repurchase.rates", "has a number that is none");
    }
    std::copy_n(row, kRepurchaseAgeCount, rates.product.begin());
    std::copy_n(row + kRepurchaseAgeCount, kRepurchaseAgeCount, rates.category.begin());
    rates.expected_days = row[kNumbers - 2];
    rates.repeat_share = row[kNumbers - 1];
  }
  return model;
}

}  // namespace vitrina::models
