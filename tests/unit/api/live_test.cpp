#include "vitrina/live.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"
#include "unit/api/aged_bundle_fixture.hpp"

// Given the bundle, the events and the moment, a live answer is that of the batch for the log of
// those events: products, order and expectations, to the bit.

namespace vitrina {
namespace {

LiveEvent told(const test::Event& event) {
  LiveEvent told{.user_id = event.user,
                 .action = std::string(name(event.action)),
                 .page = event.page,
                 .device = event.device,
                 .time = format_time(event.time)};
  if (!event.item.empty()) told.products = {event.item};
  return told;
}

class LiveTest : public AgedBundleTest {
 protected:
  static std::filesystem::path catalog() {
    const auto path = folder() / "today" / "catalog.csv";
    write_file(path, test::catalog_csv(products()));
    return path;
  }

  /// A service that was told every event, from the last to the first.
  static Live told_all(const LiveOptions& options = {}) {
    auto live = Live::open(folder() / "bundle", options);
    std::vector<LiveEvent> all;
    for (const auto& event : events()) all.push_back(told(event));
    std::reverse(all.begin(), all.end());
    live.add(all);
    return live;
  }

  /// A bundle that learned of the same log alone.
  static std::filesystem::path bare_bundle() {
    std::filesystem::create_directories(folder() / "bare");
    std::filesystem::copy_file(folder() / "old" / "train_actions.csv",
                               folder() / "bare" / "train_actions.csv",
                               std::filesystem::copy_options::overwrite_existing);
    FitOptions options;
    options.params = {{"train.min_positives", "1"}, {"train.rounds", "5"}};
    options.bundle = folder() / "bare_bundle";
    (void)fit(folder() / "bare", options);
    return options.bundle;
  }

  /// The batch's answers at a moment for everybody and for one who was never heard of.
  static std::map<std::string, Recommendation> batch(const std::string& at, bool with_catalog,
                                                     RecommendOptions options = {}) {
    const auto shop = folder() / "whole";
    std::filesystem::remove_all(shop);
    write_file(shop / "train_actions.csv", test::log_csv(events()));
    if (with_catalog) write_file(shop / "catalog.csv", test::catalog_csv(products()));
    options.at = at;
    options.max_users = 1000;
    options.only_users = {"never heard of"};
    for (const auto& event : events()) options.only_users->push_back(event.user);
    std::map<std::string, Recommendation> rows;
    for (const auto& row : Recommender::load(folder() / "bundle").recommend(shop, options)) {
      rows.emplace(row.user_id, row);
    }
    return rows;
  }

  static void expect_equal(const LiveAnswer& live, const Recommendation& batch) {
    std::vector<std::string> products;
    for (const auto& product : live.products) products.push_back(product.product_id);
    EXPECT_EQ(products, batch.products) << batch.user_id;
    EXPECT_EQ(live.expected_recall, batch.expected_recall) << batch.user_id;
    EXPECT_EQ(live.p_buy, batch.p_buy) << batch.user_id;
  }

  static void expect_as_batch(const Live& live, const std::string& at, bool with_catalog) {
    const auto expected = batch(at, with_catalog);
    ASSERT_GT(expected.size(), 30U);
    for (const auto& [user, row] : expected) {
      expect_equal(live.recommend({.user_id = user, .at = at}), row);
    }
  }

  /// From the moment the bundle had learned to the log's end.
  static std::vector<std::string> moments() {
    std::vector<std::string> moments;
    for (int m = 0; m < 6; ++m) moments.push_back(format_time(kLearned + m * 23 * kUsPerHour));
    return moments;
  }
};

TEST_F(LiveTest, AnswersAsTheBatchAtAnyMoment) {
  const auto live = told_all();
  for (const auto& at : moments()) expect_as_batch(live, at, false);
}

TEST_F(LiveTest, AnswersAsTheBatchWithACatalogOfToday) {
  const auto live = told_all({.catalog = catalog()});
  for (const auto& at : moments()) expect_as_batch(live, at, true);
}

TEST_F(LiveTest, AnswersAsTheBatchAfterARestartFromALog) {
  const auto shop = folder() / "restart";
  write_file(shop / "train_actions.csv", test::log_csv(events()));
  auto live = Live::open(folder() / "bundle");
  const auto n = live.add_log(shop);
  EXPECT_EQ(n, told_all().n_events());
  EXPECT_EQ(live.add_log(shop), 0U) << "the very same events count once";
  expect_as_batch(live, moments()[2], false);
}

TEST_F(LiveTest, AnswersAsTheBatchAfterSwaps) {
  auto live = told_all({.catalog = catalog()});
  live.swap(folder() / "bundle");
  expect_as_batch(live, moments()[1], false);
  live.swap(folder() / "bundle", catalog());
  expect_as_batch(live, moments()[1], true);
  const auto fingerprint = live.fingerprint();
  EXPECT_THROW(live.swap(folder() / "nowhere"), Error);
  EXPECT_EQ(live.fingerprint(), fingerprint);
  expect_as_batch(live, moments()[2], true);
}

TEST_F(LiveTest, AnswersAsTheBatchForAnIdThatEverybodyShares) {
  // several events a second, one of them where the newest that count begin
  constexpr TimeUs kEvents = 25'000;
  std::vector<test::Event> all;
  for (TimeUs e = 0; e < kEvents; ++e) {
    const auto p = static_cast<std::size_t>(e * e + e / 100) % products().size();
    all.push_back({.user = "guest",
                   .item = products()[p].id,
                   .time = test::kOpening + e / 7 * kUsPerSecond,
                   .action = e % 50 == 0 ? Action::kOrder : Action::kView,
                   .page = static_cast<std::uint32_t>(e % 3),
                   .device = {}});
  }
  const auto shop = folder() / "shared";
  write_file(shop / "train_actions.csv", test::log_csv(all));
  const auto at = moments()[1];
  RecommendOptions options;
  options.at = at;
  options.force_bundle = true;
  const auto expected = Recommender::load(folder() / "bundle").recommend(shop, options);
  ASSERT_EQ(expected.size(), 1U);
  auto live = Live::open(folder() / "bundle");
  EXPECT_GT(live.add_log(shop), 20'000U);
  expect_equal(live.recommend({.user_id = "guest", .at = at}), expected[0]);
  // some of them told of a visit
  auto other = Live::open(folder() / "bundle");
  std::vector<LiveEvent> parts;
  for (std::size_t e = 0; e < all.size(); ++e) {
    parts.push_back(told(all[e]));
    if (e % 3 == 0) std::swap(parts.back().user_id, parts.back().visit_id);
  }
  other.add(parts);
  expect_equal(other.recommend({.user_id = "guest", .visit_id = "guest", .at = at}), expected[0]);
}

TEST_F(LiveTest, ExcludesAsTheBatchDoes) {
  const auto live = told_all();
  const auto at = moments()[3];
  std::vector<std::string> popular;
  for (const auto& product : live.recommend({.at = at}).products) {
    popular.push_back(product.product_id);
  }
  ASSERT_GT(popular.size(), 3U);
  popular.resize(3);
  // a product that the bundle has never heard of, too
  const auto recommender = Recommender::load(folder() / "bundle");
  const std::set<std::string> known(recommender.products().begin(), recommender.products().end());
  for (const auto& event : events()) {
    if (!event.item.empty() && !known.contains(event.item)) popular.push_back(event.item);
  }
  ASSERT_GT(popular.size(), 3U);
  const auto expected = batch(at, false, {.exclude_products = popular});
  for (const auto& [user, row] : expected) {
    const auto answer = live.recommend({.user_id = user, .exclude = popular, .at = at});
    expect_equal(answer, row);
    for (const auto& product : answer.products) {
      EXPECT_EQ(std::count(popular.begin(), popular.end(), product.product_id), 0);
    }
  }
}

TEST_F(LiveTest, ProposesOnlyWhatItMay) {
  const auto live = told_all();
  const auto user = events().front().user;
  const auto at = moments().back();
  const auto all = live.recommend({.user_id = user, .k = 20, .at = at});
  const std::vector<std::string> two{all.products[5].product_id, all.products[1].product_id, "?"};
  const auto only = live.recommend({.user_id = user, .only = two, .at = at});
  ASSERT_EQ(only.products.size(), 2U);
  for (const auto& product : only.products) {
    EXPECT_EQ(std::count(two.begin(), two.end(), product.product_id), 1);
  }
  EXPECT_TRUE(live.recommend({.user_id = user, .only = std::vector<std::string>{}, .at = at})
                  .products.empty());
  std::set<std::string> touched;
  for (const auto& event : events()) {
    if (event.user == user && event.time < *parse_time(at)) touched.insert(event.item);
  }
  for (const auto& product :
       live.recommend({.user_id = user, .k = 20, .exclude_touched = true, .at = at}).products) {
    EXPECT_FALSE(touched.contains(product.product_id)) << product.product_id;
  }
}

TEST_F(LiveTest, WhoIsNotKnownIsNamedWhatSells) {
  const auto live = told_all();
  const auto at = moments()[2];
  const auto nobody = live.recommend({.at = at});
  EXPECT_EQ(nobody.fallback, "popular");
  EXPECT_EQ(nobody.products.size(), 6U);
  EXPECT_EQ(nobody.bundle, live.fingerprint());
  EXPECT_EQ(nobody.as_of, at);
  EXPECT_EQ(live.recommend({.user_id = "never heard of", .at = at}).products.size(), 6U);
  EXPECT_EQ(live.recommend({.user_id = events().front().user, .at = at}).fallback, "");
}

TEST_F(LiveTest, TheNextAnswerCountsAnEvent) {
  auto live = Live::open(folder() / "bundle");
  const auto product = live.recommend({.k = 20}).products.back().product_id;
  EXPECT_EQ(live.add({{.visit_id = "v", .action = "basket_add", .products = {product}}}), 1U);
  const auto answer = live.recommend({.visit_id = "v"});
  EXPECT_EQ(answer.fallback, "");
  EXPECT_EQ(answer.products.front().product_id, product);
  // who signs in brings the visit along
  EXPECT_EQ(live.recommend({.user_id = "u"}).fallback, "popular");
  EXPECT_EQ(live.recommend({.user_id = "u", .visit_id = "v"}).products.front().product_id, product);
  EXPECT_EQ(live.n_customers(), 1U);
  EXPECT_EQ(live.forget("v"), 0U) << "that is a visit";
  EXPECT_EQ(live.forget_visit("v"), 1U);
  EXPECT_EQ(live.recommend({.visit_id = "v"}).fallback, "popular");
  EXPECT_EQ(live.n_events(), 0U);
}

TEST_F(LiveTest, AProductFirstSeenNowIsProposedToWhoTouchedIt) {
  auto live = Live::open(folder() / "bundle");
  live.add({{.user_id = "u", .action = "basket_add", .products = {"new today", "and this"}}});
  std::set<std::string> proposed;
  for (const auto& product : live.recommend({.user_id = "u"}).products) {
    proposed.insert(product.product_id);
  }
  EXPECT_TRUE(proposed.contains("new today"));
  EXPECT_TRUE(proposed.contains("and this"));
  for (const auto& product : live.recommend({.user_id = "other"}).products) {
    EXPECT_NE(product.product_id, "new today");
  }
}

TEST_F(LiveTest, SaysWhatIsWrongAndTakesNothingIn) {
  auto live = Live::open(folder() / "bundle");
  const auto error_of = [&](const LiveEvent& event) -> std::string {
    try {
      live.add({{.user_id = "u", .action = "view", .products = {"p"}}, event});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(error_of({.action = "view"}),
            "event 1: visit_id: found '', expected the id of a customer or of a visit, in UTF-8");
  EXPECT_EQ(error_of({.user_id = "u", .action = "look"}),
            "event 1: action: found 'look', expected a name such as view, basket_add or order, or "
            "a code from 0 to 9");
  EXPECT_NE(error_of({.user_id = "u", .action = "0", .products = {"/*"}}).find("products"),
            std::string::npos);
  EXPECT_NE(error_of({.user_id = "u", .action = "0", .time = "soon"}).find("time: found 'soon'"),
            std::string::npos);
  EXPECT_NE(error_of({.user_id = "u", .action = "0", .time = "1969-01-01"}).find("1995"),
            std::string::npos);
  const auto ahead = format_time(live.now_us() + 2 * 60 * kUsPerSecond);
  EXPECT_NE(error_of({.user_id = "u", .action = "0", .time = ahead})
                .find("time: found '" + ahead + "', expected a time of the past; it is "),
            std::string::npos);
  EXPECT_EQ(live.n_events(), 0U);

  const auto code_of = [&](const LiveQuery& query) {
    try {
      (void)live.recommend(query);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInternal;
  };
  EXPECT_EQ(code_of({.k = 0}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({.k = 1001}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({.at = "soon"}), ErrorCode::kConfig);
  EXPECT_EQ(code_of({.at = format_time(kLearned - kUsPerDay)}), ErrorCode::kIncompatibleArtifact);
  EXPECT_THROW((void)Live::open(folder() / "bundle", {.time_zone = "Nowhere"}), Error);
  EXPECT_THROW((void)Live::open(folder() / "bundle", {.catalog = folder() / "nowhere"}), Error);
}

TEST_F(LiveTest, TimesWithAZoneAreTurnedToTheClock) {
  auto live = Live::open(folder() / "bundle", {.time_zone = "+03:00"});
  live.add({{.user_id = "u", .action = "view", .products = {"p"}, .time = "2024-03-12T10:00:00Z"}});
  EXPECT_EQ(live.recommend({.user_id = "u", .at = "2024-03-12T13:00:00"}).fallback, "popular");
  EXPECT_EQ(live.recommend({.user_id = "u", .at = "2024-03-12T13:00:01"}).fallback, "");
}

TEST_F(LiveTest, LogsAndEventsAreTurnedToOneClock) {
  std::string log = "user_id,action,date,products\n";
  log += "old,1,2024-03-12T13:00:00+03:00,p1\n";
  write_file(folder() / "zoned" / "train_actions.csv", log);
  write_file(folder() / "schema.yaml", "time_zone: '+05:00'\n");
  std::vector<std::string> warnings;
  const auto hour_of = [&](LiveOptions options) {
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
    auto live = Live::open(folder() / "bundle", options);
    live.add_log(folder() / "zoned");
    const auto of_log = live.events_of("old").at(0).time_us;
    live.add(
        {{.user_id = "new", .action = "view", .products = {"p"}, .time = "2024-03-12T10:00:00Z"}});
    EXPECT_EQ(live.events_of("new").at(0).time_us, of_log);
    return (of_log / kUsPerHour) % 24;
  };
  EXPECT_EQ(hour_of({}), 10);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("into the schema or give it as time_zone"), std::string::npos)
      << warnings[0];
  EXPECT_EQ(hour_of({.schema = folder() / "schema.yaml"}), 15);
  EXPECT_EQ(hour_of({.time_zone = "-02:00", .schema = folder() / "schema.yaml"}), 8);
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(LiveTest, AVisitOfAnotherUserSaysNothingOfWhoAsks) {
  auto live = Live::open(folder() / "bundle");
  live.add({{.user_id = "bob", .action = "order", .products = {"p001"}},
            {.visit_id = "tab", .action = "view", .products = {"p002"}}});
  const auto first = [&](const std::string& user) {
    return live.recommend({.user_id = user, .visit_id = "tab", .k = 1}).products.at(0).product_id;
  };
  EXPECT_EQ(first("ann"), "p002") << "a guest's visit is whoever's";
  live.link("tab", "bob");
  EXPECT_EQ(live.recommend({.user_id = "ann", .visit_id = "tab"}).fallback, "popular");
  EXPECT_EQ(live.recommend({.user_id = "bob", .visit_id = "tab"}).fallback, "");
  EXPECT_EQ(live.recommend({.visit_id = "tab"}).fallback, "");
}

TEST_F(LiveTest, AVisitHasOneUser) {
  auto live = Live::open(folder() / "bundle");
  EXPECT_TRUE(live.link("tab", "ann"));
  EXPECT_TRUE(live.link("tab", "ann"));
  EXPECT_FALSE(live.link("tab", "bob"));
}

TEST_F(LiveTest, WhatIsToldByAClockThatIsAheadCountsAtOnce) {
  auto live = Live::open(folder() / "bundle");
  const auto ahead = format_time(live.now_us() + 50 * kUsPerSecond) + "Z";
  live.add({{.user_id = "u", .action = "view", .products = {"p001"}, .time = ahead}});
  EXPECT_EQ(live.recommend({.user_id = "u"}).fallback, "");
  EXPECT_LT(live.events_of("u").at(0).time_us, live.now_us());
}

TEST_F(LiveTest, ALogThatIsAheadOfTheClockIsWarnedOf) {
  std::vector<std::string> warnings;
  auto live = Live::open(
      folder() / "bundle",
      {.answers_now = true, .on_warning = [&](const auto& text) { warnings.push_back(text); }});
  std::string log = "user_id,action,date,products\n";
  log += "u,1," + format_time(live.now_us() + kUsPerHour) + ",p1\nu,1,2024-03-12 10:00:00,p2\n";
  write_file(folder() / "ahead" / "train_actions.csv", log);
  live.add_log(folder() / "ahead");
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("log: 1 events are later than now, which is"), std::string::npos);
  EXPECT_NE(warnings[0].find("on the clock UTC"), std::string::npos);
}

TEST_F(LiveTest, ABundleWithoutACatalogTakesThePlaceOfNoneThatHasOne) {
  auto live = Live::open(folder() / "bundle", {.catalog = catalog()});
  const LiveQuery listed{.k = 3, .only_listed = true};
  EXPECT_EQ(live.recommend(listed).products.size(), 3U);
  const auto bare = bare_bundle();
  try {
    live.swap(bare);
    ADD_FAILURE() << "a bundle without a catalog was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIncompatibleArtifact);
    EXPECT_NE(std::string(error.what()).find("found no catalog"), std::string::npos);
  }
  EXPECT_EQ(live.recommend(listed).products.size(), 3U);
  live.swap(bare, catalog());
  EXPECT_EQ(live.recommend(listed).products.size(), 3U);
}

TEST_F(LiveTest, KnowsHowManyProductsOfEventsTheBundleKnows) {
  auto live = Live::open(folder() / "bundle");
  live.add({{.user_id = "u", .action = "view", .products = {"p001", "nobody's", "no one's"}}});
  EXPECT_EQ(live.known_products().named, 3U);
  EXPECT_EQ(live.known_products().known, 1U);
}

TEST_F(LiveTest, GoesOnBehindWhatWasToldBeforeARestart) {
  // the machine's clock was set back by an hour since
  auto live = Live::open(folder() / "bundle");
  const auto now = live.now_us();
  live.go_on_from(now - kUsPerDay);
  EXPECT_LT(live.now_us(), now + kUsPerHour);
  live.go_on_from(now + kUsPerHour);
  EXPECT_GT(live.now_us(), now + kUsPerHour);
  EXPECT_LT(live.now_us(), now + 2 * kUsPerHour);
}

TEST_F(LiveTest, ManyThreadsTellAndAskWhileBundlesAreSwapped) {
  auto live = Live::open(folder() / "bundle", {.catalog = catalog()});
  const auto at = moments()[2];
  const auto expected = batch(at, true);
  std::atomic<bool> is_done = false;
  std::atomic<int> n_wrong = 0;
  std::vector<std::thread> threads;
  std::vector<std::string> users;
  for (const auto& [user, row] : expected) users.push_back(user);
  constexpr std::size_t kTellers = 3;
  for (std::size_t t = 0; t < kTellers; ++t) {
    threads.emplace_back([&, t] {
      // a customer's events are told by one thread, answers are asked for in between
      for (const auto& event : events()) {
        if (std::hash<std::string>{}(event.user) % kTellers == t) live.add({told(event)});
      }
      for (std::size_t u = 0; u < users.size(); ++u) {
        if (std::hash<std::string>{}(users[u]) % kTellers != t) continue;
        const auto answer = live.recommend({.user_id = users[u], .at = at});
        std::vector<std::string> products;
        for (const auto& product : answer.products) products.push_back(product.product_id);
        if (products != expected.at(users[u]).products) ++n_wrong;
      }
    });
  }
  threads.emplace_back([&] {
    while (!is_done) live.swap(folder() / "bundle", catalog());
  });
  for (std::size_t t = 0; t < kTellers; ++t) threads[t].join();
  is_done = true;
  threads.back().join();
  EXPECT_EQ(n_wrong, 0);
}

}  // namespace
}  // namespace vitrina
