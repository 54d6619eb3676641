#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "core/rng.hpp"
#include "unit/api/aged_bundle_fixture.hpp"

// A customer's answer depends on the bundle, the moment and the customer's own events, and on
// nobody else: however customers are split into logs, the answers are the same to the bit.

namespace vitrina {
namespace {

class PartitionTest : public AgedBundleTest {};

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
