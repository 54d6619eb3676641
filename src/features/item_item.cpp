#include "features/item_item.hpp"

#include <algorithm>

#include "features/ages.hpp"
#include "features/column_table.hpp"
#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

struct Similarity {
  float max = kUnknown;
  float mean = kUnknown;
};

/// Behind those of the neighbours.
constexpr auto kSimilarityColumns =
    column_table(column("title_similarity_max",
                        "largest cosine of title vectors to the user's last 10 products but itself",
                        [](const Similarity& row) { return row.max; }),
                 column("title_similarity_mean", "mean cosine of title vectors to them",
                        [](const Similarity& row) { return row.mean; }));

class ItemItemGroup final : public FeatureGroup {
 public:
  explicit ItemItemGroup(const FeatureContext& context)
      : catalog_(context.products.catalog), covisitation_(*context.models.covisitation) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    std::size_t column = 0;
    for (std::size_t m = 0; m < models::kCovisitationCount; ++m) {
      const auto neighbours_of = [&](ItemIdx item) { return covisitation_.neighbours(m, item); };
      write_neighbour_columns(neighbours_of, rows, out, column);
      column += kNeighbourColumnCount;
    }
    constexpr std::size_t kAhead = 4;
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      if (r + kAhead < rows.n_rows()) catalog_.prefetch_vector(rows.item[r + kAhead]);
      kSimilarityColumns.write(similarity(rows.item[r], rows.newest(kNeighbourProducts)),
                               out.at(r) + column);
    }
  }

 private:
  [[nodiscard]] Similarity similarity(ItemIdx item, std::span<const ItemIdx> recent) const {
    Similarity found;
    if (catalog_.vector_dim == 0) return found;
    float total = 0;
    float n = 0;
    for (const auto other : recent) {
      if (other == item) continue;
      const float cosine = catalog_.cosine(item, other);
      found.max = n == 0 ? cosine : std::max(found.max, cosine);
      total += cosine;
      n += 1;
    }
    found.mean = ratio(total, n);
    return found;
  }

  const Catalog& catalog_;
  const models::Covisitation& covisitation_;
};

}  // namespace

std::vector<ColumnInfo> item_item_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto& spec : models::kCovisitationSpecs) {
    add_neighbour_columns(spec.name, "co-visitation", columns);
  }
  kSimilarityColumns.describe(columns);
  return columns;
}

std::unique_ptr<FeatureGroup> make_item_item_group(const FeatureContext& context) {
  return std::make_unique<ItemItemGroup>(context);
}

}  // namespace vitrina::features
