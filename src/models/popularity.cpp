#include "models/popularity.hpp"

#include <algorithm>
#include <utility>

namespace vitrina::models {
namespace {

/// Lengths of kPopularityDays.
constexpr auto kWindows = [] {
  std::array<TimeUs, kPopularityWindowCount> windows{};
  for (std::size_t w = 0; w < windows.size(); ++w) windows[w] = from_days(kPopularityDays[w]);
  return windows;
}();

double worth(Action action, const PopularityConfig& config) {
  switch (action) {
    case Action::kView:
    case Action::kLike:
      return config.view_weight;
    case Action::kBasketAdd:
      return config.basket_weight;
    case Action::kOrder:
      return config.order_weight;
    default:
      return 0;
  }
}

void count_event(const FitContext& context, const PopularityConfig& config, TimeUs time,
                 Action action, std::size_t slot, ItemStats& stats) {
  const TimeUs age = context.as_of - time;
  for (std::size_t w = 0; w < kPopularityWindowCount; ++w) {
    stats.count[slot][w] += age <= kWindows[w] ? 1.0F : 0.0F;
  }
  const auto value = static_cast<float>(worth(action, config));
  if (value != 0) stats.score += value * decay(age, config.half_life_days);
  stats.first = stats.first == kNoTime ? time : std::min(stats.first, time);
  stats.last = std::max(stats.last, time);
}

}  // namespace

Popularity Popularity::fit(const FitContext& context, const PopularityConfig& config) {
  const auto& shop = context.shop;
  Popularity model;
  model.category_depth_ = static_cast<std::uint32_t>(config.category_depth);
  model.stats_.resize(shop.items.size());
  constexpr std::uint32_t kNobody = UserIdx{}.value;
  std::vector<std::uint32_t> last_user(shop.items.size(), kNobody);
  std::vector<std::uint32_t> last_buyer(shop.items.size(), kNobody);
  for (std::size_t u = 0; u < shop.users.size(); ++u) {
    const auto events = shop.events.before(UserIdx(u), context.as_of);
    const auto user = static_cast<std::uint32_t>(u);
    for (std::size_t e = 0; e < events.size(); ++e) {
      const std::size_t slot = product_action_slot(events.action[e]);
      if (!events.item[e].valid() || slot == kProductActionCount) continue;
      const std::size_t i = events.item[e].value;
      count_event(context, config, events.time[e], events.action[e], slot, model.stats_[i]);
      if (std::exchange(last_user[i], user) != user) model.stats_[i].n_users += 1;
      if (events.action[e] == Action::kOrder && std::exchange(last_buyer[i], user) != user) {
        model.stats_[i].n_buyers += 1;
      }
    }
  }
  model.rank_items(shop.catalog, model.category_depth_);
  return model;
}

void Popularity::rank_items(const Catalog& catalog, std::size_t category_depth) {
  ranking_.clear();
  for (std::size_t i = 0; i < stats_.size(); ++i) {
    if (stats_[i].first != kNoTime) ranking_.emplace_back(i);
  }
  std::sort(ranking_.begin(), ranking_.end(), [&](ItemIdx a, ItemIdx b) {
    const auto& left = stats_[a.value];
    const auto& right = stats_[b.value];
    if (left.score != right.score) return left.score > right.score;
    if (left.n_users != right.n_users) return left.n_users > right.n_users;
    return a < b;
  });
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
  const auto numbers = in.get<float>("popularity.numbers");
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
