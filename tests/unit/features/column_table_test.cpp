#include "features/column_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace vitrina::features {
namespace {

struct Row {
  float price;
  std::array<std::array<float, 3>, 2> count;
};

constexpr auto kColumns = column_table(
    column("price", "what it costs", [](const Row& row) { return row.price; }),
    each<2>(each<3>(column(
                [](std::size_t a, std::size_t w) {
                  return ColumnInfo{"count_" + std::to_string(a) + std::to_string(w), "events"};
                },
                [](const Row& row, std::size_t a, std::size_t w) { return row.count[a][w]; })),
            column([](std::size_t a) { return ColumnInfo{"all_" + std::to_string(a), "all"}; },
                   [](const Row& row, std::size_t a) {
                     return row.count[a][0] + row.count[a][1] + row.count[a][2];
                   })),
    column("twice", "twice the price", [](const Row& row) { return 2 * row.price; }));

TEST(ColumnTable, HasTheMembersOfAFamilyInTurn) {
  static_assert(kColumns.size() == 10);
  const auto infos = kColumns.infos();
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const auto& info : infos) names.push_back(info.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"price", "count_00", "count_01", "count_02", "all_0",
                                      "count_10", "count_11", "count_12", "all_1", "twice"}));
  EXPECT_EQ(infos.front().meaning, "what it costs");
  EXPECT_EQ(infos[4].meaning, "all");
}

TEST(ColumnTable, WritesEveryValueAtThePlaceOfItsName) {
  const Row row{5, {{{1, 2, 4}, {8, 16, 32}}}};
  std::vector<float> x(kColumns.size() + 1, -1);
  EXPECT_EQ(kColumns.write(row, x.data()), x.data() + kColumns.size());
  EXPECT_EQ(x, (std::vector<float>{5, 1, 2, 4, 7, 8, 16, 32, 56, 10, -1}));
}

TEST(ColumnTable, FollowsWhatIsThere) {
  std::vector<ColumnInfo> columns{{"first", "already there"}};
  kColumns.describe(columns);
  ASSERT_EQ(columns.size(), 1 + kColumns.size());
  EXPECT_EQ(columns[1].name, "price");
}

}  // namespace
}  // namespace vitrina::features
