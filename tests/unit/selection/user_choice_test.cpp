#include "selection/user_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "core/topk.hpp"

namespace vitrina::selection {
namespace {

using Entry = Scored<ItemIdx>;

Entry offer(std::size_t item, float w) { return {ItemIdx(item), w}; }

void add(UserChoice<Entry>& choice, std::size_t user, const std::vector<Entry>& offers) {
  choice.add(UserIdx(user), offers);
}

std::vector<std::uint32_t> users_of(const Choice<Entry>& choice) {
  std::vector<std::uint32_t> users;
  users.reserve(choice.users.size());
  for (const UserIdx user : choice.users) users.push_back(user.value);
  return users;
}

std::vector<std::uint32_t> items_of(const Choice<Entry>& choice, std::size_t row) {
  std::vector<std::uint32_t> items;
  for (const Entry& entry : choice.items.row(row)) items.push_back(entry.id.value);
  return items;
}

TEST(UserChoice, TakesTheLargestSumsOfTheKLargest) {
  UserChoice<Entry> choice({.max_users = 2, .k = 2});
  add(choice, 0, {offer(1, 0.1F), offer(2, 0.1F), offer(3, 0.1F)});      // 0.2 with two products
  add(choice, 1, {offer(1, 0.25F)});                                     // 0.25
  add(choice, 2, {offer(4, 0.0625F), offer(5, 0.25F), offer(6, 0.5F)});  // 0.75
  const auto chosen = choice.finish();
  EXPECT_EQ(users_of(chosen), (std::vector<std::uint32_t>{2, 1}));
  EXPECT_EQ(chosen.score_sum, (std::vector<double>{0.75, 0.25}));
  EXPECT_EQ(items_of(chosen, 0), (std::vector<std::uint32_t>{6, 5}));
  EXPECT_EQ(items_of(chosen, 1), (std::vector<std::uint32_t>{1}));
}

TEST(UserChoice, TiesGoToTheSmallerUserAndTheFirstOffer) {
  UserChoice<Entry> choice({.max_users = 2, .k = 1});
  add(choice, 7, {offer(9, 0.5F), offer(3, 0.5F)});
  add(choice, 5, {offer(8, 0.5F)});
  add(choice, 6, {offer(2, 0.5F)});
  const auto chosen = choice.finish();
  EXPECT_EQ(users_of(chosen), (std::vector<std::uint32_t>{5, 6}));
  UserChoice<Entry> one({.max_users = 1, .k = 1});
  add(one, 7, {offer(9, 0.5F), offer(3, 0.5F)});
  EXPECT_EQ(items_of(one.finish(), 0), (std::vector<std::uint32_t>{9}));
  UserChoice<Entry> three({.max_users = 1, .k = 3});
  add(three, 7, {offer(9, 0.5F), offer(3, 0.5F), offer(4, 0.75F), offer(1, 0.5F)});
  EXPECT_EQ(items_of(three.finish(), 0), (std::vector<std::uint32_t>{4, 9, 3}));
}

TEST(UserChoice, SumsAreTakenInDoubles) {
  // In floats, 1 + 2^-24 is 1: both users would tie and the smaller index would win.
  UserChoice<Entry> choice({.max_users = 1, .k = 2});
  add(choice, 0, {offer(1, 1.0F)});
  add(choice, 1, {offer(1, 1.0F), offer(2, 0x1.0p-24F)});
  EXPECT_EQ(users_of(choice.finish()), (std::vector<std::uint32_t>{1}));
}

TEST(UserChoice, FewerUsersThanPlacesAreAllSent) {
  UserChoice<Entry> choice({.max_users = 10, .k = 3});
  add(choice, 4, {offer(1, 0.0F)});
  add(choice, 2, {});
  const auto chosen = choice.finish();
  EXPECT_EQ(users_of(chosen), (std::vector<std::uint32_t>{4}));
  EXPECT_TRUE(choice.finish().users.empty());
}

TEST(UserChoice, RulesDecideWhoAndWhat) {
  Rules rules;
  rules.only_users = bitmap<UserIdx>(4, {UserIdx(0), UserIdx(1), UserIdx(2)});
  rules.excluded_users = bitmap<UserIdx>(4, {UserIdx(1)});
  rules.excluded_items = bitmap<ItemIdx>(8, {ItemIdx(5)});
  UserChoice<Entry> choice({.max_users = 10, .k = 2}, rules);
  add(choice, 0, {offer(5, 0.9F), offer(6, 0.2F), offer(7, 0.1F)});
  add(choice, 1, {offer(6, 0.9F)});
  add(choice, 2, {offer(5, 0.9F)});  // nothing is left
  add(choice, 3, {offer(6, 0.9F)});
  add(choice, 9, {offer(6, 0.9F)});  // past the bitmap
  const auto chosen = choice.finish();
  EXPECT_EQ(users_of(chosen), (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(items_of(chosen, 0), (std::vector<std::uint32_t>{6, 7}));
}

TEST(UserChoice, NobodyIsSentWhenOnlyUsersIsEmpty) {
  Rules rules;
  rules.only_users.emplace();
  UserChoice<Entry> choice({.max_users = 10, .k = 2}, rules);
  add(choice, 0, {offer(6, 0.9F)});
  EXPECT_TRUE(choice.finish().users.empty());
}

TEST(UserChoice, CarriesTheCallersFields) {
  struct Named {
    ItemIdx id;
    float score;
    std::string source;
  };
  UserChoice<Named> choice({.max_users = 1, .k = 1});
  const std::vector<Named> offers{{ItemIdx(1), 0.1F, "popular"}, {ItemIdx(2), 0.2F, "basket"}};
  choice.add(UserIdx(0), offers);
  EXPECT_EQ(choice.finish().items.row(0)[0].source, "basket");
}

/// Random offers with many ties: w is a multiple of 1/8.
std::vector<std::vector<Entry>> random_offers(std::size_t n_users, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::vector<Entry>> offers(n_users);
  for (auto& row : offers) {
    for (std::size_t item = 0; item < 12; ++item) {
      if (rng.chance(0.6)) row.push_back(offer(item, static_cast<float>(rng.below(8)) / 8.0F));
    }
  }
  return offers;
}

template <class T>
void shuffle(std::vector<T>& values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

void expect_equal(const Choice<Entry>& a, const Choice<Entry>& b) {
  EXPECT_EQ(a.users, b.users);
  EXPECT_EQ(a.score_sum, b.score_sum);
  EXPECT_EQ(a.items.offsets, b.items.offsets);
  EXPECT_EQ(a.items.values, b.items.values);
}

TEST(UserChoice, OrderOfUsersAndOfUnequalProductsDoesNotMatter) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    auto offers = random_offers(40, seed);
    const ChoiceLimits limits{.max_users = 10, .k = 4};
    UserChoice<Entry> plain(limits);
    for (std::size_t u = 0; u < offers.size(); ++u) add(plain, u, offers[u]);

    Rng rng(seed, 1);
    std::vector<std::size_t> order;
    order.reserve(offers.size());
    for (std::size_t u = 0; u < offers.size(); ++u) order.push_back(u);
    shuffle(order, rng);
    UserChoice<Entry> shuffled(limits);
    for (const std::size_t u : order) {
      std::ranges::stable_sort(offers[u], {}, &Entry::score);
      add(shuffled, u, offers[u]);
    }
    expect_equal(plain.finish(), shuffled.finish());
  }
}

TEST(UserChoice, MergedPartsAreTheWhole) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const auto offers = random_offers(40, seed);
    const ChoiceLimits limits{.max_users = 10, .k = 4};
    UserChoice<Entry> whole(limits);
    std::vector<UserChoice<Entry>> parts(3, UserChoice<Entry>(limits));
    for (std::size_t u = 0; u < offers.size(); ++u) {
      add(whole, u, offers[u]);
      add(parts[u % 3], u, offers[u]);
    }
    parts[2].merge(std::move(parts[0]));
    parts[2].merge(std::move(parts[1]));
    expect_equal(whole.finish(), parts[2].finish());
  }
}

TEST(UserChoice, BrokenOffersAreRefused) {
  UserChoice<Entry> choice({.max_users = 3, .k = 2});
  EXPECT_THROW(add(choice, 0, {offer(1, std::numeric_limits<float>::quiet_NaN())}), Error);
  EXPECT_THROW(add(choice, 0, {offer(1, 0.5F), offer(1, 0.5F)}), Error);
  add(choice, 0, {offer(1, 0.5F)});
  add(choice, 0, {offer(2, 0.5F)});
  EXPECT_THROW(choice.finish(), Error);
}

TEST(UserChoice, NoPlacesMeanNoRows) {
  UserChoice<Entry> choice({.max_users = 0, .k = 2});
  add(choice, 0, {offer(1, 0.5F)});
  EXPECT_TRUE(choice.finish().users.empty());
}

}  // namespace
}  // namespace vitrina::selection
