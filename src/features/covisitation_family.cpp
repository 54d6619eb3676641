#include "features/covisitation_family.hpp"

#include "features/neighbour_columns.hpp"

namespace vitrina::features {
namespace {

class CovisitationFamilyGroup final : public FeatureGroup {
 public:
  explicit CovisitationFamilyGroup(const FeatureContext& context)
      : family_(*context.models.covisitation_family) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    for (std::size_t m = 0; m < models::kCovisitationFamilyCount; ++m) {
      const auto neighbours_of = [&](ItemIdx item) { return family_.neighbours(m, item); };
      write_neighbour_columns(neighbours_of, rows, out, m * kNeighbourColumnCount);
    }
  }

 private:
  const models::CovisitationFamily& family_;
};

}  // namespace

std::vector<ColumnInfo> covisitation_family_columns(
    std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto& spec : models::kCovisitationFamilySpecs) {
    add_neighbour_columns(spec.name, "co-visitation", columns);
  }
  return columns;
}

std::unique_ptr<FeatureGroup> make_covisitation_family_group(const FeatureContext& context) {
  return std::make_unique<CovisitationFamilyGroup>(context);
}

}  // namespace vitrina::features
