#include "features/titles.hpp"

#include <algorithm>
#include <cmath>

#include "data/word_idf.hpp"
#include "features/ages.hpp"
#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

class TitlesGroup final : public FeatureGroup {
 public:
  explicit TitlesGroup(const FeatureContext& context)
      : catalog_(context.shop.catalog),
        titles_(*context.models.titles),
        idf_(word_idf(context.shop.catalog)),
        as_of_(context.as_of) {}

  void compute(const UserRows& rows, FeatureBlock out) const override {
    const auto recent = recent_touches(rows.history, kNeighbourProducts);
    std::vector<ItemIdx> basket;
    for (const auto& touch : rows.history.touches) {
      if (touch.in_basket) basket.push_back(touch.item);
    }
    write_neighbour_columns([&](ItemIdx item) { return titles_.neighbours(item); }, recent, as_of_,
                            rows, out, 0);
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = out.at(r) + kNeighbourColumnCount;
      x = write_basket(rows.item[r], basket, x);
      write_recent(rows.item[r], recent, x);
    }
  }

 private:
  /// The words that both titles have, by idf.
  struct Shared {
    float idf = 0;
    float rarest = 0;
  };

  [[nodiscard]] Shared shared_words(ItemIdx a, ItemIdx b) const {
    const auto left = catalog_.title_words.row(a.value);
    const auto right = catalog_.title_words.row(b.value);
    Shared shared;
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
      if (left[i] == right[j]) {
        shared.idf += idf_[left[i]];
        shared.rarest = std::max(shared.rarest, idf_[left[i]]);
      }
      const bool is_left_behind = left[i] <= right[j];
      const bool is_right_behind = right[j] <= left[i];
      i += is_left_behind ? 1 : 0;
      j += is_right_behind ? 1 : 0;
    }
    return shared;
  }

  [[nodiscard]] float title_idf(ItemIdx item) const {
    float total = 0;
    for (const auto word : catalog_.title_words.row(item.value)) total += idf_[word];
    return total;
  }

  float* write_basket(ItemIdx item, const std::vector<ItemIdx>& basket, float* x) const {
    float best = kUnknown;
    float total = 0;
    float n = 0;
    float rarest = 0;
    for (const auto other : basket) {
      if (other == item) continue;
      rarest = std::max(rarest, shared_words(item, other).rarest);
      if (catalog_.vector_dim == 0) continue;
      const float cosine = catalog_.cosine(item, other);
      best = n == 0 ? cosine : std::max(best, cosine);
      total += cosine;
      n += 1;
    }
    *x++ = best;
    *x++ = ratio(total, n);
    *x++ = rarest;
    return x;
  }

  void write_recent(ItemIdx item, const std::vector<const Touch*>& recent, float* x) const {
    const float own = title_idf(item);
    float most = 0;
    float rarest = 0;
    float to_last = kUnknown;
    for (const Touch* touch : recent) {
      if (touch->item == item) continue;
      const auto shared = shared_words(item, touch->item);
      if (std::isnan(to_last)) to_last = ratio(shared.idf, own);
      most = std::max(most, shared.idf);
      rarest = std::max(rarest, shared.rarest);
    }
    *x++ = to_last;
    *x++ = ratio(most, own);
    *x++ = rarest;
  }

  const Catalog& catalog_;
  const models::Titles& titles_;
  std::vector<float> idf_;
  TimeUs as_of_;
};

}  // namespace

std::vector<ColumnInfo> titles_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  add_neighbour_columns("cold", "title similarity of a cold product", columns);
  const ColumnInfo rest[] = {
      {"basket_cosine_max", "largest cosine of title vectors to the other products in the basket"},
      {"basket_cosine_mean", "mean of these"},
      {"basket_rarest", "idf of the rarest title word shared with one of them"},
      {"last_shared", "idf share of the title's words that the last other product has too"},
      {"recent_shared", "the largest such share over the last 10 products"},
      {"recent_rarest", "idf of the rarest title word shared with one of them"}};
  columns.insert(columns.end(), std::begin(rest), std::end(rest));
  return columns;
}

std::unique_ptr<FeatureGroup> make_titles_group(const FeatureContext& context) {
  return std::make_unique<TitlesGroup>(context);
}

}  // namespace vitrina::features
