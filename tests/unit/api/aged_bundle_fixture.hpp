#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "support/random_shop.hpp"
#include "vitrina/fit.hpp"
#include "vitrina/recommender.hpp"

namespace vitrina {

/// The bundle is a few days old: later events name products that it does not know, and so does a
/// catalog of today.
class AgedBundleTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder() =
        std::filesystem::path(testing::TempDir()) / fmt::format("aged_bundle.{}", ::getpid());
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
  static void TearDownTestSuite() { std::filesystem::remove_all(folder()); }

  /// The answers for a log with the events of the users for which `holds(user)`, by user.
  template <class Holds>
  static std::map<std::string, Recommendation> answers(const std::string& name, bool with_catalog,
                                                       const Holds& holds) {
    std::vector<test::Event> some;
    for (const auto& event : events()) {
      if (holds(event.user)) some.push_back(event);
    }
    const auto shop = folder() / name;
    std::filesystem::remove_all(shop);
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

  static std::filesystem::path& folder() {
    static std::filesystem::path path;
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

}  // namespace vitrina
