#include "models/popularity.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.hpp"

namespace vitrina::models {
namespace {

/// Lengths of kPopularityDays.
constexpr auto kWindows = [] {
  std::array<TimeUs, kPopularityWindowCount> windows{};
  for (std::size_t w = 0; w < windows.size(); ++w) windows[w] = from_days(kPopularityDays[w]);
  return windows;
}();

std::size_t first_window(TimeUs age) {
  std::size_t w = 0;
  while (w + 1 < kPopularityWindowCount && age > kWindows[w]) ++w;
  return w;
}

/// What the finished model knows of a product.
ItemStats stats_of(const PopularityCounts::Item& item, const PopularityConfig& config) {
  ItemStats stats;
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    std::uint64_t n = 0;
    for (std::size_t w = 0; w < kPopularityWindowCount; ++w) {
      n += item.events[slot][w];
      stats.count[slot][w] = static_cast<float>(n);
    }
  }
  stats.n_users = static_cast<float>(item.n_users);
  stats.n_buyers = static_cast<float>(item.n_buyers);
  const std::array worth{config.view_weight, config.basket_weight, config.order_weight};
  double score = 0;
  for (std::size_t g = 0; g < worth.size(); ++g) {
    score += worth[g] * fixed_point::to_weight(item.decayed[g]);
  }
  stats.score = static_cast<float>(score);
  stats.first = item.first;
  stats.last = item.last;
  return stats;
}

}  // namespace

PopularityCounts::PopularityCounts(const FitContext& context, double half_life_days)
    : items_(context.shop.items.size()) {
  const auto& shop = context.shop;
  constexpr std::uint32_t kNobody = UserIdx{}.value;
  std::vector<std::uint32_t> last_user(items_.size(), kNobody);
  std::vector<std::uint32_t> last_buyer(items_.size(), kNobody);
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.before(UserIdx(u), context.as_of);
    const auto user = static_cast<std::uint32_t>(u);
    for (std::size_t e = 0; e < events.size(); ++e) {
      const Action action = events.action[e];
      const std::size_t slot = product_action_slot(action);
      if (!events.item[e].valid() || slot == kProductActionCount) continue;
      const std::size_t i = events.item[e].value;
      auto& item = items_[i];
      const TimeUs time = events.time[e];
      const TimeUs age = context.as_of - time;
      ++item.events[slot][first_window(age)];
      if (shows_interest(action)) {
        const double weight = std::exp2(-to_days(age) / half_life_days);
        item.decayed[static_cast<std::size_t>(interest(action))] +=
            fixed_point::fine_from_weight(weight);
      }
      item.first = item.first == kNoTime ? time : std::min(item.first, time);
      item.last = std::max(item.last, time);
      if (std::exchange(last_user[i], user) != user) ++item.n_users;
      if (action == Action::kOrder && std::exchange(last_buyer[i], user) != user) ++item.n_buyers;
    }
  }
}

void PopularityCounts::Item::merge(const Item& other) {
  for (std::size_t slot = 0; slot < kProductActionCount; ++slot) {
    for (std::size_t w = 0; w < kPopularityWindowCount; ++w) {
      events[slot][w] += other.events[slot][w];
    }
  }
  for (std::size_t g = 0; g < decayed.size(); ++g) decayed[g] += other.decayed[g];
  n_users += other.n_users;
  n_buyers += other.n_buyers;
  if (other.first != kNoTime && (first == kNoTime || other.first < first)) first = other.first;
  last = std::max(last, other.last);
}

void PopularityCounts::merge(const PopularityCounts& other) {
  VITRINA_CHECK(items_.size(), ==, other.items_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) items_[i].merge(other.items_[i]);
}

Popularity Popularity::finish(const FitContext& any, const PopularityConfig& config,
                              const Partial& all) {
  Popularity model;
  model.category_depth_ = static_cast<std::uint32_t>(config.category_depth);
  model.stats_.reserve(all.items().size());
  for (const auto& item : all.items()) model.stats_.push_back(stats_of(item, config));
  model.rank_items(any.shop.catalog, model.category_depth_);
  return model;
}

void Popularity::rank_items(const Catalog& catalog, std::size_t category_depth) {
  struct Standing {
    float score;
    float n_users;
    ItemIdx item;
  };
  std::vector<Standing> standings;
  standings.reserve(stats_.size());
  for (std::size_t i = 0; i < stats_.size(); ++i) {
    const auto& stats = stats_[i];
    if (stats.first != kNoTime) standings.push_back({stats.score, stats.n_users, ItemIdx(i)});
  }
  std::sort(standings.begin(), standings.end(), [](const Standing& a, const Standing& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.n_users != b.n_users) return a.n_users > b.n_users;
    return a.item < b.item;
  });
  ranking_.clear();
  ranking_.reserve(standings.size());
  for (const auto& standing : standings) ranking_.push_back(standing.item);
  position_.assign(stats_.size(), static_cast<std::uint32_t>(ranking_.size()));
  for (std::size_t r = 0; r < ranking_.size(); ++r) {
    position_[ranking_[r].value] = static_cast<std::uint32_t>(r);
  }
  std::vector<std::vector<ItemIdx>> rows(catalog.n_categories);
  for (const auto item : ranking_) {
    const auto category = catalog.category[item.value];
    if (!category.valid()) continue;
    auto& row = rows[category.value];
    if (row.size() < category_depth) row.push_back(item);
  }
  by_category_ = {};
  for (const auto& row : rows) {
    by_category_.values.insert(by_category_.values.end(), row.begin(), row.end());
    by_category_.offsets.push_back(by_category_.values.size());
  }
}

void Popularity::save(ArchiveWriter& out) const {
  std::vector<float> numbers;
  std::vector<TimeUs> times;
  for (const auto& stats : stats_) {
    for (const auto& by_window : stats.count) {
      numbers.insert(numbers.end(), by_window.begin(), by_window.end());
    }
    numbers.insert(numbers.end(), {stats.n_users, stats.n_buyers, stats.score});
    times.insert(times.end(), {stats.first, stats.last});
  }
  out.put("popularity.numbers", numbers);
  out.put("popularity.times", times);
  out.put_value("popularity.category_depth", category_depth_);
}

Popularity Popularity::load(const ArchiveReader& in, const ProductSpace& products) {
  constexpr std::size_t kNumbers = kProductActionCount * kPopularityWindowCount + 3;
  const auto numbers = in.get_finite<float>("popularity.numbers");
  const auto times = in.get<TimeUs>("popularity.times");
  if (numbers.size() != products.items.size() * kNumbers ||
      times.size() != products.items.size() * 2) {
    in.fail("popularity.numbers", "has another number of products");
  }
  Popularity model;
  model.category_depth_ = in.get_value<std::uint32_t>("popularity.category_depth");
  model.stats_.resize(products.items.size());
  for (std::size_t i = 0; i < model.stats_.size(); ++i) {
    auto& stats = model.stats_[i];
    const float* row = numbers.data() + i * kNumbers;
    for (auto& by_window : stats.count) {
      std::copy_n(row, kPopularityWindowCount, by_window.begin());
      row += kPopularityWindowCount;
    }
    stats.n_users = row[0];
    stats.n_buyers = row[1];
    stats.score = row[2];
    stats.first = times[2 * i];
    stats.last = times[2 * i + 1];
  }
  model.rank_items(products.catalog, model.category_depth_);
  return model;
}

}  // namespace vitrina::models
