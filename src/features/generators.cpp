#include "features/generators.hpp"

#include "features/ages.hpp"

namespace vitrina::features {
namespace {

class GeneratorsGroup final : public FeatureGroup {
 public:
  explicit GeneratorsGroup(const FeatureContext& context)
      : n_generators_(context.generator_names.size()) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      float* x = out.at(r);
      float votes = 0;
      for (std::size_t g = 0; g < n_generators_; ++g) {
        const auto rank = rows.rank[r * n_generators_ + g];
        *x++ = rows.score[r * n_generators_ + g];
        *x++ = rank == kNoRank ? kUnknown : static_cast<float>(rank);
        votes += rank == kNoRank ? 0.0F : 1.0F;
      }
      *x = votes;
    }
  }

 private:
  std::size_t n_generators_;
};

}  // namespace

std::vector<ColumnInfo> generators_columns(std::span<const std::string> generator_names) {
  std::vector<ColumnInfo> columns;
  for (const auto& name : generator_names) {
    columns.push_back({name + "_score", "score of the generator, 0 where not proposed"});
    columns.push_back({name + "_rank", "place in the generator's list, 0 is the best"});
  }
  columns.push_back({"votes", "generators that proposed the product"});
  return columns;
}

std::unique_ptr<FeatureGroup> make_generators_group(const FeatureContext& context) {
  return std::make_unique<GeneratorsGroup>(context);
}

}  // namespace vitrina::features
