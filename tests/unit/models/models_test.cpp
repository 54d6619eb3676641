#include <gtest/gtest.h>

#include <filesystem>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "models/model_set.hpp"
#include "support/engine_kit.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"
#include "support/text_shop.hpp"

namespace vitrina::models {
namespace {

FitContext context_of(const test::TextShop& shop) {
  return {shop.shop, shop.cut, kUsPerDay, 10, 5, 1};
}

std::string neighbours(const test::TextShop& shop, const Covisitation& model,
                       std::string_view matrix, std::string_view item) {
  for (std::size_t m = 0; m < kCovisitationCount; ++m) {
    if (kCovisitationSpecs[m].name != matrix) continue;
    const auto row = model.neighbours(m, shop.item(item));
    return shop.letters({row.begin(), row.end()});
  }
  return "no such matrix";
}

TEST(Covisitation, DirectionsFollowTheSpec) {
  const auto shop = test::text_shop("ann vA bB vC", "", kUsPerHour / 4);
  const auto model = Covisitation::fit(context_of(shop), {});
  EXPECT_EQ(neighbours(shop, model, "click_to_buy_1h", "A"), "B");
  EXPECT_EQ(neighbours(shop, model, "click_to_buy_1h", "B"), "");  // nothing was bought after it
  EXPECT_EQ(neighbours(shop, model, "click_to_buy_1h", "C"), "");
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "A"), "BC");
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "C"), "BA");
  EXPECT_EQ(neighbours(shop, model, "bought_together_14d", "B"), "");
}

TEST(Covisitation, EventsFurtherApartThanTheWindowDoNotMeet) {
  const auto shop = test::text_shop("ann bA bB . bC", "", kUsPerDay);
  const auto model = Covisitation::fit(context_of(shop), {});
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "A"), "B");  // exactly a day
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "B"), "A");  // C is two days away
  EXPECT_EQ(neighbours(shop, model, "bought_together_14d", "A"), "BC");
}

TEST(Covisitation, OnlyTheLastEventsArePaired) {
  const auto shop = test::text_shop("ann vA vB vC vD");
  const auto model = Covisitation::fit(context_of(shop), {.max_events = 2});
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "A"), "");
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "C"), "D");
}

TEST(Covisitation, DampingFavoursTheRare) {
  // B is met by everybody, C by those who saw A only
  const auto shop = test::text_shop(R"(
    u1 vA vB vC | .
    u2 vD vB .  | .
    u3 vE vB .  | .
    u4 vF vB .  | .
  )");
  const auto plain = Covisitation::fit(context_of(shop), {.popularity_damping = 0});
  const auto damped = Covisitation::fit(context_of(shop), {.popularity_damping = 1});
  EXPECT_EQ(neighbours(shop, plain, "seen_together_1h", "A"), "BC");
  EXPECT_EQ(neighbours(shop, damped, "seen_together_1h", "A"), "CB");
}

TEST(Covisitation, KeepsAsManyNeighboursAsAsked) {
  const auto shop = test::text_shop("ann vA vB vC vD vE");
  const auto model = Covisitation::fit(context_of(shop), {.neighbours = 2});
  EXPECT_EQ(neighbours(shop, model, "seen_together_1h", "C"), "BD");
}

std::string voted(const test::TextShop& shop, const Sessions& model, std::string_view user) {
  std::string letters;
  for (const auto& vote :
       model.votes(test::history_of(shop.shop.events, shop.user(user), shop.cut))) {
    letters += shop.shop.items.external(vote.item);
  }
  return letters;
}

TEST(Sessions, ASilenceOfMoreThanHalfAnHourEndsAVisit) {
  const auto shop = test::text_shop(R"(
    u1  vA vB .  vC vD . . | .
    u2  .  vA i  .  vE . . | .
    u3  vF vF .  .  .  . . | .
    ann .  .  .  .  .  . vA | .
    bob .  .  .  .  .  . vC | .
    cat .  .  .  .  .  . vF | .
  )",
                                    "", 16 * 60 * kUsPerSecond);
  const auto model = Sessions::fit(context_of(shop), {});
  EXPECT_EQ(model.n_sessions(), 2U);  // AB and CD; a visit with one product is none
  EXPECT_EQ(voted(shop, model, "ann"), "AB");
  EXPECT_EQ(voted(shop, model, "bob"), "CD");
  EXPECT_EQ(voted(shop, model, "cat"), "");
}

TEST(Sessions, TheNewestVisitsAreAskedTheMostSimilarVote) {
  const auto shop = test::text_shop(R"(
    u1  vABC .    .    .    .    . .  .  | .
    u2  .    .    vAD  .    .    . .  .  | .
    u3  .    .    .    .    vAE  . .  .  | .
    ann .    .    .    .    .    . vB vA | .
  )");
  const auto voters = [&](int recent, int neighbours) {
    const auto model =
        Sessions::fit(context_of(shop), {.recent_sessions = recent, .neighbours = neighbours});
    const auto votes = voted(shop, model, "ann");
    return votes;
  };
  EXPECT_EQ(voters(10, 10), "BCDE");  // A is in every visit: it says nothing
  EXPECT_EQ(voters(1, 10), "E");
  EXPECT_EQ(voters(2, 10), "DE");
  EXPECT_EQ(voters(10, 1), "BC");
  EXPECT_EQ(voters(10, 2), "BCE");  // D's visit is as similar as E's and older
}

TEST(Popularity, TiesGoToMoreUsersThenToTheId) {
  const auto shop = test::text_shop(R"(
    u1 vB vA vC vC
    u2 .  .  .  .
  )");
  // all views of one weight and no decay to speak of: C has two, A and B one each
  const auto model = Popularity::fit(context_of(shop), {.half_life_days = 365});
  EXPECT_EQ(model.position(shop.item("C")), 0U);
  const auto even = test::text_shop("u1 vBA\nu2 vB");
  PopularityConfig worthless;
  worthless.view_weight = 0;
  const auto ranked = Popularity::fit(context_of(even), worthless);
  EXPECT_EQ(ranked.position(even.item("B")), 0U);  // equal scores of 0: two users against one
  EXPECT_EQ(ranked.stats(even.item("B")).score, 0.0F);
}

TEST(Popularity, DecayFavoursTheNew) {
  const auto shop = test::text_shop("u1 oAA . . . oB .\nu2 oA . . . . .", "", kUsPerDay);
  const auto fast = Popularity::fit(context_of(shop), {.half_life_days = 1});
  const auto slow = Popularity::fit(context_of(shop), {.half_life_days = 300});
  EXPECT_EQ(fast.position(shop.item("B")), 0U);
  EXPECT_EQ(slow.position(shop.item("A")), 0U);
}

TEST(OwnHistory, TooFewBuyersKeepTheBuiltInRule) {
  const test::RandomShop config{.seed = 1};
  const auto shop = test::shop_of(test::random_events(config));
  const FitContext context{shop, shop.end, kUsPerDay, 10, 5, 1};
  const auto kept = OwnHistory::fit(context, {.min_buyers = 1'000'000});
  EXPECT_EQ(kept.rule().weight, DecayRule{}.weight);
  EXPECT_EQ(kept.n_buyers(), 0U);
  const auto learned = OwnHistory::fit(context, {.min_buyers = 1});
  EXPECT_GT(learned.n_buyers(), 10U);
}

TEST(OwnHistory, LearningIsNoWorseThanTheBuiltInRule) {
  // one day is held out; what was learned before it must find at least as much of it as a rule
  // that looks at likes first, which people of this shop never order
  const auto shop = test::text_shop(R"(
    u1  vAlBCDE  oA  vClADEF  oC  vFlABDE  oF  vBlACDE | oB
    u2  vBlACDE  oB  vDlABCE  oD  vAlBCDF  oA  vElABCD | oE
  )",
                                    "", kUsPerDay);
  const FitContext context{shop.shop, shop.cut, kUsPerDay, 10, 5, 1};
  const auto learned = OwnHistory::fit(context, {.min_buyers = 1});
  const auto first_of = [&](const OwnHistory& model, std::string_view user) {
    const auto history = test::history_of(shop.shop.events, shop.user(user), shop.cut);
    return shop.letters(model.rank(history, 1));
  };
  EXPECT_EQ(first_of(learned, "u1"), "B");
  EXPECT_EQ(first_of(learned, "u2"), "E");
  EXPECT_NE(first_of(OwnHistory(), "u1"), "B");
}

TEST(ModelSet, ModelsThatDoNotFitTheShopAreRefused) {
  const auto shop = test::shop_of(test::random_events({.seed = 2}));
  const auto larger = test::shop_of(test::random_events({.seed = 2, .n_items = 60}));
  ASSERT_GT(larger.items.size(), shop.items.size());
  const auto path = test::scratch("model_set_test.vtr");
  for (const auto kind : test::all_models()) {
    // these two know no products
    if (kind == ModelKind::kOwnHistory || kind == ModelKind::kCalendar) continue;
    const ModelKind wanted[] = {kind};
    save_models(test::fit_at(shop, shop.end, wanted), path);
    try {
      (void)load_models(path, larger);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    }
  }
  std::filesystem::remove(path);
}

TEST(ModelSet, AModelThatTheFileDoesNotSpeakOfIsAbsent) {
  const auto shop = test::shop_of(test::random_events({.seed = 1}));
  const auto path = test::scratch("no_models.vtr");
  ArchiveWriter("older", 1).write(path);
  EXPECT_EQ(count(load_models(ArchiveReader(path, "older", 1), shop)), 0U);
  std::filesystem::remove(path);
}

TEST(ModelSet, EveryModelHasAParameterSection) {
  for (const auto& section : model_sections()) {
    EXPECT_TRUE(section.name.starts_with("models.")) << section.name;
    EXPECT_FALSE(section.fields.empty()) << section.name;
  }
  EXPECT_EQ(model_sections().size(), test::all_models().size());
}

}  // namespace
}  // namespace vitrina::models
