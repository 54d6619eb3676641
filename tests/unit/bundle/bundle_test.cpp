#include "bundle/bundle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bundle/manifest.hpp"
#include "core/file.hpp"
#include "unit/api/aged_bundle_fixture.hpp"

namespace vitrina::bundle {
namespace {

class BundleTest : public AgedBundleTest {};

TEST_F(BundleTest, APartThatThePackingProgramDidNotKnowIsOff) {
  const auto old = folder() / "of_an_older_program";
  std::filesystem::copy(folder() / "bundle", old);
  const auto current = Bundle::load(old);
  EXPECT_EQ(current.params().at("candidates.popular.enabled"), "true");

  auto json = nlohmann::ordered_json::parse(read_file(old / "params.json"));
  json.erase("candidates.popular.enabled");
  json.erase("candidates.popular.limit");
  write_file(old / "params.json", json.dump());
  write_manifest(old, {"models.vtr", "params.json", "products.vtr", "ranker.vtr"},
                 current.learned());
  EXPECT_EQ(Bundle::load(old).params().at("candidates.popular.enabled"), "false");
  EXPECT_EQ(Bundle::load(old).params().at("candidates.basket_now.enabled"), "true");
}

TEST_F(BundleTest, BuyersAreExpectedByTheWeekdaysThatAreAskedAbout) {
  const auto bundle = Bundle::load(folder() / "bundle");
  const auto& buyers = bundle.ranker().buyers();
  const auto& calendar = *bundle.models().calendar;
  ASSERT_TRUE(buyers.is_fitted());
  EXPECT_EQ(bundle.buyers_at(buyers.from()).probability(0.1),
            buyers.in_traffic(1).probability(0.1));
  const TimeUs length = buyers.to() - buyers.from();
  double least = 1;
  double most = 0;
  for (int day = 0; day < 7; ++day) {
    const TimeUs as_of = buyers.to() + day * kUsPerDay;
    const double traffic =
        calendar.traffic(as_of, as_of + length) / calendar.traffic(buyers.from(), buyers.to());
    const double found = bundle.buyers_at(as_of).probability(0.1);
    EXPECT_EQ(found, buyers.in_traffic(traffic).probability(0.1));
    EXPECT_EQ(bundle.buyers_at(as_of + 7 * kUsPerDay).probability(0.1), found);
    least = std::min(least, found);
    most = std::max(most, found);
  }
  EXPECT_LT(least, most);
}

}  // namespace
}  // namespace vitrina::bundle
