#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "support/random_shop.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/recommender.hpp"

// A customer's answer depends on the bundle, the moment and the customer's own events, and on
// nobody else: however customers are dealt to logs, the answers are the same to the bit.

namespace vitrina {
namespace {

namespace fs = std::filesystem;

/// The bundle is a few days old: later events name products that it does not know, and so does a
/// catalog of today.
class PartitionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder() = fs::path(testing::TempDir()) / fmt::format("partition.{}", ::getpid());
    const test::RandomShop config{.seed = 11, .n_users = 60, .n_events = 2500};
    events() = test::random_events(config);
    products() = test::random_catalog(config);
    auto old_products = products();
    old_products.resize(old_products.size() * 3 / 4);
    std::set<std::string> hidden;
    for (std::size_t p = old_products.size(); p < products().size(); ++p) {
      hidden.insert(products()[p].id);
    }
    std::vector<test::Event> old_events;
    for (const auto& event : events()) {
      if (event.time < kLearned && !hidden.contains(event.item)) old_events.push_back(event);
    }
    write_file(folder() / "old" / "train_actions.csv", test::log_csv(old_events));
    write_file(folder() / "old" / "catalog.csv", test::catalog_csv(old_products));
    FitOptions options;
    options.params = {{"train.min_positives", "1"},
                      {"train.min_leaf_rows", "5"},
                      {"train.min_leaf_hessian", "0.01"},
                      {"train.rounds", "5"},
                      {"choose.k", "6"}};
    options.bundle = folder() / "bundle";
    (void)fit(folder() / "old", options);
  }
  static void TearDownTestSuite() { fs::remove_all(folder()); }

  /// The answers for a log with the events of the users for which `holds(user)`, by user.
  template <class Holds>
  static std::map<std::string, Recommendation> answers(const std::string& name, bool with_catalog,
                                                       const Holds& holds) {
    std::vector<test::Event> some;
    for (const auto& event : events()) {
      if (holds(event.user)) some.push_back(event);
    }
    const auto shop = folder() / name;
    fs::remove_all(shop);
    write_file(shop / "train_actions.csv", test::log_csv(some));
    if (with_catalog) write_file(shop / "catalog.csv", test::catalog_csv(products()));
    RecommendOptions options;
    options.at = "2024-03-12T07:30:00";
    options.max_users = 1000;
    options.force_bundle = true;  // of a small part it may know few products
    std::map<std::string, Recommendation> rows;
    for (const auto& row : Recommender::load(folder() / "bundle").recommend(shop, options)) {
      rows.emplace(row.user_id, row);
    }
    return rows;
  }

  static constexpr TimeUs kLearned = test::kOpening + 7 * kUsPerDay;

  static fs::path& folder() {
    static fs::path path;
    return path;
  }
  static std::vector<test::Event>& events() {
    static std::vector<test::Event> all;
    return all;
  }
  static std::vector<test::Product>& products() {
    static std::vector<test::Product> all;
    return all;
  }
};

void expect_equal(const Recommendation& found, const Recommendation& expected) {
  EXPECT_EQ(found.products, expected.products) << found.user_id;
  EXPECT_EQ(found.expected_recall, expected.expected_recall) << found.user_id;
  EXPECT_EQ(found.p_buy, expected.p_buy) << found.user_id;
}

TEST_F(PartitionTest, FourPartsAnswerAsOneLog) {
  for (const bool with_catalog : {false, true}) {
    SCOPED_TRACE(with_catalog ? "with a catalog" : "without a catalog");
    const auto whole = answers("whole", with_catalog, [](const std::string&) { return true; });
    ASSERT_GT(whole.size(), 30U);
    std::size_t n = 0;
    for (std::uint64_t part = 0; part < 4; ++part) {
      for (const auto& [user, row] : answers("part", with_catalog, [&](const std::string& id) {
             return mix64(hash_text(id)) % 4 == part;
           })) {
        ASSERT_TRUE(whole.contains(user));
        expect_equal(row, whole.at(user));
        ++n;
      }
    }
    EXPECT_EQ(n, whole.size());
  }
}

TEST_F(PartitionTest, EachCustomerAloneAnswersAsInOneLog) {
  const auto whole = answers("whole", true, [](const std::string&) { return true; });
  std::size_t n = 0;
  for (const auto& [user, row] : whole) {
    if (++n > 12) break;
    const auto alone = answers("alone", true, [&](const std::string& id) { return id == user; });
    ASSERT_EQ(alone.size(), 1U);
    expect_equal(alone.at(user), row);
  }
}

TEST_F(PartitionTest, ProductsThatCameLaterAreAmongTheAnswers) {
  const auto bundle = Recommender::load(folder() / "bundle");
  const std::set<std::string> known(bundle.products().begin(), bundle.products().end());
  std::size_t n_new = 0;
  for (const auto& [user, row] : answers("whole", true, [](const std::string&) { return true; })) {
    for (const auto& product : row.products) n_new += known.contains(product) ? 0 : 1;
  }
  EXPECT_GT(n_new, 0U) << "the test would not see their order";
}

}  // namespace
}  // namespace vitrina
