#include "bundle/bundle.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace vitrina::bundle
