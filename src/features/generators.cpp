#include "features/generators.hpp"

#include "features/ages.hpp"
#include "features/column_table.hpp"

namespace vitrina::features {
namespace {

/// What one generator said of a product.
struct GeneratorRow {
  float score;
  std::uint16_t rank;
};

/// Columns of every generator, each name behind the generator's.
constexpr auto kOfGenerator = column_table(
    column("score", "score of the generator, 0 where not proposed",
           [](const GeneratorRow& row) { return row.score; }),
    column("rank", "place in the generator's list, 0 is the best", [](const GeneratorRow& row) {
      return row.rank == kNoRank ? kUnknown : static_cast<float>(row.rank);
    }));

/// Behind those of all generators; a row is the number of them that proposed the product.
constexpr auto kOfAll = column_table(
    column("votes", "generators that proposed the product", [](float votes) { return votes; }));

class GeneratorsGroup final : public FeatureGroup {
 public:
  explicit GeneratorsGroup(const FeatureContext& context)
      : n_generators_(context.generator_names.size()) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = out.at(r);
      float votes = 0;
      for (std::size_t g = 0; g < n_generators_; ++g) {
        const GeneratorRow row{rows.score[r * n_generators_ + g], rows.rank[r * n_generators_ + g]};
        x = kOfGenerator.write(row, x);
        votes += row.rank == kNoRank ? 0.0F : 1.0F;
      }
      kOfAll.write(votes, x);
    }
  }

 private:
  std::size_t n_generators_;
};

}  // namespace

std::vector<ColumnInfo> generators_columns(std::span<const std::string> generator_names) {
  std::vector<ColumnInfo> columns;
  for (const auto& name : generator_names) {
    for (const auto& info : kOfGenerator.infos()) {
      columns.push_back({name + "_" + info.name, info.meaning});
    }
  }
  kOfAll.describe(columns);
  return columns;
}

std::unique_ptr<FeatureGroup> make_generators_group(const FeatureContext& context) {
  return std::make_unique<GeneratorsGroup>(context);
}

}  // namespace vitrina::features
