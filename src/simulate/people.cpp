#include "simulate/people.hpp"

#include <cmath>

namespace vitrina::simulate {
namespace {

constexpr double kPeopleAtScaleOne = 516'000;
constexpr double kCaseDays = 22;
/// Those active in a day; many of them lived through all of it before the log.
constexpr double kShopperShareADay = 0.0164;
constexpr double kBrowserShare = 0.35;

/// Position of a person on [0, 1): multiples of the golden ratio cover it evenly (Weyl).
double even_position(std::uint64_t seed, std::size_t person) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double position =
      static_cast<double>(person) * kGoldenRatio + unit_interval(mix64(seed, 51));
  return position - std::floor(position);
}

}  // namespace

std::uint32_t Person::draw_category(Rng& rng) const {
  const double draw = rng.uniform() * shares.back();
  std::size_t i = 0;
  while (i + 1 < kTastes && draw >= shares[i]) ++i;
  return categories[i];
}

double Person::brand_liking(std::uint32_t brand) const { return Rng(brand_seed, brand).normal(); }

std::size_t n_people(const SimulateConfig& config) {
  const double n = kPeopleAtScaleOne * config.scale * config.days / kCaseDays;
  return std::max<std::size_t>(50, static_cast<std::size_t>(std::llround(n)));
}

Kind kind_of(const SimulateConfig& config, std::uint64_t seed, std::size_t person) {
  const double position = even_position(seed, person);
  const double bots = config.bots_per_100k / 100'000;
  const double shoppers = bots + kShopperShareADay * (config.days + kWarmUpDays) / config.days;
  if (position < bots) return Kind::kBot;
  if (position < shoppers) return Kind::kShopper;
  return position < shoppers + kBrowserShare ? Kind::kBrowser : Kind::kPasserBy;
}

IdCounts count_ids(const SimulateConfig& config, std::uint64_t seed, std::size_t person) {
  Rng rng(mix64(seed, 52), person);
  IdCounts counts;
  if (rng.chance(config.many_devices_share)) counts.devices = rng.chance(0.8) ? 2 : 3;
  if (rng.chance(config.many_ids_share)) counts.users = rng.chance(0.85) ? 2 : 3;
  return counts;
}

Person draw_person(const World& world, const SimulateConfig& config, Kind kind, Rng& rng) {
  Person person;
  person.kind = kind;
  const std::size_t home = world.categories[world.category_popularity.draw(rng)].department;
  double running = 0;
  for (std::size_t i = 0; i < Person::kTastes; ++i) {
    constexpr double kHomeShare = 0.75;
    const auto& department = world.departments[home];
    const std::size_t category = rng.chance(kHomeShare)
                                     ? world.category_popularity.draw(
                                           rng, department.first_category, department.n_categories)
                                     : world.category_popularity.draw(rng);
    person.categories[i] = static_cast<std::uint32_t>(category);
    running += rng.exponential(1.0);
    person.shares[i] = running;
  }
  person.price_level = 0.45 * rng.normal() - 0.1;
  person.discount_love = rng.exponential(1.6);
  person.buying = std::min(0.85, lognormal(rng, config.buying_share * 0.82, 0.6));
  person.brand_seed = rng.next();
  return person;
}

double utility(const World& world, const Person& person, std::uint32_t index, TimeUs time) {
  constexpr double kPriceWidth = 0.5;
  constexpr double kWorstPrice = -4.0;
  constexpr double kBrandWeight = 0.6;
  constexpr double kNoveltyBonus = 0.6;
  constexpr TimeUs kNovelty = 5 * kUsPerDay;
  const auto& product = world.products[index];
  const double price = product.price(time);
  const double usual = world.categories[product.category].log_price;
  const double off = (std::log(price) - usual - person.price_level) / kPriceWidth;
  const double discount = 1.0 - price / product.old_price;
  const bool is_new = product.born > kLogStart && time - product.born < kNovelty;
  return std::max(kWorstPrice, -0.5 * off * off) + person.discount_love * discount +
         kBrandWeight * person.brand_liking(product.brand) + product.quality +
         (is_new ? kNoveltyBonus : 0.0);
}

std::uint32_t choose_product(const World& world, const Person& person, std::uint32_t category,
                             TimeUs time, Rng& rng) {
  constexpr int kSeen = 5;
  std::uint32_t best = 0;
  double best_value = -1e300;
  for (int i = 0; i < kSeen; ++i) {
    const auto product = static_cast<std::uint32_t>(world.draw_in_category(rng, category));
    constexpr double kOffSale = -1e6;  // only where all of them are
    const double value =
        gumbel(rng) +
        (world.products[product].on_sale(time) ? utility(world, person, product, time) : kOffSale);
    if (value > best_value) {
      best_value = value;
      best = product;
    }
  }
  return best;
}

std::uint32_t similar_product(const World& world, std::uint32_t product, TimeUs time, Rng& rng) {
  const auto& category = world.categories[world.products[product].category];
  constexpr int kTries = 6;
  for (int i = 0; i < kTries; ++i) {
    const auto step = static_cast<std::uint32_t>(1 + geometric(rng, 1.5));
    const std::uint32_t position = product - category.first_product;
    const std::uint32_t moved = rng.chance(0.5) ? position + step : position - step;
    if (moved >= category.n_products) continue;  // also where the difference wrapped around
    const std::uint32_t found = category.first_product + moved;
    if (world.products[found].on_sale(time)) return found;
  }
  return product;
}

}  // namespace vitrina::simulate
