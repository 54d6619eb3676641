#include "models/repurchase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitrina::models {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Days of waiting for which the shop's mean rate speaks at each age of the shop's own curve.
constexpr double kShopPriorDays = 50;

/// Intervals for which the shop speaks in a category's mean interval.
constexpr double kPriorIntervals = 5;

/// From one purchase of a thing to the next one or, where there was none, to the end of the log.
struct Interval {
  std::uint32_t thing;  ///< product or category
  double days;
  bool is_repeat;
};

/// One user's waiting, thing by thing.
struct Waiting {
  std::vector<Interval> intervals;
  std::vector<std::uint32_t> buyers;     ///< one entry a user and thing
  std::vector<std::uint32_t> repeaters;  ///< the same of those who came again
};

struct Bought {
  std::uint32_t thing;
  TimeUs time;

  friend auto operator<=>(const Bought&, const Bought&) = default;
};

/// Adds one user's purchases; sorts them.
void add_user(std::vector<Bought>& bought, TimeUs as_of, Waiting& waiting) {
  std::sort(bought.begin(), bought.end());
  for (std::size_t begin = 0; begin < bought.size();) {
    const auto thing = bought[begin].thing;
    waiting.buyers.push_back(thing);
    bool came_again = false;
    TimeUs since = bought[begin].time;
    TimeUs last = since;
    std::size_t e = begin + 1;
    for (; e < bought.size() && bought[e].thing == thing; ++e) {
      if (bought[e].time - last >= kSamePurchase) {
        waiting.intervals.push_back({thing, to_days(bought[e].time - since), true});
        since = bought[e].time;
        came_again = true;
      }
      last = bought[e].time;
    }
    waiting.intervals.push_back({thing, to_days(as_of - since), false});
    if (came_again) waiting.repeaters.push_back(thing);
    begin = e;
  }
}

std::size_t age_of(double days) {
  const auto it = std::upper_bound(kRepurchaseAges.begin(), kRepurchaseAges.end(), days);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(it - kRepurchaseAges.begin(), 1)) - 1;
}

double end_of(std::size_t age) {
  return age + 1 < kRepurchaseAgeCount ? kRepurchaseAges[age + 1]
                                       : std::numeric_limits<double>::infinity();
}

/// Repeats and days of waiting by age.
struct Exposure {
  std::array<double, kRepurchaseAgeCount> repeats{};
  std::array<double, kRepurchaseAgeCount> days{};

  void add(const Interval& interval) {
    for (std::size_t a = 0; a <= age_of(interval.days); ++a) {
      days[a] += std::min(interval.days, end_of(a)) - kRepurchaseAges[a];
    }
    if (interval.is_repeat) repeats[age_of(interval.days)] += 1;
  }
};

HazardCurve shop_curve(const Exposure& exposure) {
  double repeats = 0;
  double days = 0;
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    repeats += exposure.repeats[a];
    days += exposure.days[a];
  }
  // half a repeat, so that a shop without any has a rate above 0
  const double mean = (repeats + 0.5) / (days + kShopPriorDays);
  HazardCurve curve{};
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    curve[a] = static_cast<float>((exposure.repeats[a] + mean * kShopPriorDays) /
                                  (exposure.days[a] + kShopPriorDays));
  }
  return curve;
}

HazardCurve shrunk_curve(const Exposure& exposure, const HazardCurve& shop, double prior_days) {
  HazardCurve curve{};
  for (std::size_t a = 0; a < kRepurchaseAgeCount; ++a) {
    curve[a] = static_cast<float>((exposure.repeats[a] + prior_days * double{shop[a]}) /
                                  (exposure.days[a] + prior_days));
  }
  return curve;
}

/// The curves of all categories out of the intervals of `waiting`, whose things `category_of`
/// turns into categories.
template <class CategoryOf>
std::vector<HazardCurve> curves_of(const Waiting& waiting, std::size_t n_categories,
                                   double prior_days, CategoryOf&& category_of) {
  Exposure shop;
  std::vector<Exposure> by_category(n_categories);
  for (const auto& interval : waiting.intervals) {
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

/// Repeats that a rate by age leads to during an interval.
double expected_repeats(const HazardCurve& curve, double days) {
  double total = 0;
  for (std::size_t a = 0; a <= age_of(days); ++a) {
    total += double{curve[a]} * (std::min(days, end_of(a)) - kRepurchaseAges[a]);
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

/// The purchases of all users before the cut, waited for by product and by category.
struct Log {
  Waiting products;
  Waiting categories;
};

template <class SlotOf>
Log read_log(const FitContext& context, SlotOf&& slot_of) {
  Log log;
  std::vector<Bought> bought;
  for (std::size_t u = 0; u < context.shop.users.size(); ++u) {
    const auto events = context.shop.events.before(UserIdx(u), context.as_of);
    bought.clear();
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (events.action[e] == Action::kOrder && events.item[e].valid()) {
        bought.push_back({events.item[e].value, events.time[e]});
      }
    }
    if (bought.empty()) continue;
    add_user(bought, context.as_of, log.products);
    for (auto& entry : bought) entry.thing = static_cast<std::uint32_t>(slot_of(entry.thing));
    add_user(bought, context.as_of, log.categories);
  }
  return log;
}

/// Mean of the intervals seen, by category, shrunk to the shop's; NaN where the shop has none.
template <class SlotOf>
std::vector<float> mean_intervals(const Waiting& products, std::size_t n_categories,
                                  SlotOf&& slot_of) {
  std::vector<double> days(n_categories, 0);
  std::vector<double> repeats(n_categories, 0);
  double shop_days = 0;
  double shop_repeats = 0;
  for (const auto& interval : products.intervals) {
    if (!interval.is_repeat) continue;
    days[slot_of(interval.thing)] += interval.days;
    repeats[slot_of(interval.thing)] += 1;
    shop_days += interval.days;
    shop_repeats += 1;
  }
  std::vector<float> means(n_categories, kUnknown);
  for (std::size_t c = 0; c < n_categories && shop_repeats > 0; ++c) {
    means[c] = static_cast<float>((days[c] + kPriorIntervals * shop_days / shop_repeats) /
                                  (repeats[c] + kPriorIntervals));
  }
  return means;
}

/// Occurrences by product.
std::vector<double> count_of(const std::vector<std::uint32_t>& things, std::size_t n) {
  std::vector<double> count(n, 0);
  for (const auto thing : things) count[thing] += 1;
  return count;
}

template <class SlotOf>
std::vector<double> by_category(const std::vector<double>& by_item, std::size_t n_categories,
                                SlotOf&& slot_of) {
  std::vector<double> sums(n_categories, 0);
  for (std::uint32_t i = 0; i < by_item.size(); ++i) sums[slot_of(i)] += by_item[i];
  return sums;
}

}  // namespace

Repurchase Repurchase::fit(const FitContext& context, const RepurchaseConfig& config) {
  const auto& shop = context.shop;
  const std::size_t n_items = shop.items.size();
  const std::size_t n_categories = shop.categories.size() + 1;
  Repurchase model;
  if (to_days(context.as_of - shop.begin) < config.min_days) return model;
  model.is_known_ = true;
  const auto slot_of = [&](std::uint32_t item) {
    const auto category = shop.catalog.category[item];
    return category.valid() ? std::size_t{category.value} : n_categories - 1;
  };
  const auto log = read_log(context, slot_of);
  const auto product_curves =
      curves_of(log.products, n_categories, config.category_prior_days, slot_of);
  const auto category_curves =
      curves_of(log.categories, n_categories, config.category_prior_days,
                [](std::uint32_t category) { return std::size_t{category}; });
  const auto means = mean_intervals(log.products, n_categories, slot_of);

  const double prior = config.share_prior_buyers;
  const auto buyers = count_of(log.products.buyers, n_items);
  const auto repeaters = count_of(log.products.repeaters, n_items);
  const auto shop_share = static_cast<float>(static_cast<double>(log.products.repeaters.size()) /
                                             (static_cast<double>(log.products.buyers.size()) + 1));
  const auto shares = shrunk_shares(by_category(repeaters, n_categories, slot_of),
                                    by_category(buyers, n_categories, slot_of), prior,
                                    std::vector<float>(n_categories, shop_share));
  for (std::size_t c = 0; c < n_categories; ++c) {
    model.rates_.push_back({product_curves[c], category_curves[c], means[c], shares[c]});
  }

  std::vector<double> repeats(n_items, 0);
  std::vector<double> expected(n_items, 0);
  for (const auto& interval : log.products.intervals) {
    repeats[interval.thing] += interval.is_repeat ? 1 : 0;
    expected[interval.thing] +=
        expected_repeats(product_curves[slot_of(interval.thing)], interval.days);
  }
  std::vector<float> category_share(n_items);
  for (std::uint32_t i = 0; i < n_items; ++i) category_share[i] = shares[slot_of(i)];
  model.item_share_ = shrunk_shares(repeaters, buyers, prior, category_share);
  model.item_factor_ = shrunk_shares(repeats, expected, config.product_prior_repeats,
                                     std::vector<float>(n_items, 1.0F));
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
  model.item_factor_ = in.get<float>("repurchase.item_factor");
  model.item_share_ = in.get<float>("repurchase.item_share");
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
    std::copy_n(row, kRepurchaseAgeCount, rates.product.begin());
    std::copy_n(row + kRepurchaseAgeCount, kRepurchaseAgeCount, rates.category.begin());
    rates.expected_days = row[kNumbers - 2];
    rates.repeat_share = row[kNumbers - 1];
  }
  return model;
}

}  // namespace vitrina::models
