#include "features/sessions.hpp"

namespace vitrina::features {
namespace {

class SessionsGroup final : public FeatureGroup {
 public:
  explicit SessionsGroup(const FeatureContext& context) : sessions_(*context.models.sessions) {}

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    const auto votes = sessions_.votes(rows.history);
    auto vote = votes.begin();
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      while (vote != votes.end() && vote->item < rows.item[r]) ++vote;
      const bool is_voted = vote != votes.end() && vote->item == rows.item[r];
      float* x = out.at(r);
      x[0] = is_voted ? vote->score : 0.0F;
      x[1] = is_voted ? static_cast<float>(vote->n_sessions) : 0.0F;
      x[2] = is_voted ? vote->best_similarity : 0.0F;
    }
  }

 private:
  const models::Sessions& sessions_;
};

}  // namespace

std::vector<ColumnInfo> sessions_columns(std::span<const std::string> /*generator_names*/) {
  return {{"vote_sum", "votes of the neighbour visits of others (VMIS-kNN)"},
          {"n_neighbours", "neighbour visits that have the product"},
          {"best_similarity", "similarity of the nearest neighbour visit that has the product"}};
}

std::unique_ptr<FeatureGroup> make_sessions_group(const FeatureContext& context) {
  return std::make_unique<SessionsGroup>(context);
}

}  // namespace vitrina::features
