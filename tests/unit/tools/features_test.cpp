#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "features/feature_group.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "tools/tools.hpp"

namespace vitrina::tools {
namespace {

using Json = nlohmann::ordered_json;

Json printed() {
  std::ostringstream out;
  command::Context context;
  context.out = &out;
  features_command().run(context);
  return Json::parse(out.str());
}

/// Names of the columns; all of them, or those that are on by default.
std::vector<std::string> columns_of(const Json& json, bool only_on) {
  std::vector<std::string> names;
  for (const auto& group : json.at("groups")) {
    for (const auto& column : group.at("columns")) {
      if (!only_on || column.at("on").get<bool>()) names.push_back(column.at("name"));
    }
  }
  return names;
}

TEST(Features, AreTheEnginesColumns) {
  const auto shop = test::shop_of(test::random_events({}), test::random_catalog({}));
  const auto models = test::fit_at(shop, shop.end);
  const auto json = printed();
  const engine::Engine everything(shop, models, test::everything_on());
  EXPECT_EQ(columns_of(json, false), everything.column_names());
  EXPECT_EQ(json.at("columns"), everything.column_names().size());
  const engine::Engine by_default(shop, models, {});
  EXPECT_EQ(columns_of(json, true), by_default.column_names());
  EXPECT_EQ(json.at("columns_on"), by_default.column_names().size());
}

TEST(Features, AreManyAndExplained) {
  const auto json = printed();
  EXPECT_GE(json.at("columns").get<int>(), 150);
  const auto names = columns_of(json, false);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  ASSERT_EQ(json.at("groups").size(), vitrina::features::registry().size());
  for (const auto& group : json.at("groups")) {
    EXPECT_FALSE(group.at("scope").get<std::string>().empty()) << group;
    EXPECT_FALSE(group.at("summary").get<std::string>().empty()) << group;
    for (const auto& column : group.at("columns")) {
      EXPECT_FALSE(column.at("meaning").get<std::string>().empty()) << column;
    }
  }
}

TEST(Features, SayWhatEachGroupReads) {
  const auto json = printed();
  for (const auto& group : json.at("groups")) {
    const auto text = group.at("as_of").get<std::string>();
    EXPECT_NE(text.find("before as_of"), std::string::npos) << text;
    EXPECT_EQ(text.find("catalog") != std::string::npos, group.at("reads_catalog").get<bool>());
    for (const auto& model : group.at("needs")) {
      EXPECT_NE(text.find(model.get<std::string>()), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace vitrina::tools
