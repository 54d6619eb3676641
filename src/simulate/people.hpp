#pragma once

#include <array>
#include <cstdint>

#include "simulate/world.hpp"

namespace vitrina::simulate {

enum class Kind : std::uint8_t {
  kPasserBy,  ///< opens a page or two and leaves
  kBrowser,   ///< looks at products
  kShopper,   ///< keeps a basket, sometimes orders
  kBot,       ///< walks through categories, never keeps anything
};

/// How many user_ids (cookies) and loc_user_ids (devices) a person owns. They are used
/// independently of each other, so that several user_ids share a loc_user_id.
struct IdCounts {
  std::uint32_t users = 1;
  std::uint32_t devices = 1;
};

/// What is fixed about a person. Only what it causes reaches the log.
struct Person {
  static constexpr std::size_t kTastes = 5;

  Kind kind = Kind::kPasserBy;
  std::uint32_t first_user = 0;
  std::uint32_t first_device = 0;
  IdCounts ids;
  std::array<std::uint32_t, kTastes> categories{};
  std::array<double, kTastes> shares{};  ///< running sums of the taste for each category
  double price_level = 0;                ///< wanted price against the category's usual one, log
  double discount_love = 0;
  double buying = 0;  ///< chance that a mission ends in an order
  std::uint64_t brand_seed = 0;

  [[nodiscard]] std::uint32_t draw_category(Rng& rng) const;
  /// How much a person likes a brand: standard normal, fixed for the pair.
  [[nodiscard]] double brand_liking(std::uint32_t brand) const;
};

/// The number of people that a scale and length lead to.
std::size_t n_people(const SimulateConfig& config);

/// Kinds are dealt out evenly along the list of people, so that their numbers hardly vary with
/// the seed.
Kind kind_of(const SimulateConfig& config, std::uint64_t seed, std::size_t person);

IdCounts count_ids(const SimulateConfig& config, std::uint64_t seed, std::size_t person);

/// Draws a person's tastes from `rng`; the ids are left to the caller.
Person draw_person(const World& world, const SimulateConfig& config, Kind kind, Rng& rng);

/// What a person sees in a product at a moment, before noise: price against the wanted one,
/// discount, brand, quality, novelty.
double utility(const World& world, const Person& person, std::uint32_t product, TimeUs time);

/// A product of a category that is on sale and appeals to the person: the best of a few that
/// popularity put before them.
std::uint32_t choose_product(const World& world, const Person& person, std::uint32_t category,
                             TimeUs time, Rng& rng);

/// A product near `product` in its category: the same family or brand, so near words and vector.
std::uint32_t similar_product(const World& world, std::uint32_t product, TimeUs time, Rng& rng);

}  // namespace vitrina::simulate
