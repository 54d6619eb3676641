#include "models/page_products.hpp"

#include <algorithm>

#include "data/decay.hpp"

namespace vitrina::models {
namespace {

constexpr float kBasketWorth = 1;
constexpr float kOrderWorth = 3;

/// One product that followed one page.
struct Follow {
  std::uint32_t page;
  ItemIdx item;
  float decayed;
  std::array<float, kPageWindowCount> worth;
};

/// One visit with a page.
struct Opened {
  std::uint32_t page;
  float decayed;
};

struct Collected {
  std::vector<Follow> follows;
  std::vector<Opened> opened;
};

/// The distinct pages of the running visit, the last opened at the back.
class VisitPages {
 public:
  void clear() { pages_.clear(); }
  /// True when the visit had not opened it yet.
  bool open(std::uint32_t page) {
    const auto it = std::find(pages_.begin(), pages_.end(), page);
    const bool is_new = it == pages_.end();
    if (!is_new) pages_.erase(it);
    pages_.push_back(page);
    return is_new;
  }
  [[nodiscard]] std::size_t size() const { return pages_.size(); }
  /// 0 is the page opened last.
  [[nodiscard]] std::uint32_t back(std::size_t n) const { return pages_[pages_.size() - 1 - n]; }

 private:
  std::vector<std::uint32_t> pages_;
};

void add_user(const EventSpan& events, TimeUs as_of, const PageProductsConfig& config,
              VisitPages& pages, Collected& out) {
  pages.clear();
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (e > 0 && events.time[e] - events.time[e - 1] > kVisitGap) pages.clear();
    const TimeUs age = as_of - events.time[e];
    if (is_list_page(events.action[e], events.page[e])) {
      if (pages.open(events.page[e])) {
        out.opened.push_back({events.page[e], decay(age, config.half_life_days)});
      }
      continue;
    }
    if (!events.item[e].valid() || !shows_intent(events.action[e])) continue;
    const bool is_order = events.action[e] == Action::kOrder;
    const std::size_t n = std::min(pages.size(), static_cast<std::size_t>(config.pages_back));
    for (std::size_t p = 0; p < n; ++p) {
      const float worth = (is_order ? kOrderWorth : kBasketWorth) / static_cast<float>(p + 1);
      Follow follow{pages.back(p), events.item[e], worth * decay(age, config.half_life_days), {}};
      for (std::size_t w = 0; w < kPageWindowCount; ++w) {
        follow.worth[w] = to_days(age) <= kPageWindowsDays[w] ? worth : 0;
      }
      out.follows.push_back(follow);
    }
  }
}

/// Sums equal pages and products; the order of the sum is that of the log.
void sum_follows(std::vector<Follow>& follows) {
  std::stable_sort(follows.begin(), follows.end(), [](const Follow& a, const Follow& b) {
    return a.page != b.page ? a.page < b.page : a.item < b.item;
  });
  std::size_t n = 0;
  for (const auto& follow : follows) {
    if (n == 0 || follows[n - 1].page != follow.page || follows[n - 1].item != follow.item) {
      follows[n++] = follow;
      continue;
    }
    auto& sum = follows[n - 1];
    sum.decayed += follow.decayed;
    for (std::size_t w = 0; w < kPageWindowCount; ++w) sum.worth[w] += follow.worth[w];
  }
  follows.resize(n);
}

/// Decayed visits by page, pages ascending.
std::vector<Opened> sum_opened(std::vector<Opened>& opened) {
  std::stable_sort(opened.begin(), opened.end(),
                   [](const Opened& a, const Opened& b) { return a.page < b.page; });
  std::vector<Opened> sums;
  for (const auto& one : opened) {
    if (sums.empty() || sums.back().page != one.page) sums.push_back({one.page, 0});
    sums.back().decayed += one.decayed;
  }
  return sums;
}

}  // namespace

PageProducts PageProducts::fit(const FitContext& context, const PageProductsConfig& config) {
  Collected collected;
  VisitPages pages;
  for (std::size_t u = 0; u < context.shop.users.size(); ++u) {
    add_user(context.shop.events.before(UserIdx(u), context.as_of), context.as_of, config, pages,
             collected);
  }
  sum_follows(collected.follows);
  const auto opened = sum_opened(collected.opened);
  PageProducts model;
  model.n_items_ = context.shop.items.size();
  std::vector<Entry> row;
  auto visits = opened.begin();
  const auto& follows = collected.follows;
  for (std::size_t begin = 0, end = 0; begin < follows.size(); begin = end) {
    const auto page = follows[begin].page;
    while (visits->page != page) ++visits;  // what follows a page was opened before
    const float n_visits = visits->decayed + static_cast<float>(config.prior_visits);
    row.clear();
    for (; end < follows.size() && follows[end].page == page; ++end) {
      row.push_back({follows[end].item, follows[end].decayed / n_visits, follows[end].worth});
    }
    std::sort(row.begin(), row.end(), [](const Entry& a, const Entry& b) {
      return a.rate != b.rate ? a.rate > b.rate : a.item < b.item;
    });
    row.resize(std::min(row.size(), static_cast<std::size_t>(config.products)));
    model.pages_.push_back(page);
    auto& rows = model.products_;
    rows.values.insert(rows.values.end(), row.begin(), row.end());
    rows.offsets.push_back(rows.values.size());
  }
  return model;
}

std::span<const PageProducts::Entry> PageProducts::after(std::uint32_t page) const {
  const auto it = std::lower_bound(pages_.begin(), pages_.end(), page);
  if (it == pages_.end() || *it != page) return {};
  return products_.row(static_cast<std::size_t>(it - pages_.begin()));
}

void PageProducts::save(ArchiveWriter& out) const {
  std::vector<std::uint32_t> items;
  std::vector<float> numbers;
  for (const auto& entry : products_.values) {
    items.push_back(entry.item.value);
    numbers.push_back(entry.rate);
    numbers.insert(numbers.end(), entry.worth.begin(), entry.worth.end());
  }
  out.put_value("page_products.n_items", n_items_);
  out.put("page_products.pages", pages_);
  out.put("page_products.offsets", products_.offsets);
  out.put("page_products.items", items);
  out.put("page_products.numbers", numbers);
}

PageProducts PageProducts::load(const ArchiveReader& in, const ProductSpace& products) {
  constexpr std::size_t kNumbers = 1 + kPageWindowCount;
  if (in.get_value<std::uint64_t>("page_products.n_items") != products.items.size()) {
    in.fail("page_products.n_items", "is another number of products");
  }
  PageProducts model;
  model.n_items_ = products.items.size();
  model.pages_ = in.get<std::uint32_t>("page_products.pages");
  model.products_.offsets = in.get<std::uint64_t>("page_products.offsets");
  const auto items = in.get<std::uint32_t>("page_products.items");
  const auto numbers = in.get<float>("page_products.numbers");
  const auto& offsets = model.products_.offsets;
  if (offsets.size() != model.pages_.size() + 1 || offsets.front() != 0 ||
      offsets.back() != items.size() || numbers.size() != items.size() * kNumbers ||
      !std::is_sorted(offsets.begin(), offsets.end()) ||
      !std::is_sorted(model.pages_.begin(), model.pages_.end())) {
    in.fail("page_products", "has columns that do not fit together");
  }
  for (std::size_t e = 0; e < items.size(); ++e) {
    if (items[e] >= products.items.size()) in.fail("page_products", "names a product out of range");
    Entry entry{ItemIdx(items[e]), numbers[e * kNumbers], {}};
    std::copy_n(numbers.data() + e * kNumbers + 1, kPageWindowCount, entry.worth.begin());
    model.products_.values.push_back(entry);
  }
  return model;
}

std::vector<PageVisit> recent_pages(const UserHistory& history, std::size_t limit) {
  std::vector<PageVisit> pages;
  const auto& events = history.events;
  for (std::size_t e = events.size(); e-- > 0 && pages.size() < limit;) {
    if (!is_list_page(events.action[e], events.page[e])) continue;
    const auto is_same = [&](const PageVisit& visit) { return visit.page == events.page[e]; };
    if (std::none_of(pages.begin(), pages.end(), is_same)) {
      pages.push_back({events.page[e], events.time[e]});
    }
  }
  return pages;
}

}  // namespace vitrina::models
