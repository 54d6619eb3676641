#include "simulate/titles.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace vitrina::simulate {
namespace {

/// The vocabulary is one row of word numbers, cut into kinds; the codes in the files are scrambled
/// so that a code tells nothing of its kind.
constexpr std::uint32_t kLargestCode = 65'521;  // prime
constexpr std::uint32_t kAudiences = 6;
constexpr std::uint32_t kMaterials = 60;
constexpr std::uint32_t kColours = 40;
constexpr std::uint32_t kFirstType = kAudiences + kMaterials + kColours;
constexpr std::uint32_t kMostTypes = 6'000;
constexpr std::uint32_t kFirstBrand = kFirstType + kMostTypes;
constexpr std::uint32_t kMostBrandWords = 12'000;
constexpr std::uint32_t kFirstModel = kFirstBrand + kMostBrandWords;
constexpr std::uint32_t kMostModels = kLargestCode - kFirstModel - 1;

std::uint32_t scrambled(std::uint32_t number, std::uint64_t seed) {
  const std::uint64_t factor = 1 + mix64(seed, 1) % (kLargestCode - 1);
  const std::uint64_t shift = mix64(seed, 2) % kLargestCode;
  return static_cast<std::uint32_t>((number * factor + shift) % kLargestCode);
}

/// A number in [0, n) whose law falls as a power: small numbers are common words.
std::uint32_t skewed(Rng& rng, std::uint32_t n, double power) {
  const double position = std::pow(rng.uniform(), power);
  return std::min(n - 1, static_cast<std::uint32_t>(position * n));
}

std::uint32_t n_models(double scale) {
  return std::min<std::uint32_t>(kMostModels,
                                 static_cast<std::uint32_t>(500 + 11'000 * std::pow(scale, 0.75)));
}

/// Words that all variants of a family share.
void family_title(const World& world, const Product& product, std::uint64_t seed,
                  std::uint32_t n_model_words, Rng& rng, std::vector<std::uint32_t>& title) {
  const auto& category = world.categories[product.category];
  const auto& brand = world.brands[product.brand];
  title.assign({category.type_word});
  if (category.second_type_word != 0 && rng.chance(0.8)) {
    title.push_back(category.second_type_word);
  }
  // Half of the departments are for one audience, which names most of their products.
  constexpr double kNamed = 0.72;
  if (rng.chance(kNamed)) {
    const std::uint32_t audience =
        category.department % 2 == 0 ? 0 : 1 + category.department % (kAudiences - 1);
    title.push_back(scrambled(audience, seed));
  }
  title.push_back(brand.word);
  if (brand.second_word != 0) title.push_back(brand.second_word);
  if (rng.chance(0.5)) title.push_back(scrambled(kAudiences + skewed(rng, kMaterials, 2.5), seed));
  const int n = std::min(12, geometric(rng, 1.2));
  for (int i = 0; i < n; ++i) {
    title.push_back(scrambled(kFirstModel + skewed(rng, n_model_words, 3.0), seed));
  }
}

}  // namespace

void name_categories_and_brands(World& world, std::uint64_t seed) {
  Rng rng(seed, 11);
  const auto n_types =
      std::min(kMostTypes, static_cast<std::uint32_t>(world.categories.size() * 4 / 5 + 4));
  std::uint32_t previous = 0;
  for (std::size_t c = 0; c < world.categories.size(); ++c) {
    auto& category = world.categories[c];
    // A neighbour may be called the same: dresses of one kind and of another.
    const auto own = static_cast<std::uint32_t>(c * n_types / world.categories.size());
    const std::uint32_t type = c > 0 && rng.chance(0.2) ? previous : own;
    previous = type;
    category.type_word = scrambled(kFirstType + type, seed);
    if (rng.chance(0.5)) {
      category.second_type_word =
          scrambled(kFirstType + static_cast<std::uint32_t>(rng.below(n_types)), seed);
    }
  }
  std::uint32_t next = 0;
  for (auto& brand : world.brands) {
    brand.word = scrambled(kFirstBrand + next++ % kMostBrandWords, seed);
    if (rng.chance(0.3))
      brand.second_word = scrambled(kFirstBrand + next++ % kMostBrandWords, seed);
  }
}

void write_titles(World& world, const SimulateConfig& config, std::uint64_t seed) {
  Rng rng(seed, 12);
  const std::uint32_t n_model_words = n_models(config.scale);
  world.titles.offsets.reserve(world.products.size() + 1);
  world.titles.values.reserve(world.products.size() * 6);
  std::vector<std::uint32_t> title;
  for (std::size_t p = 0; p < world.products.size(); ++p) {
    const auto& product = world.products[p];
    if (p == 0 || product.family != world.products[p - 1].family) {
      family_title(world, product, seed, n_model_words, rng, title);
    }
    auto& values = world.titles.values;
    values.insert(values.end(), title.begin(), title.end());
    if (rng.chance(0.25)) {
      values.push_back(scrambled(kAudiences + kMaterials + skewed(rng, kColours, 2.0), seed));
    }
    world.titles.offsets.push_back(values.size());
  }
}

std::vector<float> title_vectors(const World& world, const std::vector<std::uint32_t>& rows,
                                 std::uint32_t dim, std::uint64_t seed, int threads) {
  std::vector<std::uint32_t> uses(kLargestCode + 1, 0);
  for (const auto word : world.titles.values) ++uses[word];
  std::vector<float> directions(uses.size() * dim, 0.0F);
  parallel_chunks(uses.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t word = begin; word < end; ++word) {
      if (uses[word] == 0) continue;
      Rng rng(mix64(seed, 13), word);
      const double weight = 1.0 / std::log(2.0 + uses[word]);
      for (std::size_t d = 0; d < dim; ++d) {
        directions[word * dim + d] = static_cast<float>(weight * rng.normal());
      }
    }
  });
  std::vector<float> vectors(rows.size() * dim);
  parallel_chunks(rows.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<double> sum(dim);
    for (std::size_t row = begin; row < end; ++row) {
      Rng rng(mix64(seed, 14), rows[row]);
      for (auto& value : sum) value = 0.04 * rng.normal();
      for (const auto word : world.titles.row(rows[row])) {
        for (std::size_t d = 0; d < dim; ++d) sum[d] += directions[word * dim + d];
      }
      double squares = 0;
      for (const double value : sum) squares += value * value;
      const double scale = 1.0 / std::sqrt(std::max(squares, 1e-12));
      for (std::size_t d = 0; d < dim; ++d) {
        vectors[row * dim + d] = static_cast<float>(sum[d] * scale);
      }
    }
  });
  return vectors;
}

}  // namespace vitrina::simulate
