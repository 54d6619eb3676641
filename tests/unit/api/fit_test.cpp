#include "vitrina/fit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "command/layout.hpp"
#include "core/file.hpp"
#include "data/shop_file.hpp"
#include "models/model_set.hpp"
#include "pipeline/folds.hpp"
#include "unit/api/recommender_fixture.hpp"

namespace vitrina {
namespace {

class RecommenderFitTest : public RecommenderTest {};

/// What run() of the suite was told. One thread: the thread sanitizer does not see how OpenMP's
/// threads in LightGBM wait for each other, and takes an hour to drop what it then believes.
FitOptions fit_options() {
  return {.params = {{"choose.max_users", "20"},
                     {"choose.k", "8"},
                     {"train.min_positives", "1"},
                     {"train.min_leaf_rows", "5"},
                     {"train.rounds", "5"}},
          .threads = 1};
}

TEST_F(RecommenderFitTest, LearnsAsTheCommandDoes) {
  auto options = fit_options();
  options.seed = 0;  // that of the suite's context
  EXPECT_EQ(fit(path("shop"), options).fingerprint(), load().fingerprint());
  options.bundle = path("bundle-of-log");
  const auto from_file = fit(path("log/train_actions.csv"), options);
  EXPECT_EQ(Recommender::load(options.bundle).fingerprint(), from_file.fingerprint());
  auto stream = stream_of(event_table());
  EXPECT_EQ(fit(&stream, nullptr, options).fingerprint(), from_file.fingerprint());
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_NE(from_file.fingerprint(), load().fingerprint());
}

TEST_F(RecommenderFitTest, NamesTheNeighboursThatTheModelsHave) {
  auto options = fit_options();
  options.workspace = path("kept");
  const auto recommender = fit(path("shop"), options);
  const auto shop = load_shop(options.workspace / command::kShopFile);
  const auto models =
      models::load_models(command::models_file(options.workspace, pipeline::kFinalFold), shop);
  ASSERT_TRUE(models.covisitation.has_value());
  std::size_t n_neighbours = 0;
  for (std::size_t matrix = 0; matrix < models::kCovisitationCount; ++matrix) {
    const std::string by(models::kCovisitationSpecs[matrix].name);
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      const auto expected = models.covisitation->neighbours(matrix, ItemIdx(i));
      const auto found = recommender.similar(std::string(shop.items.text(i)), 1000, by);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t n = 0; n < found.size(); ++n) {
        EXPECT_EQ(found[n].product_id, shop.items.external(expected[n].id));
        EXPECT_EQ(found[n].weight, expected[n].score);
      }
      n_neighbours += found.size();
    }
  }
  EXPECT_GT(n_neighbours, 100U);
  EXPECT_THROW(std::ignore = recommender.similar("nothing"), Error);
  EXPECT_THROW(std::ignore = recommender.similar(std::string(shop.items.text(0)), 0), Error);
}

}  // namespace
}  // namespace vitrina
