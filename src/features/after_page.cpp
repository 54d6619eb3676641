#include "features/after_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

constexpr std::size_t kPages = 10;
constexpr double kVoteHalfLifeDays = 1;

struct CategoryRate {
  CategoryIdx category;
  float rate;
};

class AfterPageGroup final : public FeatureGroup {
 public:
  explicit AfterPageGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), model_(*context.models.page_products) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) std::fill_n(out.at(r), kColumnCount, 0.0F);
    const auto pages = models::recent_pages(rows.history, kPages);
    for (std::size_t p = 0; p < pages.size(); ++p) {
      const float vote = decay(rows.history.as_of - pages[p].time, kVoteHalfLifeDays);
      for (const auto& entry : model_.after(pages[p].page)) {
        const auto it = std::lower_bound(rows.item.begin(), rows.item.end(), entry.item);
        if (it == rows.item.end() || *it != entry.item) continue;
        float* x = out.at(static_cast<std::size_t>(it - rows.item.begin()));
        x[kRateSum] += vote * entry.rate;
        x[kRateMax] = std::max(x[kRateMax], entry.rate);
        if (p == 0) x[kLastRate] = entry.rate;
        x[kPagesWith] += 1;
        for (std::size_t w = 0; w < models::kPageWindowCount; ++w) {
          x[kFirstWindow + w] += vote * entry.worth[w];
        }
      }
    }
    write_categories(pages, rows, out);
  }

 private:
  enum Column : std::size_t {
    kRateSum,
    kRateMax,
    kLastRate,
    kPagesWith,
    kFirstWindow,
    kCategoryShare = kFirstWindow + models::kPageWindowCount,
    kUserPages,
    kPageAge,
    kColumnCount
  };

  /// How much of what follows the user's pages is of the product's category.
  void write_categories(const std::vector<models::PageVisit>& pages, const UserRows& rows,
                        FeatureBlock out) const {
    float total = 0;
    std::vector<CategoryRate> rates;
    for (const auto& [page, time] : pages) {
      const float vote = decay(rows.history.as_of - time, kVoteHalfLifeDays);
      for (const auto& entry : model_.after(page)) {
        total += vote * entry.rate;
        rates.push_back({catalog_.category_of(entry.item), vote * entry.rate});
      }
    }
    std::stable_sort(rates.begin(), rates.end(), [](const CategoryRate& a, const CategoryRate& b) {
      return a.category < b.category;
    });
    std::size_t n = 0;
    for (const auto& rate : rates) {
      if (n > 0 && rates[n - 1].category == rate.category) {
        rates[n - 1].rate += rate.rate;
      } else {
        rates[n++] = rate;
      }
    }
    rates.resize(n);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const auto category = catalog_.category_of(rows.item[r]);
      const auto it = std::lower_bound(
          rates.begin(), rates.end(), category,
          [](const CategoryRate& a, CategoryIdx wanted) { return a.category < wanted; });
      const bool is_met = category.valid() && it != rates.end() && it->category == category;
      float* x = out.at(r);
      x[kCategoryShare] = total > 0 ? (is_met ? it->rate / total : 0.0F) : kUnknown;
      x[kUserPages] = static_cast<float>(pages.size());
      x[kPageAge] = pages.empty() ? kUnknown : age_hours(rows.history.as_of, pages.front().time);
    }
  }

  const Catalog& catalog_;
  const models::PageProducts& model_;
};

}  // namespace

std::vector<ColumnInfo> after_page_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns{
      {"rate_sum",
       fmt::format("baskets and orders per visit after the user's last {} category pages and "
                   "searches, half-life of a page's vote 1 day",
                   kPages)},
      {"rate_max", "the largest of these"},
      {"last_rate", "the same after the page opened last"},
      {"pages", "those of these pages that the product was bought after"}};
  for (const auto days : models::kPageWindowsDays) {
    columns.push_back({fmt::format("worth_{:g}d", days),
                       fmt::format("baskets (1) and orders (3) after these pages, votes as "
                                   "above, window {:g} days",
                                   days)});
  }
  columns.push_back(
      {"category_share",
       "share of what is bought after these pages that is of the product's category"});
  columns.push_back({"user_pages", fmt::format("these pages, {} at most", kPages)});
  columns.push_back({"user_page_age_hours", "hours since the user opened the last of them"});
  return columns;
}

std::unique_ptr<FeatureGroup> make_after_page_group(const FeatureContext& context) {
  return std::make_unique<AfterPageGroup>(context);
}

}  // namespace vitrina::features
