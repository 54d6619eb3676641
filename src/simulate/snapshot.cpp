#include "simulate/snapshot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "simulate/titles.hpp"

namespace vitrina::simulate {
namespace {

constexpr const char* kShopId = "101";

/// The nightly export's stamp on a day: the catalog knows no other times.
TimeUs export_time(TimeUs day, Rng& rng) {
  const TimeUs hour = rng.chance(0.85) ? 3 : 6;
  const auto second = static_cast<TimeUs>(5 + rng.below(6));
  return day / kUsPerDay * kUsPerDay + hour * kUsPerHour + (7 * 60 + second) * kUsPerSecond;
}

TimeUs draw_add_date(const Product& product, double refreshed_share, const Calendar& calendar,
                     Rng& rng) {
  constexpr double kEndDayShare = 0.01;
  constexpr double kSaleShare = 0.21;
  constexpr double kLongestDays = 210;
  constexpr double kMeanDays = 85;
  const bool gone = product.gone < calendar.end();
  if (!gone && rng.chance(refreshed_share)) {
    const TimeUs after = rng.chance(kEndDayShare) ? 0 : kUsPerDay;
    return export_time(calendar.end() + after, rng);
  }
  if (!gone && product.born < calendar.sale_start() && rng.chance(kSaleShare)) {
    return export_time(calendar.sale_start(), rng);
  }
  const TimeUs latest = std::min(product.gone, calendar.end()) - kUsPerDay;
  const double days = std::min(rng.exponential(kMeanDays), kLongestDays);
  // A product cannot have been added before it arrived.
  const TimeUs drawn = export_time(latest - from_days(days), rng);
  return drawn >= product.born ? drawn : export_time(product.born + kUsPerDay, rng);
}

}  // namespace

std::string CatalogSnapshot::title(std::size_t row) const {
  const auto words = title_words.row(row);
  return fmt::format("{}", fmt::join(words.begin(), words.end(), " "));
}

CatalogSnapshot take_snapshot(const World& world, const SimulateConfig& config,
                              const Calendar& calendar, const std::vector<std::string>& ids,
                              std::uint64_t seed, int threads) {
  std::vector<std::uint32_t> rows;
  std::size_t n_gone = 0;
  for (std::size_t p = 0; p < world.products.size(); ++p) {
    Rng rng(mix64(seed, 41), p);
    const bool gone = world.products[p].gone < calendar.end();
    if (gone && !rng.chance(kGoneStillListed)) continue;
    rows.push_back(static_cast<std::uint32_t>(p));
    n_gone += gone ? 1 : 0;
  }
  std::sort(rows.begin(), rows.end(),
            [&](std::uint32_t a, std::uint32_t b) { return ids[a] < ids[b]; });
  // Only what is on sale is refreshed; the share holds for all rows.
  const double refreshed = config.refreshed_share * static_cast<double>(rows.size()) /
                           static_cast<double>(rows.size() - n_gone);
  CatalogSnapshot catalog;
  for (const auto p : rows) {
    const auto& product = world.products[p];
    Rng rng(mix64(seed, 42), p);
    catalog.add_date.push_back(draw_add_date(product, refreshed, calendar, rng));
    catalog.shop_id.emplace_back(kShopId);
    catalog.product_id.push_back(ids[p]);
    catalog.category_id.push_back(fmt::to_string(world.categories[product.category].id));
    catalog.price.push_back(product.last_price);
    catalog.old_price.push_back(product.old_price);
    const auto words = world.titles.row(p);
    auto& values = catalog.title_words.values;
    values.insert(values.end(), words.begin(), words.end());
    catalog.title_words.offsets.push_back(values.size());
    catalog.vector_id.push_back(static_cast<std::int64_t>(catalog.vector_id.size()));
  }
  catalog.mapped_product = catalog.product_id;
  catalog.dim = static_cast<std::uint32_t>(config.vector_dim);
  catalog.vectors = title_vectors(world, rows, catalog.dim, seed, threads);
  return catalog;
}

}  // namespace vitrina::simulate
