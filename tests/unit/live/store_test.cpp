#include "live/store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace vitrina::live {
namespace {

Event view(TimeUs time, std::string_view product) {
  return {.time = time, .action = Action::kView, .product = product};
}

std::vector<std::string> products_of(const Store& store, Kind kind, std::string_view id) {
  std::vector<std::string> products;
  for (const auto& event : store.of(kind, id)) {
    products.emplace_back(event.product == kNoCode ? "" : store.product(event.product));
  }
  return products;
}

TEST(Store, KeepsEventsInOrderOfTimeHoweverTheyArrive) {
  Store store;
  for (const auto& [time, product] :
       std::vector<std::pair<TimeUs, const char*>>{{30, "c"}, {10, "a"}, {40, "d"}, {20, "b"}}) {
    EXPECT_TRUE(store.add(Kind::kUser, "u", view(time, product)));
  }
  EXPECT_EQ(products_of(store, Kind::kUser, "u"), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(store.n_events(), 4U);
  EXPECT_EQ(store.n_customers(), 1U);
}

TEST(Store, TheVerySameEventCountsOnce) {
  Store store;
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(10, "a")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(20, "a")));
  EXPECT_FALSE(store.add(Kind::kUser, "u", view(10, "a")));
  EXPECT_FALSE(store.add(Kind::kUser, "u", view(20, "a")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", view(10, "b")));
  EXPECT_TRUE(store.add(Kind::kUser, "u", {.time = 10, .product = "a", .page = 3}));
  EXPECT_TRUE(store.add(Kind::kUser, "u", {.time = 10, .product = "a", .device = "d"}));
  EXPECT_TRUE(store.add(Kind::kUser, "v", view(10, "a")));
  EXPECT_EQ(store.n_events(), 6U);
}

TEST(Store, UsersAndVisitsOfOneIdAreTwo) {
  Store store;
  store.add(Kind::kUser, "7", view(10, "a"));
  store.add(Kind::kVisit, "7", view(10, "b"));
  EXPECT_EQ(products_of(store, Kind::kUser, "7"), std::vector<std::string>{"a"});
  EXPECT_EQ(products_of(store, Kind::kVisit, "7"), std::vector<std::string>{"b"});
}

TEST(Store, ForgetsAllOfACustomerAndNothingElse) {
  Store store;
  store.add(Kind::kUser, "u", view(10, "a"));
  store.add(Kind::kUser, "u", view(20, "b"));
  store.add(Kind::kUser, "v", view(10, "a"));
  EXPECT_EQ(store.forget(Kind::kUser, "u"), 2U);
  EXPECT_EQ(store.forget(Kind::kUser, "u"), 0U);
  EXPECT_TRUE(store.of(Kind::kUser, "u").empty());
  EXPECT_EQ(store.of(Kind::kUser, "v").size(), 1U);
  EXPECT_EQ(store.n_events(), 1U);
  EXPECT_EQ(store.n_customers(), 1U);
}

TEST(Store, AnEventWithoutAProductIsKept) {
  Store store;
  store.add(Kind::kUser, "u", {.time = 10, .action = Action::kSearch});
  ASSERT_EQ(store.of(Kind::kUser, "u").size(), 1U);
  EXPECT_EQ(store.of(Kind::kUser, "u")[0].product, kNoCode);
  EXPECT_EQ(store.n_products(), 0U);
}

}  // namespace
}  // namespace vitrina::live
