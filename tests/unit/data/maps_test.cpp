#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/id_map.hpp"
#include "data/raw_log.hpp"
#include "data/shop_file.hpp"
#include "data/string_table.hpp"
#include "data/text_ranking.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"

namespace vitrina {
namespace {

TEST(StringTable, NumbersTextsByFirstAppearance) {
  StringTable table;
  EXPECT_EQ(table.intern("b"), 0U);
  EXPECT_EQ(table.intern("a"), 1U);
  EXPECT_EQ(table.intern("b"), 0U);
  EXPECT_EQ(table.intern(""), 2U);
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(table.text(2), "");
}

TEST(StringTable, KeepsItsCodesWhileItGrows) {
  StringTable table;
  constexpr std::uint32_t kTexts = 20'000;
  for (std::uint32_t i = 0; i < kTexts; ++i) ASSERT_EQ(table.intern(std::to_string(i * 7)), i);
  for (std::uint32_t i = 0; i < kTexts; ++i) {
    ASSERT_EQ(table.intern(std::to_string(i * 7)), i);
    ASSERT_EQ(table.text(i), std::to_string(i * 7));
  }
  EXPECT_EQ(table.size(), kTexts);
}

/// Texts of all short lengths and some long ones, again and again.
std::vector<std::string> many_texts() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 5000; ++i) {
    const std::size_t length = i % 41;
    texts.push_back(std::string(length, static_cast<char>('a' + i % 7)) + (i % 3 == 0 ? "x" : ""));
    texts.push_back(std::to_string(i * i % 997));
  }
  return texts;
}

TEST(StringTable, ManyAtATimeAreAsOneByOne) {
  const auto texts = many_texts();
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{9}, texts.size()}) {
    StringTable one_by_one;
    StringTable table;
    std::size_t n_taken = 0;
    table.intern_all(
        n, [&](std::size_t i) { return std::string_view(texts[i]); },
        [&](std::size_t i, std::uint32_t code) {
          EXPECT_EQ(i, n_taken++);
          EXPECT_EQ(code, one_by_one.intern(texts[i]));
        });
    EXPECT_EQ(n_taken, n);
    EXPECT_EQ(table.size(), one_by_one.size());
  }
}

TEST(TextRanking, IsTheOrderOfTheBytes) {
  auto texts = many_texts();
  // a common beginning, texts that differ behind its first eight bytes, or by zeros at the end only
  for (const auto* end : {"12345678a", "12345678b", "12345678", "\xff", "1234"}) {
    texts.emplace_back(end);
  }
  texts.emplace_back("1234\0", 5);
  for (const std::string prefix : {"", "shop-", "a-long-beginning-"}) {
    StringTable table;
    std::vector<char> used;
    std::set<std::string> expected;
    for (const auto& text : texts) {
      if (table.intern(prefix + text) < used.size()) continue;
      used.push_back(used.size() % 5 == 0 ? 0 : 1);
      if (used.back() != 0) expected.insert(prefix + text);
    }
    const auto ranking = rank_texts(table, used);
    EXPECT_EQ(std::vector<std::string>(ranking.sorted.begin(), ranking.sorted.end()),
              std::vector<std::string>(expected.begin(), expected.end()));
    for (std::uint32_t code = 0; code < table.size(); ++code) {
      if (used[code] == 0) {
        EXPECT_EQ(ranking.rank[code], kNoCode);
      } else {
        EXPECT_EQ(ranking.sorted[ranking.rank[code]], table.text(code));
      }
    }
  }
  EXPECT_TRUE(rank_texts(StringTable(), {}).sorted.empty());
}

TEST(StringTable, TextsMayHoldAnyByte) {
  StringTable table;
  const std::string_view with_zero("a\0b", 3);
  EXPECT_EQ(table.intern(with_zero), 0U);
  EXPECT_EQ(table.intern("a"), 1U);
  EXPECT_EQ(table.text(0), with_zero);
}

TEST(IdMap, FindsWhatItHas) {
  const UserMap map(std::vector<std::string_view>{"ann", "bob", "cat"});
  EXPECT_EQ(map.size(), 3U);
  EXPECT_EQ(map.find("bob"), UserIdx(1));
  EXPECT_EQ(map.external(UserIdx(2)), "cat");
  for (const auto* stranger : {"", "a", "bobby", "zoe"})
    EXPECT_FALSE(map.find(stranger)) << stranger;
  EXPECT_FALSE(UserMap().find("ann"));
}

TEST(IdMap, UnsortedOrRepeatedIdsAreABug) {
  using Texts = std::vector<std::string_view>;
  EXPECT_THROW(UserMap(Texts{"b", "a"}), Error);
  EXPECT_THROW(UserMap(Texts{"a", "a"}), Error);
}

class ShopFile : public testing::Test {
 protected:
  ShopFile() : path_(test::scratch("shop_file_test.vtr")) {}
  ~ShopFile() override { std::filesystem::remove(path_); }

  std::filesystem::path path_;
};

TEST_F(ShopFile, AShopComesBackAsItWas) {
  const auto shop =
      test::shop_of(test::random_events({.seed = 1}), test::random_catalog({.seed = 1}));
  save_shop(shop, path_);
  const auto bytes = read_file(path_);
  const auto loaded = load_shop(path_);
  EXPECT_EQ(loaded.users.texts().values, shop.users.texts().values);
  EXPECT_EQ(loaded.events.time, shop.events.time);
  EXPECT_EQ(loaded.events.item, shop.events.item);
  EXPECT_EQ(loaded.catalog.category, shop.catalog.category);
  EXPECT_EQ(loaded.catalog.vectors, shop.catalog.vectors);
  EXPECT_EQ(loaded.begin, shop.begin);
  EXPECT_EQ(loaded.end, shop.end);
  save_shop(loaded, path_);
  EXPECT_EQ(read_file(path_), bytes);
}

/// A shop whose parts do not fit together, although every checksum is right, is refused too.
TEST_F(ShopFile, IndicesOutOfRangeAreRefused) {
  const auto shop =
      test::shop_of(test::random_events({.seed = 1}), test::random_catalog({.seed = 1}));
  const auto expect_refused = [&](auto&& damage) {
    auto copy = shop;
    damage(copy);
    save_shop(copy, path_);
    try {
      (void)load_shop(path_);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    }
  };
  expect_refused([](Shop& s) { s.events.item[5] = ItemIdx(s.items.size()); });
  expect_refused([](Shop& s) { s.events.action[5] = static_cast<Action>(10); });
  expect_refused([](Shop& s) { s.events.offsets[1] = s.events.n_events() + 1; });
  expect_refused([](Shop& s) { s.events.offsets.pop_back(); });
  expect_refused([](Shop& s) { s.events.page.pop_back(); });
  expect_refused([](Shop& s) { s.catalog.category[0] = CategoryIdx(s.categories.size()); });
  expect_refused([](Shop& s) { s.catalog.price.pop_back(); });
  expect_refused([](Shop& s) { s.catalog.vectors.pop_back(); });
  expect_refused([](Shop& s) {
    s.catalog.title_words.values[0] = static_cast<std::uint32_t>(s.catalog.n_words());
  });
}

}  // namespace
}  // namespace vitrina
