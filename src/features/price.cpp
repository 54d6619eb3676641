#include "features/price.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

/// Fifths of a category by price.
constexpr std::size_t kBandCount = 5;
constexpr std::size_t kNoBand = kBandCount;

/// What a user did with a product, for which prices are compared.
enum Deed : std::size_t { kViewed, kAdded, kBought, kDeedCount };
constexpr std::array<Action, kDeedCount> kDeedActions{Action::kView, Action::kBasketAdd,
                                                      Action::kOrder};
constexpr std::array<std::string_view, kDeedCount> kDeedNames{"viewed", "added", "bought"};

/// The middle one, the upper of two; unknown of none.
float median_of(std::vector<float>& values) {
  if (values.empty()) return kUnknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// log(price / reference); unknown where either is.
float log_ratio(float price, float reference) {
  return price > 0 && reference > 0 ? std::log(price / reference) : kUnknown;
}

struct CategoryPrice {
  CategoryIdx category;
  float price;

  friend bool operator<(const CategoryPrice& a, const CategoryPrice& b) {
    return a.category != b.category ? a.category < b.category : a.price < b.price;
  }
};

/// A user's prices.
struct Profile {
  std::array<float, kDeedCount> median{kUnknown, kUnknown, kUnknown};
  std::array<std::array<float, kBandCount>, kDeedCount> band_share{};
  std::array<float, kDeedCount> discounted{kUnknown, kUnknown, kUnknown};
  std::vector<CategoryPrice> touched;  ///< sorted
  float mean_percentile = kUnknown;
  float mean_discount = kUnknown;
  float basket_value = 0;
};

class PriceGroup final : public FeatureGroup {
 public:
  explicit PriceGroup(const FeatureContext& context) : catalog_(context.products.catalog) {
    rank_in_categories();
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto profile = read_profile(rows.history);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const Touch* touch = rows.touch(r);
      write_row(profile, rows.item[r], touch != nullptr && touch->in_basket, out.at(r));
    }
  }

 private:
  /// Share of the category's priced products that cost less, half of those that cost the same
  /// counted in.
  void rank_in_categories() {
    percentile_.assign(catalog_.n_items(), kUnknown);
    std::vector<std::vector<std::uint32_t>> members(catalog_.n_categories);
    for (std::size_t i = 0; i < catalog_.n_items(); ++i) {
      const auto category = catalog_.category[i];
      if (category.valid() && catalog_.price[i] > 0) {
        members[category.value].push_back(static_cast<std::uint32_t>(i));
      }
    }
    for (auto& list : members) {
      std::sort(list.begin(), list.end(), [&](std::uint32_t a, std::uint32_t b) {
        return catalog_.price[a] < catalog_.price[b];
      });
      for (std::size_t begin = 0; begin < list.size();) {
        std::size_t end = begin + 1;
        while (end < list.size() && catalog_.price[list[end]] == catalog_.price[list[begin]]) ++end;
        const float place = static_cast<float>(begin + end) / 2;
        for (; begin < end; ++begin) {
          percentile_[list[begin]] = place / static_cast<float>(list.size());
        }
      }
    }
  }

  /// Of a product behind the catalog's it is not known.
  [[nodiscard]] float percentile_of(ItemIdx item) const {
    return item.value < percentile_.size() ? percentile_[item.value] : kUnknown;
  }

  [[nodiscard]] std::size_t band_of(ItemIdx item) const {
    const float percentile = percentile_of(item);
    if (std::isnan(percentile)) return kNoBand;
    return std::min(static_cast<std::size_t>(percentile * kBandCount), kBandCount - 1);
  }

  /// 0 where the price was not lowered, unknown where that is not known.
  [[nodiscard]] float discount_of(ItemIdx item) const {
    const float price = catalog_.price_of(item);
    const float old_price = catalog_.old_price_of(item);
    return old_price > 0 && price > 0 ? std::max(0.0F, 1 - price / old_price) : kUnknown;
  }

  [[nodiscard]] Profile read_profile(const UserHistory& history) const {
    Profile profile;
    for (std::size_t deed = 0; deed < kDeedCount; ++deed) read_deed(history, deed, profile);
    float percentiles = 0;
    float n_percentiles = 0;
    float discounts = 0;
    float n_discounts = 0;
    for (const auto& touch : history.touches) {
      const float price = catalog_.price_of(touch.item);
      if (touch.n_events == 0 || !(price > 0)) continue;
      if (touch.in_basket) profile.basket_value += price;
      if (const float discount = discount_of(touch.item); !std::isnan(discount)) {
        discounts += discount;
        n_discounts += 1;
      }
      const float percentile = percentile_of(touch.item);
      if (std::isnan(percentile)) continue;
      percentiles += percentile;
      n_percentiles += 1;
      profile.touched.push_back({catalog_.category_of(touch.item), price});
    }
    std::sort(profile.touched.begin(), profile.touched.end());
    profile.mean_percentile = ratio(percentiles, n_percentiles);
    profile.mean_discount = ratio(discounts, n_discounts);
    return profile;
  }

  void read_deed(const UserHistory& history, std::size_t deed, Profile& profile) const {
    const std::size_t slot = product_action_slot(kDeedActions[deed]);
    std::vector<float> prices;
    auto& bands = profile.band_share[deed];
    float n_banded = 0;
    float n_lowered = 0;
    float n_known = 0;
    for (const auto& touch : history.touches) {
      const float price = catalog_.price_of(touch.item);
      if (touch.count[slot] == 0 || !(price > 0)) continue;
      prices.push_back(price);
      if (const auto band = band_of(touch.item); band != kNoBand) {
        bands[band] += 1;
        n_banded += 1;
      }
      if (const float discount = discount_of(touch.item); !std::isnan(discount)) {
        n_known += 1;
        n_lowered += discount > 0 ? 1.0F : 0.0F;
      }
    }
    profile.median[deed] = median_of(prices);
    profile.discounted[deed] = ratio(n_lowered, n_known);
    if (n_banded == 0) return;
    for (auto& share : bands) share /= n_banded;
  }

  void write_row(const Profile& profile, ItemIdx item, bool is_in_basket, float* x) const {
    const float price = catalog_.price_of(item);
    const float percentile = percentile_of(item);
    const float discount = discount_of(item);
    const auto band = band_of(item);
    *x++ = percentile;
    *x++ = percentile - profile.mean_percentile;
    for (std::size_t deed = 0; deed < kDeedCount; ++deed) {
      *x++ = log_ratio(price, profile.median[deed]);
      *x++ = band == kNoBand ? kUnknown : profile.band_share[deed][band];
      *x++ = profile.discounted[deed];
    }
    x = write_in_category(profile, item, x);
    *x++ = discount - profile.mean_discount;
    *x++ = profile.discounted[kAdded] - profile.discounted[kViewed];
    *x++ = profile.basket_value;
    const float value = profile.basket_value + (is_in_basket ? 0 : price);
    *x++ = price > 0 ? price / value : kUnknown;
  }

  /// Against the touched products of the same category.
  float* write_in_category(const Profile& profile, ItemIdx item, float* x) const {
    const auto category = catalog_.category_of(item);
    const float price = catalog_.price_of(item);
    x[0] = kUnknown;
    x[1] = kUnknown;
    const auto by_category = [](const CategoryPrice& a, const CategoryPrice& b) {
      return a.category < b.category;
    };
    const auto [first, last] = std::equal_range(profile.touched.begin(), profile.touched.end(),
                                                CategoryPrice{category, price}, by_category);
    if (category.valid() && price > 0 && first != last) {
      const auto n = last - first;
      x[0] = log_ratio(price, first[n / 2].price);
      const auto cheaper = std::lower_bound(first, last, CategoryPrice{category, price}) - first;
      x[1] = static_cast<float>(cheaper) / static_cast<float>(n);
    }
    return x + 2;
  }

  const Catalog& catalog_;
  std::vector<float> percentile_;
};

}  // namespace

std::vector<ColumnInfo> price_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns{
      {"percentile", "share of the category's products that cost less"},
      {"percentile_gap", "the same less its mean over the products the user touched"}};
  for (const auto deed : kDeedNames) {
    const std::string word(deed);
    columns.push_back(
        {"to_" + word, "log of the price over the median price of what the user " + word});
    columns.push_back(
        {word + "_band_share", "share of the products the user " + word +
                                   " that lie in the same fifth of their category's prices"});
    columns.push_back({word + "_discounted",
                       "share of the products the user " + word + " whose price was lowered"});
  }
  const ColumnInfo rest[] = {
      {"to_category_touched",
       "log of the price over the median of the touched products of the category"},
      {"category_cheaper", "share of the touched products of the category that cost less"},
      {"discount_gap", "the discount less its mean over the touched products"},
      {"discount_response", "share of lowered prices among additions less that among views"},
      {"basket_value", "sum of the prices in the user's basket"},
      {"basket_share", "the price over the basket's value with the product in it"}};
  columns.insert(columns.end(), std::begin(rest), std::end(rest));
  return columns;
}

std::unique_ptr<FeatureGroup> make_price_group(const FeatureContext& context) {
  return std::make_unique<PriceGroup>(context);
}

}  // namespace vitrina::features
