#include "ranking/usual_sales.hpp"

#include <algorithm>
#include <utility>

namespace vitrina::ranking {
namespace {

/// The upper one of an even number.
double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

float SaleWeights::of(ItemIdx item) const {
  const auto found =
      std::ranges::lower_bound(below_one_, item, {}, &std::pair<ItemIdx, float>::first);
  return found != below_one_.end() && found->first == item ? found->second : 1.0F;
}

float SaleWeights::of_buyer(std::span<const ItemIdx> bought) const {
  if (below_one_.empty()) return 1;
  float most = 0;
  for (const auto item : bought) most = std::max(most, of(item));
  return most;
}

UsualSales::UsualSales(const EventLog& log, TimeUs begin, TimeUs end, TimeUs length)
    : end_(end),
      length_(length),
      buyers_(static_cast<std::size_t>(std::max<TimeUs>(0, end - begin) / length)) {
  struct Order {
    std::uint32_t window;
    ItemIdx item;
    auto operator<=>(const Order&) const = default;
  };
  std::vector<Order> orders;
  std::vector<Order> all;
  for (std::size_t u = 0; u < log.n_users(); ++u) {
    const auto events = log.before(UserIdx(u), end);
    orders.clear();
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (events.action[e] != Action::kOrder || !events.item[e].valid()) continue;
      const auto window = static_cast<std::size_t>((end - 1 - events.time[e]) / length);
      if (window >= buyers_.size()) continue;
      orders.push_back({static_cast<std::uint32_t>(window), events.item[e]});
    }
    std::sort(orders.begin(), orders.end());
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    for (std::size_t o = 0; o < orders.size(); ++o) {
      if (o == 0 || orders[o].window != orders[o - 1].window) ++buyers_[orders[o].window];
    }
    all.insert(all.end(), orders.begin(), orders.end());
  }
  std::sort(all.begin(), all.end(), [](const Order& a, const Order& b) {
    return a.item != b.item ? a.item < b.item : a.window < b.window;
  });
  for (const auto& order : all) {
    if (!sales_.empty() && sales_.back().item == order.item &&
        sales_.back().window == order.window) {
      ++sales_.back().buyers;
    } else {
      sales_.push_back({order.item, order.window, 1});
    }
  }
  best_share_.assign(buyers_.size(), 0.0);
  for (const auto& sale : sales_) {
    best_share_[sale.window] = std::max(best_share_[sale.window], share_of(sale));
  }
}

double UsualSales::share_of(const Sale& sale) const {
  return static_cast<double>(sale.buyers) / static_cast<double>(buyers_[sale.window]);
}

double UsualSales::median_share(ItemIdx item, std::size_t first, std::size_t last,
                                std::size_t n_with_buyers) const {
  std::vector<double> shares;
  for (auto sale = std::ranges::lower_bound(sales_, item, {}, &Sale::item);
       sale != sales_.end() && sale->item == item; ++sale) {
    if (sale->window < first || sale->window >= last) continue;
    shares.push_back(share_of(*sale));
  }
  shares.resize(n_with_buyers, 0.0);  // the windows in which nobody took it
  return median(std::move(shares));
}

SaleWeights UsualSales::weights(const Purchases& bought, TimeUs cut) const {
  // windows that end at or before the cut
  const auto first = static_cast<std::size_t>((end_ - cut + length_ - 1) / length_);
  const auto last = std::min(first + kMostWindows, buyers_.size());
  // in a window without buyers nothing is sold, which says nothing of what is usual
  std::vector<double> best_shares;
  for (auto w = first; w < last; ++w) {
    if (buyers_[w] > 0) best_shares.push_back(best_share_[w]);
  }
  if (best_shares.size() < kLeastWindows) return {};
  const auto n_with_buyers = best_shares.size();
  const double usual_best = kUsualTimes * median(std::move(best_shares));
  auto items = bought.items.values;
  std::sort(items.begin(), items.end());
  std::vector<std::pair<ItemIdx, float>> below_one;
  const auto n_buyers = static_cast<double>(bought.n_buyers());
  for (auto begin = items.begin(); begin != items.end();) {
    const auto end = std::find_if(begin, items.end(), [&](ItemIdx i) { return i != *begin; });
    const double share = static_cast<double>(end - begin) / n_buyers;
    if (share > usual_best) {
      const double usual =
          std::max(usual_best, kUsualTimes * median_share(*begin, first, last, n_with_buyers));
      if (share > usual) below_one.emplace_back(*begin, static_cast<float>(usual / share));
    }
    begin = end;
  }
  return SaleWeights(std::move(below_one));
}

}  // namespace vitrina::ranking
