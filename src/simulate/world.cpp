#include "simulate/world.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulate/titles.hpp"

namespace vitrina::simulate {
namespace {

constexpr std::size_t kDepartments = 12;

std::size_t scaled(double at_one, double scale, double power, std::size_t at_least) {
  return std::max(at_least,
                  static_cast<std::size_t>(std::llround(at_one * std::pow(scale, power))));
}

/// Shares `total` out by weight, at least one to each; the parts sum to `total`.
std::vector<std::uint32_t> parts_by_weight(const std::vector<double>& weights, std::size_t total) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const auto spare = static_cast<double>(total - weights.size());
  std::vector<std::uint32_t> parts;
  parts.reserve(weights.size());
  double running = 0;
  double given = 0;
  for (const double weight : weights) {
    running += weight;
    const double upto = std::round(spare * running / sum);
    parts.push_back(1 + static_cast<std::uint32_t>(upto - given));
    given = upto;
  }
  return parts;
}

/// Marks categories as bought again until they hold `share` of the popularity. Counted by
/// popularity, as one large category would else decide how many orders there are.
void make_consumables(World& world, double share, Rng& rng) {
  const auto& popularity = world.category_popularity;
  const std::size_t n = world.categories.size();
  const double wanted = share * popularity.total(0, n);
  const std::size_t tries = 20 * n;
  double marked = 0;
  for (std::size_t i = 0; i < tries && marked < wanted; ++i) {
    const std::size_t c = rng.below(n);
    auto& category = world.categories[c];
    const double weight = popularity.total(c, 1);
    if (category.repeat_days > 0 || marked + weight > 1.02 * wanted) continue;
    marked += weight;
    category.repeat_days = lognormal(rng, 13.0, 0.35);
    category.log_price -= 0.9;  // what is used up is cheaper
  }
}

void make_categories(World& world, const SimulateConfig& config, std::size_t n_products, Rng& rng) {
  const std::size_t n = scaled(1300, config.scale, 0.5, 3 * kDepartments);
  std::vector<double> department_weights;
  department_weights.reserve(kDepartments);
  for (std::size_t d = 0; d < kDepartments; ++d) {
    department_weights.push_back(lognormal(rng, 1.0, 0.7));
  }
  const auto sizes = parts_by_weight(department_weights, n);
  std::vector<double> category_weights;
  std::uint32_t id = 0;
  for (std::size_t d = 0; d < kDepartments; ++d) {
    world.departments.push_back({static_cast<std::uint32_t>(world.categories.size()), sizes[d]});
    const double price_level = std::log(6'300.0) + 0.75 * rng.normal();
    for (std::uint32_t c = 0; c < sizes[d]; ++c) {
      Category category;
      id += 1 + static_cast<std::uint32_t>(rng.below(60));
      category.id = id;
      category.department = static_cast<std::uint32_t>(d);
      category.log_price = price_level + 0.6 * rng.normal();
      category_weights.push_back(lognormal(rng, 1.0, 1.75));
      world.categories.push_back(category);
    }
  }
  const auto n_in = parts_by_weight(category_weights, n_products);
  std::uint32_t first = 0;
  for (std::size_t c = 0; c < n; ++c) {
    world.categories[c].first_product = first;
    world.categories[c].n_products = n_in[c];
    first += n_in[c];
    world.category_popularity.push_back(std::pow(n_in[c], 0.8) * lognormal(rng, 1.0, 0.5));
  }
  make_consumables(world, config.consumable_share, rng);
}

/// The usual way to write a price: ends in 90 from 500 on, in 0 below.
std::int32_t shop_price(double price) {
  if (price < 500) return std::max(20, 10 * static_cast<std::int32_t>(std::lround(price / 10)));
  return 100 * static_cast<std::int32_t>(std::lround(price / 100)) - 10;
}

/// What is left of the old price: a few round rates, often none taken off.
double draw_discount_rate(Rng& rng, double full_price_share) {
  if (rng.chance(full_price_share)) return 1.0;
  const double draw = rng.uniform();
  if (draw < 0.43) return 0.7;
  if (draw < 0.73) return 0.5;
  if (draw < 0.81) return 0.8;
  if (draw < 0.89) return 0.6;
  if (draw < 0.94) return 0.4;
  if (draw < 0.96) return 0.3;
  return 0.55 + 0.4 * rng.uniform();
}

std::int32_t discounted(std::int32_t old_price, double rate) {
  if (rate >= 1.0) return old_price;
  return std::max(20, static_cast<std::int32_t>(old_price * rate / 10) * 10);
}

void set_prices(Product& product, double log_price, const Calendar& calendar, Rng& rng) {
  constexpr double kFullPriceShare = 0.343;
  constexpr double kChangedShare = 0.3;
  constexpr double kChangedBySaleShare = 0.5;
  product.old_price = shop_price(std::exp(log_price));
  product.last_price = discounted(product.old_price, draw_discount_rate(rng, kFullPriceShare));
  product.first_price = product.last_price;
  if (!rng.chance(kChangedShare)) return;
  product.price_change =
      rng.chance(kChangedBySaleShare) ? calendar.sale_start() : calendar.draw_in_log(rng);
  product.first_price = discounted(product.old_price, draw_discount_rate(rng, 0.5));
}

void set_life(Product& product, const SimulateConfig& config, const Calendar& calendar, Rng& rng) {
  const double draw = rng.uniform();
  const auto length = static_cast<double>(calendar.end() - calendar.start());
  const auto moment = calendar.start() + static_cast<TimeUs>(length * rng.uniform());
  if (draw < config.new_product_share) {
    product.born = moment;
  } else if (draw < config.new_product_share + config.gone_product_share) {
    product.gone = moment;
  }
}

/// Fills a category with families of variants, brand by brand.
void fill_category(World& world, std::size_t c, const SimulateConfig& config,
                   const Calendar& calendar, const WeightedTable& brand_fame,
                   std::uint32_t& next_family, Rng& rng) {
  struct Family {
    std::uint32_t brand;
    int size;
  };
  const auto& category = world.categories[c];
  const std::size_t n_brands = world.brands.size();
  const std::size_t window = std::max<std::size_t>(8, n_brands / 4);
  const std::size_t first = category.department * (n_brands - window) / (kDepartments - 1);
  std::vector<Family> families;
  for (int left = static_cast<int>(category.n_products); left > 0;) {
    const int spread = rng.chance(0.03) ? 12 : 0;
    const int size = std::min(left, 1 + geometric(rng, 0.6 + spread));
    families.push_back({static_cast<std::uint32_t>(brand_fame.draw(rng, first, window)), size});
    left -= size;
  }
  std::sort(families.begin(), families.end(), [](const Family& a, const Family& b) {
    return a.brand != b.brand ? a.brand < b.brand : a.size > b.size;
  });
  for (const auto& family : families) {
    const auto& brand = world.brands[family.brand];
    const double log_price = category.log_price + brand.log_price + 0.33 * rng.normal();
    const double fame = std::sqrt(brand.fame) * lognormal(rng, 1.0, 0.8);
    const double quality = 0.5 * rng.normal();
    for (int i = 0; i < family.size; ++i) {
      Product product;
      product.category = static_cast<std::uint32_t>(c);
      product.brand = family.brand;
      product.family = next_family;
      product.quality = static_cast<float>(quality + 0.35 * rng.normal());
      set_prices(product, log_price + 0.05 * rng.normal(), calendar, rng);
      set_life(product, config, calendar, rng);
      world.products.push_back(product);
      world.product_popularity.push_back(fame * lognormal(rng, 1.0, 1.2));
    }
    ++next_family;
  }
}

/// Each day some products catch on; interest in each fades by a third a day.
void make_trends(World& world, const SimulateConfig& config, Rng& rng) {
  constexpr double kFading = 0.66;
  constexpr std::size_t kRemembered = 6;
  const auto days = static_cast<std::size_t>(config.days) + kWarmUpDays;
  const std::size_t n_new = scaled(30, config.scale, 0.5, 3);
  struct Burst {
    std::uint32_t product;
    double weight;
  };
  std::vector<std::vector<Burst>> bursts(days);
  for (std::size_t day = 0; day < days; ++day) {
    for (std::size_t i = 0; i < n_new; ++i) {
      const std::size_t category = world.category_popularity.draw(rng);
      const std::size_t product = world.draw_in_category(rng, category);
      bursts[day].push_back({static_cast<std::uint32_t>(product), lognormal(rng, 1.0, 1.2)});
    }
    world.hot_products.emplace_back();
    world.hot_weights.emplace_back();
    double fading = 1.0;
    for (std::size_t back = 0; back < kRemembered && back <= day; ++back, fading *= kFading) {
      for (const auto& burst : bursts[day - back]) {
        world.hot_products[day].push_back(burst.product);
        world.hot_weights[day].push_back(burst.weight * fading);
      }
    }
  }
}

}  // namespace

std::size_t catalog_size(double scale) { return scaled(89'500, scale, 0.75, 300); }

std::size_t World::draw_hot(Rng& rng, TimeUs time) const {
  const TimeUs day = (time - kLogStart) / kUsPerDay + kWarmUpDays;
  const auto last = static_cast<TimeUs>(hot_products.size()) - 1;
  const auto index = static_cast<std::size_t>(std::clamp<TimeUs>(day, 0, last));
  return hot_products[index][hot_weights[index].draw(rng)];
}

World make_world(const SimulateConfig& config, const Calendar& calendar, std::uint64_t seed) {
  World world;
  Rng rng(seed, 10);
  const double kept = 1.0 - config.gone_product_share * (1.0 - kGoneStillListed);
  const auto n_products = static_cast<std::size_t>(
      std::llround(static_cast<double>(catalog_size(config.scale)) / kept));
  make_categories(world, config, n_products, rng);

  WeightedTable brand_fame;
  const std::size_t n_brands = scaled(1500, config.scale, 0.5, 40);
  for (std::size_t b = 0; b < n_brands; ++b) {
    Brand brand;
    brand.fame = lognormal(rng, 1.0, 1.4);
    brand.log_price = 0.38 * rng.normal();
    brand_fame.push_back(brand.fame);
    world.brands.push_back(brand);
  }
  name_categories_and_brands(world, seed);

  world.products.reserve(n_products);
  std::uint32_t next_family = 0;
  for (std::size_t c = 0; c < world.categories.size(); ++c) {
    fill_category(world, c, config, calendar, brand_fame, next_family, rng);
  }
  make_trends(world, config, rng);
  write_titles(world, config, seed);
  return world;
}

}  // namespace vitrina::simulate
