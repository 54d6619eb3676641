#include "features/item_item.hpp"

#include <algorithm>

#include "features/ages.hpp"
#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

class ItemItemGroup final : public FeatureGroup {
 public:
  explicit ItemItemGroup(const FeatureContext& context)
      : catalog_(context.shop.catalog),
        covisitation_(*context.models.covisitation),
        as_of_(context.as_of) {}

  void compute(const UserRows& rows, FeatureBlock out) const override {
    const auto recent = recent_touches(rows.history, kNeighbourProducts);
    std::size_t column = 0;
    for (std::size_t m = 0; m < models::kCovisitationCount; ++m) {
      const auto neighbours_of = [&](ItemIdx item) { return covisitation_.neighbours(m, item); };
      write_neighbour_columns(neighbours_of, recent, as_of_, rows, out, column);
      column += kNeighbourColumnCount;
    }
    constexpr std::size_t kAhead = 4;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) catalog_.prefetch_vector(rows.item[r + kAhead]);
      write_similarity(rows.item[r], recent, out.at(r) + column);
    }
  }

 private:
  void write_similarity(ItemIdx item, const std::vector<const Touch*>& recent, float* x) const {
    x[0] = kUnknown;
    x[1] = kUnknown;
    if (catalog_.vector_dim == 0) return;
    float total = 0;
    float n = 0;
    for (const Touch* touch : recent) {
      if (touch->item == item) continue;
      const float cosine = catalog_.cosine(item, touch->item);
      x[0] = n == 0 ? cosine : std::max(x[0], cosine);
      total += cosine;
      n += 1;
    }
    x[1] = ratio(total, n);
  }

  const Catalog& catalog_;
  const models::Covisitation& covisitation_;
  TimeUs as_of_;
};

}  // namespace

std::vector<ColumnInfo> item_item_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto& spec : models::kCovisitationSpecs) {
    add_neighbour_columns(spec.name, "co-visitation", columns);
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
