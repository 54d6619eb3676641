#include "features/trends.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "features/ages.hpp"
#include "models/popularity_ranking.hpp"

namespace vitrina::features {
namespace {

/// Windows of 1, 3 and 7 days: positions in models::kPopularityDays.
constexpr std::array<std::size_t, 3> kWindows{0, 1, 2};
constexpr std::array<std::string_view, 3> kWindowNames{"1d", "3d", "7d"};

/// Prior of the growth rates, in the score of this many views.
constexpr float kPrior = 1;

class TrendsGroup final : public FeatureGroup {
 public:
  explicit TrendsGroup(const FeatureContext& context) {
    const auto& catalog = context.products.catalog;
    // the default weights, not the model's: a column keeps its meaning whatever is tuned
    const models::PopularityConfig weights;
    for (std::size_t w = 0; w < kWindows.size(); ++w) {
      const models::PopularityRanking ranking(*context.models.popularity, weights, catalog,
                                              kWindows[w]);
      auto& window = windows_[w];
      window.score.resize(catalog.n_items());
      window.rank.assign(catalog.n_items(), static_cast<float>(ranking.ranking().size()));
      window.category_rank.assign(catalog.n_items(), kUnknown);
      for (std::size_t i = 0; i < catalog.n_items(); ++i) {
        window.score[i] = ranking.score(ItemIdx(i));
        const auto category = catalog.category[i];
        if (category.valid()) {
          window.category_rank[i] = static_cast<float>(ranking.in_category(category).size());
        }
      }
      fill_ranks(ranking.ranking(), window.rank);
      for (std::size_t c = 0; c < catalog.n_categories; ++c) {
        fill_ranks(ranking.in_category(CategoryIdx(c)), window.category_rank);
      }
    }
  }

  void compute(const UserRows& rows, FeatureBlock out, Scratch& /*scratch*/) const override {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) {
      const std::size_t i = rows.item[r].value;
      float* x = out.at(r);
      for (const auto& window : windows_) {
        *x++ = window.score[i];
        *x++ = window.rank[i];
        *x++ = window.category_rank[i];
      }
      *x++ = (windows_[0].score[i] * 3 + kPrior) / (windows_[1].score[i] + kPrior);
      *x++ = (windows_[1].score[i] * 7 + 3 * kPrior) / (windows_[2].score[i] * 3 + 3 * kPrior);
    }
  }

 private:
  struct Window {
    std::vector<float> score;
    std::vector<float> rank;
    std::vector<float> category_rank;
  };

  static void fill_ranks(std::span<const ItemIdx> ranking, std::vector<float>& rank) {
    for (std::size_t p = 0; p < ranking.size(); ++p) {
      rank[ranking[p].value] = static_cast<float>(p);
    }
  }

  std::array<Window, kWindows.size()> windows_;
};

}  // namespace

std::vector<ColumnInfo> trends_columns(std::span<const std::string> /*generator_names*/) {
  std::vector<ColumnInfo> columns;
  for (const auto window : kWindowNames) {
    columns.push_back(
        {fmt::format("score_{}", window),
         fmt::format("views, additions and orders of all users, weighted, window {}", window)});
    columns.push_back({fmt::format("rank_{}", window),
                       "place in the shop by that score, the last one shared by all with none"});
    columns.push_back({fmt::format("category_rank_{}", window), "the same in its category"});
  }
  columns.push_back({"growth_3d", "score of the last day over the mean day of the last 3"});
  columns.push_back({"growth_7d", "mean day of the last 3 over the mean day of the last 7"});
  return columns;
}

std::unique_ptr<FeatureGroup> make_trends_group(const FeatureContext& context) {
  return std::make_unique<TrendsGroup>(context);
}

}  // namespace vitrina::features
