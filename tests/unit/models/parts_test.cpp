#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/rng.hpp"
#include "models/fixed_point.hpp"
#include "models/model_set.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"
#include "support/text_shop.hpp"

// Fitting does not depend on how customers are dealt to parts, on the order in which parts are
// merged, or on the order of customers.

namespace vitrina::models {
namespace {

/// The kinds that can be fitted in parts; those that are on by default are among them.
std::vector<ModelKind> kinds_by_parts() {
  std::vector<ModelKind> kinds;
  for (const auto& row : registry()) {
    if (row.by_parts) kinds.push_back(row.kind);
  }
  return kinds;
}

/// A shop of some of the customers, in that order, with what parts share.
Shop part_of(const Shop& whole, std::span<const UserIdx> users) {
  Shop part;
  static_cast<ProductSpace&>(part) = whole;
  part.begin = whole.begin;
  part.end = whole.end;
  for (const auto user : users) {
    part.users.append({whole.users.external(user)});
    const auto events = whole.events.of(user);
    auto& to = part.events;
    to.time.insert(to.time.end(), events.time.begin(), events.time.end());
    to.item.insert(to.item.end(), events.item.begin(), events.item.end());
    to.action.insert(to.action.end(), events.action.begin(), events.action.end());
    to.page.insert(to.page.end(), events.page.begin(), events.page.end());
    to.device.insert(to.device.end(), events.device.begin(), events.device.end());
    to.offsets.push_back(to.time.size());
  }
  return part;
}

std::vector<UserIdx> shuffled_users(const Shop& shop, Rng& rng) {
  std::vector<UserIdx> users;
  for (std::size_t u = 0; u < shop.users.size(); ++u) users.emplace_back(u);
  test::shuffle(users, rng);
  return users;
}

/// Every customer in one of the parts, which may be empty.
std::vector<Shop> dealt(const Shop& shop, std::size_t n_parts, Rng& rng) {
  std::vector<std::vector<UserIdx>> users(n_parts);
  for (const auto user : shuffled_users(shop, rng)) users[rng.below(n_parts)].push_back(user);
  std::vector<Shop> parts;
  for (const auto& some : users) parts.push_back(part_of(shop, some));
  return parts;
}

FitContext context_of(const Shop& shop, TimeUs cut) { return {shop, cut, kUsPerDay, 20, 10, 2}; }

ModelSet fit_in_parts(const std::vector<Shop>& shops, TimeUs cut, const ParamMap& params,
                      Rng& rng) {
  std::vector<PartialSet> parts;
  for (const auto& shop : shops) {
    parts.push_back(map_part(context_of(shop, cut), kinds_by_parts(), params));
  }
  test::shuffle(parts, rng);
  while (parts.size() > 1) {  // any two, not one after another into the first
    const std::size_t into = rng.below(parts.size() - 1);
    merge_parts(parts[into], std::move(parts.back()));
    parts.pop_back();
    test::shuffle(parts, rng);
  }
  return finish_models(context_of(part_of(shops.front(), {}), cut), params,
                       std::move(parts.front()));
}

std::string bytes_of(const ModelSet& models) {
  const auto path = test::scratch("parts_test.vtr");
  save_models(models, path);
  auto bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

struct World {
  Shop shop;
  TimeUs cut;
  ParamMap params = test::small_shop_params();

  explicit World(std::uint64_t seed) {
    // with an even seed own history samples the customers
    const test::RandomShop config{
        .seed = seed, .n_users = 150, .n_items = 300, .n_events = 6000, .days = 20};
    shop = test::shop_of(test::random_events(config), test::random_catalog(config));
    cut = shop.end - 2 * kUsPerDay;
    params["models.own_history.max_pairs"] = seed % 2 == 0 ? "1000" : "100000";
  }

  [[nodiscard]] ModelSet fit(const Shop& of) const {
    SilentProgress progress;
    return fit_models(context_of(of, cut), kinds_by_parts(), params, progress);
  }
};

TEST(Parts, AnyPartsMergedInAnyOrderGiveTheSameBytes) {
  for (const auto seed : test::property_seeds(4)) {
    const World world(seed);
    const auto models = world.fit(world.shop);
    EXPECT_GT(models.own_history->n_buyers(), 10U);
    EXPECT_TRUE(models.repurchase->is_known());
    EXPECT_GT(models.popularity->ranking().size(), 100U);
    const auto whole = bytes_of(models);
    Rng rng(seed, 1);
    for (const std::size_t n_parts : {1, 2, 5, 5}) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << n_parts << " parts");
      const auto parts = dealt(world.shop, n_parts, rng);
      EXPECT_TRUE(bytes_of(fit_in_parts(parts, world.cut, world.params, rng)) == whole);
    }
  }
}

TEST(Parts, AnotherOrderOfCustomersGivesTheSameBytes) {
  for (const auto seed : test::property_seeds(4)) {
    SCOPED_TRACE(seed);
    const World world(seed);
    Rng rng(seed, 2);
    const auto other = part_of(world.shop, shuffled_users(world.shop, rng));
    ASSERT_NE(other.users.text(0), world.shop.users.text(0));
    EXPECT_TRUE(bytes_of(world.fit(other)) == bytes_of(world.fit(world.shop)));
  }
}

TEST(Parts, ModelsThatNeedAllCustomersAtOnceAreRefused) {
  const auto shop = test::text_shop("ann vA bB");
  for (const auto& row : registry()) {
    if (row.by_parts) continue;
    const ModelKind wanted[] = {ModelKind::kPopularity, row.kind};
    try {
      (void)map_part(context_of(shop.shop, shop.cut), wanted, {});
      ADD_FAILURE() << row.name << " was not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kConfig);
      EXPECT_NE(std::string(error.what()).find(row.name), std::string::npos) << error.what();
    }
  }
}

TEST(Parts, CountsStayExactWhereFloatsStopCounting) {
  constexpr std::uint64_t kFloatsEnd = std::uint64_t{1} << 24U;
  const auto shop = test::text_shop("ann vA oA");
  const auto context = context_of(shop.shop, shop.cut);
  PopularityCounts one(context, 3);
  auto many = one.items().front();
  many.events[0][0] = kFloatsEnd;
  many.n_users = kFloatsEnd;
  PopularityCounts sum(std::vector{many});
  sum.merge(one);
  sum.merge(one);
  EXPECT_EQ(sum.items().front().events[0][0], kFloatsEnd + 2);
  EXPECT_EQ(sum.items().front().n_users, kFloatsEnd + 2);
  EXPECT_EQ(sum.items().front().decayed[2], 3 * one.items().front().decayed[2]);
  EXPECT_EQ(Popularity::finish(context, {}, sum).stats(ItemIdx(0)).n_users,
            static_cast<float>(kFloatsEnd + 2));
}

template <class Call>
void expect_overflow(Call&& call) {
  try {
    call();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfResources);
  }
}

TEST(Parts, SumsThatMightOverflowAreRefused) {
  EXPECT_NO_THROW(fixed_point::check_addends(fixed_point::kMaxAddends, "events"));
  expect_overflow([] { fixed_point::check_addends(fixed_point::kMaxAddends + 1, "events"); });

  // in a log of 100,000 years two million waits fit, three do not
  auto shop = test::text_shop("ann oA").shop;
  shop.begin = 0;
  const FitContext context{shop, from_days(36.5e6), kUsPerDay, 20, 10, 1};
  auto waits = Repurchase::map(context, {});
  waits.of_products.resize(2'000'000);
  EXPECT_NO_THROW((void)Repurchase::finish(context, {}, waits));
  waits.of_products.resize(3'000'000);
  expect_overflow([&] { (void)Repurchase::finish(context, {}, waits); });
}

TEST(FixedPoint, WeightsAreTheNearestWholeNumberOfUnits) {
  using fixed_point::from_weight;
  EXPECT_EQ(from_weight(0.0), 0);
  EXPECT_EQ(from_weight(1.0), std::int64_t{1} << 32U);
  EXPECT_EQ(from_weight(0x1p-32), 1);
  EXPECT_EQ(from_weight(0x1.8p-33), 1);
  EXPECT_EQ(from_weight(0x1p-34), 0);
  for (double weight = 1; weight > 1e-9; weight *= 0.7) {
    EXPECT_NEAR(fixed_point::to_weight(static_cast<std::uint64_t>(from_weight(weight))), weight,
                0x1p-33);
    EXPECT_NEAR(fixed_point::to_weight(fixed_point::fine_from_weight(weight)), weight, 0x1p-61);
  }
}

}  // namespace
}  // namespace vitrina::models
