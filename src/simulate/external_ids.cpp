#include "simulate/external_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace vitrina::simulate {
namespace {

/// The five groups of a UUID with its version and variant bits set.
std::string uuid_text(std::uint64_t high, std::uint64_t low, unsigned version) {
  high = (high & ~0xf000ULL) | (std::uint64_t{version} << 12U);
  low = (low & 0x3fff'ffff'ffff'ffffULL) | 0x8000'0000'0000'0000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                     high & 0xffffU, low >> 48U, low & 0xffff'ffff'ffffULL);
}

}  // namespace

std::vector<std::string> user_ids(std::size_t n, std::uint64_t seed) {
  // 100 ns ticks from 1582-10-15 to the log's first moment, as version 1 counts them.
  constexpr std::uint64_t kTicksToStart = 122'192'928'000'000'000ULL + 10ULL * kLogStart;
  constexpr std::uint64_t kTicksAYear = 315'360'000'000'000ULL;
  constexpr std::uint64_t kNodes = 8;
  std::vector<std::string> ids;
  ids.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    Rng rng(mix64(seed, 31), i);
    const std::uint64_t ticks = kTicksToStart - rng.below(kTicksAYear);
    const std::uint64_t high =
        (ticks << 32U) | ((ticks >> 16U) & 0xffff'0000ULL) | ((ticks >> 48U) & 0x0fffULL);
    const std::uint64_t node = mix64(seed, 100 + rng.below(kNodes)) & 0xffff'ffff'ffffULL;
    ids.push_back(uuid_text(high, (rng.next() << 48U) | node, 1));
  }
  return ids;
}

std::vector<std::string> device_ids(std::size_t n, std::uint64_t seed) {
  std::vector<std::string> ids;
  ids.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    Rng rng(mix64(seed, 32), i);
    const std::uint64_t high = rng.next();
    ids.push_back(uuid_text(high, rng.next(), 4));
  }
  return ids;
}

std::vector<std::string> product_ids(const World& world, std::uint64_t seed) {
  const auto& products = world.products;
  std::vector<std::uint64_t> family_age;
  for (const auto& product : products) {
    while (family_age.size() <= product.family) {
      family_age.push_back(mix64(mix64(seed, 33), family_age.size()));
    }
  }
  std::vector<std::uint32_t> order(products.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (products[a].born != products[b].born) return products[a].born < products[b].born;
    const auto age_a = family_age[products[a].family];
    const auto age_b = family_age[products[b].family];
    return age_a != age_b ? age_a < age_b : a < b;
  });
  constexpr std::uint64_t kFirst = 480'000;
  constexpr std::uint64_t kRange = 6'000'000;
  const std::uint64_t gap = std::max<std::uint64_t>(1, kRange / products.size());
  Rng rng(seed, 34);
  std::vector<std::string> ids(products.size());
  std::uint64_t number = kFirst;
  for (const auto product : order) {
    number += 1 + rng.below(2 * gap - 1);
    ids[product] = fmt::to_string(number);
  }
  return ids;
}

}  // namespace vitrina::simulate
