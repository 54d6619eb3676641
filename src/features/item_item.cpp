#include "features/item_item.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

constexpr std::size_t kRecentProducts = 10;
constexpr double kVoteHalfLifeDays = 1;

class ItemItemGroup final : public FeatureGroup {
 public:
  explicit ItemItemGroup(const FeatureContext& context)
      : catalog_(context.shop.catalog),
        covisitation_(*context.models.covisitation),
        as_of_(context.as_of) {}

  void compute(const UserRows& rows, FeatureBlock out) const override {
    const auto recent = recent_touches(rows.history, kRecentProducts);
    std::size_t column = 0;
    for (std::size_t m = 0; m < models::kCovisitationCount; ++m, column += 2) {
      write_matrix(m, recent, rows, out, column);
    }
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      write_similarity(rows.item[r], recent, out.at(r) + column);
    }
  }

 private:
  /// Sum and maximum of the neighbours' weights over the user's recent products.
  void write_matrix(std::size_t matrix, const std::vector<const Touch*>& recent,
                    const UserRows& rows, FeatureBlock out, std::size_t column) const {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) std::fill_n(out.at(r) + column, 2, 0.0F);
    for (const Touch* touch : recent) {
      const float vote = decay(as_of_ - touch->last_time, kVoteHalfLifeDays);
      for (const auto& entry : covisitation_.neighbours(matrix, touch->item)) {
        const auto it = std::lower_bound(rows.item.begin(), rows.item.end(), entry.id);
        if (it == rows.item.end() || *it != entry.id) continue;
        float* x = out.at(static_cast<std::size_t>(it - rows.item.begin())) + column;
        x[0] += vote * entry.score;
        x[1] = std::max(x[1], entry.score);
      }
    }
  }

  void write_similarity(ItemIdx item, const std::vector<const Touch*>& recent, float* x) const {
    x[0] = kUnknown;
    x[1] = kUnknown;
    if (catalog_.vector_dim == 0) return;
    float total = 0;
    float n = 0;
    for (const Touch* touch : recent) {
      if (touch->item == item) continue;
      const float cosine = dot(catalog_.vector(item), catalog_.vector(touch->item));
      x[0] = n == 0 ? cosine : std::max(x[0], cosine);
      total += cosine;
      n += 1;
    }
    x[1] = ratio(total, n);
  }

  static float dot(std::span<const float> a, std::span<const float> b) {
    float sum = 0;
    for (std::size_t d = 0; d < a.size(); ++d) sum += a[d] * b[d];
    return sum;
  }

  const Catalog& catalog_;
  const models::Covisitation& covisitation_;
  TimeUs as_of_;
};

}  // namespace

std::vector<ColumnInfo> item_item_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto& spec : models::kCovisitationSpecs) {
    columns.push_back({fmt::format("{}_sum", spec.name),
                       "co-visitation with the last 10 products, half-life of a vote 1 day"});
    columns.push_back({fmt::format("{}_max", spec.name),
                       "strongest co-visitation with one of the last 10 products"});
  }
  columns.push_back(
      {"title_similarity_max", "largest cosine of title vectors to the last 10 others"});
  columns.push_back(
      {"title_similarity_mean", "mean cosine of title vectors to the last 10 others"});
  return columns;
}

std::unique_ptr<FeatureGroup> make_item_item_group(const FeatureContext& context) {
  return std::make_unique<ItemItemGroup>(context);
}

}  // namespace vitrina::features
