#include "data/log_checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/action.hpp"
#include "core/error.hpp"
#include "support/warnings_only.hpp"

namespace vitrina {
namespace {

/// A log of `n_views` views and `n_orders` orders of one product, and rows of unknown actions.
RawLog log_of(int n_views, int n_orders, const TextTally& unknown = {}) {
  RawLog log;
  const auto item = log.items.intern("p");
  for (int i = 0; i < n_views + n_orders; ++i) {
    log.user.push_back(0);
    log.action.push_back(
        static_cast<std::uint8_t>(code(i < n_views ? Action::kView : Action::kOrder)));
    log.item.push_back(item);
  }
  log.counts.unknown_actions = unknown;
  log.counts.add(BadRow::kUnknownAction, unknown.total());
  log.counts.rows_read = log.action.size() + unknown.total();
  return log;
}

std::string error_of(const RawLog& log, LogUse use) {
  test::WarningsOnly progress;
  try {
    check_actions(log, use, progress);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
    return error.what();
  }
  return "";
}

TEST(TextTally, TellsTheMostFrequentFirst) {
  TextTally tally;
  for (const auto* text : {"b", "a", "b", "", "c\n"}) tally.add(text);
  EXPECT_EQ(describe(tally), "'b' 2, empty 1, 'a' 1, " + describe([] {
                               TextTally other;
                               other.add("c\n");
                               return other;
                             }()));
  EXPECT_EQ(describe(tally, 2), "'b' 2, empty 1 and 2 more values");
  EXPECT_EQ(tally.total(), 5U);
}

TEST(TextTally, IsBounded) {
  TextTally tally;
  for (std::size_t i = 0; i < 3 * TextTally::kMaxTexts; ++i) tally.add(std::to_string(i));
  EXPECT_EQ(tally.by_count().size(), TextTally::kMaxTexts);
  EXPECT_EQ(tally.n_others(), 2 * TextTally::kMaxTexts);
  EXPECT_EQ(tally.total(), 3 * TextTally::kMaxTexts);
  EXPECT_EQ(describe(tally, 1), "'0' 1 and over 999 more values");

  // 59 bytes and a letter of two: the letter is left out whole
  TextTally cut;
  cut.add(std::string(TextTally::kMaxBytes - 1, 'x') + "\u0416\u0416");
  EXPECT_EQ(cut.by_count()[0].first, std::string(TextTally::kMaxBytes - 1, 'x'));
}

TEST(LogChecks, WithoutOrdersTheUnknownActionsAreNamed) {
  TextTally unknown;
  unknown.add("purchase", 12);
  unknown.add("", 1);
  for (const auto use : {LogUse::kLearn, LogUse::kAnswer}) {
    const auto error = error_of(log_of(30, 0, unknown), use);
    EXPECT_NE(error.find("found view 30; 13 rows"), std::string::npos) << error;
    EXPECT_NE(error.find("'purchase' 12, empty 1"), std::string::npos) << error;
    EXPECT_NE(error.find("--schema"), std::string::npos) << error;
  }
}

TEST(LogChecks, WithoutOrdersABundleStillAnswers) {
  EXPECT_NE(error_of(log_of(30, 0), LogUse::kLearn).find("no order"), std::string::npos);
  test::WarningsOnly progress;
  check_actions(log_of(30, 0), LogUse::kAnswer, progress);
  ASSERT_EQ(progress.warnings.size(), 1U);
  EXPECT_NE(progress.warnings[0].find("no order"), std::string::npos);
}

TEST(LogChecks, WithoutOrdersTheRowsOfImplausibleDatesAreSaid) {
  auto log = log_of(30, 0);
  log.counts.add(BadRow::kImplausibleDate, 15);
  const auto error = error_of(log, LogUse::kLearn);
  EXPECT_NE(error.find("found view 30 beside 15 rows of implausible dates"), std::string::npos)
      << error;
}

TEST(LogChecks, NothingLeftSaysWhatTookIt) {
  RawLog log;
  log.counts.rows_read = 7;
  log.counts.add(BadRow::kImplausibleDate, 7);
  try {
    check_has_events(log);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
    EXPECT_NE(std::string_view(error.what()).find("7 with a date outside 1995 to 2099"),
              std::string_view::npos)
        << error.what();
  }
}

TEST(LogChecks, WarnsOfRowsThatAreNewerThanTheLog) {
  test::WarningsOnly progress;
  IngestCounts counts;
  warn_of_newer_rows(counts, progress);
  EXPECT_TRUE(progress.warnings.empty());
  counts.newer.add(from_days(20'001));
  counts.newer.add(from_days(20'000));
  warn_of_newer_rows(counts, progress);
  ASSERT_EQ(progress.warnings.size(), 1U);
  EXPECT_NE(progress.warnings[0].find("2 rows from 2024-10-04T00:00:00 to 2024-10-05T00:00:00"),
            std::string::npos)
      << progress.warnings[0];
}

TEST(LogChecks, AnOrderOfNothingIsNone) {
  auto log = log_of(1, 1);
  log.item[1] = kNoCode;
  EXPECT_NE(error_of(log, LogUse::kLearn), "");
}

TEST(LogChecks, WarnsOfManyUnknownActionsOnly) {
  TextTally unknown;
  unknown.add("buy", 6);
  test::WarningsOnly progress;
  check_actions(log_of(20'000, 100, unknown), LogUse::kLearn, progress);
  EXPECT_TRUE(progress.warnings.empty()) << "few among the rows and among the orders";
  check_actions(log_of(20'000, 50, unknown), LogUse::kLearn, progress);
  EXPECT_EQ(progress.warnings.size(), 1U) << "many beside the orders";
  check_actions(log_of(2'000, 100, unknown), LogUse::kLearn, progress);
  ASSERT_EQ(progress.warnings.size(), 2U) << "many among the rows";
  EXPECT_NE(progress.warnings[1].find("'buy' 6"), std::string::npos);
}

}  // namespace
}  // namespace vitrina
