#include "io/log_schema.hpp"

#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using LogSchemaTest = ScratchTest;

TEST_F(LogSchemaTest, DefaultsAreTheNamesAndCodesOfTheCase) {
  const LogSchema schema;
  EXPECT_EQ(schema.user, "user_id");
  EXPECT_EQ(schema.page, "pageId");
  EXPECT_EQ(schema.actions.at("5"), Action::kOrder);
  EXPECT_EQ(schema.actions.at("basket_page"), Action::kBasketPage);
  EXPECT_EQ(schema.actions.count("10"), 0U);
}

TEST_F(LogSchemaTest, ReadsNamesCodesAndUnit) {
  const auto path = put("map.yaml",
                        "columns:\n  user: client\n  products: sku\n"
                        "date_unit: ms\n"
                        "actions:\n  purchase: order\n  3: view\n"
                        "catalog:\n  product: sku\n  vector: v\n");
  const auto schema = read_schema(path);
  EXPECT_EQ(schema.user, "client");
  EXPECT_EQ(schema.products, "sku");
  EXPECT_EQ(schema.date, "date");
  EXPECT_EQ(schema.date_unit, DateUnit::kMilliseconds);
  const ActionCodes expected{{"purchase", Action::kOrder}, {"3", Action::kView}};
  EXPECT_EQ(schema.actions, expected);
  EXPECT_EQ(schema.catalog.product, "sku");
  EXPECT_EQ(schema.catalog.vector, "v");
}

TEST_F(LogSchemaTest, NamesTheLineAndTheNearestOfUnknownKeys) {
  EXPECT_TRUE(says(error_of([&] { read_schema(put("a.yaml", "columns:\n  usr: x\n")); }),
                   ErrorCode::kConfig, "a.yaml:2: columns: unknown key 'usr'"));
  EXPECT_TRUE(says(error_of([&] { read_schema(put("a.yaml", "colums: {}\n")); }),
                   ErrorCode::kConfig, "did you mean 'columns'"));
  EXPECT_TRUE(says(error_of([&] { read_schema(put("a.yaml", "actions:\n  x: ordr\n")); }),
                   ErrorCode::kConfig, "did you mean 'order'"));
}

TEST_F(LogSchemaTest, RefusesWhatIsNotASchema) {
  const auto refuse = [&](std::string_view text) {
    return error_of([&] { read_schema(put("bad.yaml", text)); });
  };
  EXPECT_TRUE(says(refuse("- a\n"), ErrorCode::kConfig, "expected a map"));
  EXPECT_TRUE(says(refuse("a: [\n"), ErrorCode::kConfig, "bad.yaml:2: not valid YAML"));
  EXPECT_TRUE(says(refuse("date_unit: weeks\n"), ErrorCode::kConfig, "expected s, ms, us or ns"));
  EXPECT_TRUE(says(refuse("columns:\n  user: a\n  user: b\n"), ErrorCode::kConfig, "given twice"));
  EXPECT_TRUE(says(refuse("columns:\n  user:\n"), ErrorCode::kConfig, "expected a single value"));
  EXPECT_TRUE(says(refuse("actions:\n  \"a\\nb\": [1]\n"), ErrorCode::kConfig,
                   "bad.yaml:2: actions.a\\x0ab: expected a single value"));
  EXPECT_TRUE(says(error_of([&] { read_schema(folder_ / "none.yaml"); }), ErrorCode::kMissingInput,
                   "none.yaml"));
}

}  // namespace
}  // namespace vitrina::io
