#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.hpp"
#include "tools/submission_rows.hpp"

namespace vitrina::tools {
namespace {

constexpr selection::ChoiceLimits kLimits{.max_users = 3, .k = 2};

/// Why the text is refused, or "" when it is not.
std::string problem(const std::string& text) {
  try {
    check_rows(text, "f.csv", kLimits);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadData);
    return error.what();
  }
  return {};
}

TEST(CheckSubmission, GoodFilesAreCounted) {
  const std::string text =
      "user_id,products\n"
      "u1,\"['11', '12']\"\n"
      "u2,['13']\n";
  const SubmissionRows rows = check_rows(text, "f.csv", kLimits);
  EXPECT_EQ(rows.n_rows, 2U);
  EXPECT_EQ(rows.n_products, 3U);
  EXPECT_EQ(rows.n_short_rows, 1U);
  EXPECT_EQ(warnings_of(rows, "f.csv", kLimits),
            (std::vector<std::string>{"f.csv: 2 rows, up to 3 may be sent; an empty place scores 0",
                                      "f.csv: 1 rows have fewer than 2 products"}));
}

TEST(CheckSubmission, AFullFileGivesNoWarning) {
  const std::string text =
      "user_id,products\n"
      "u1,\"['11', '12']\"\nu2,\"['11', '12']\"\nu3,\"['11', '12']\"\n";
  const SubmissionRows rows = check_rows(text, "f.csv", kLimits);
  EXPECT_EQ(rows.n_products, 6U);
  EXPECT_TRUE(warnings_of(rows, "f.csv", kLimits).empty());
}

TEST(CheckSubmission, IdsThatWentThroughDecimalsAreNoticed) {
  const std::string header = "user_id,products\n";
  const std::string warning = "ends with .0, as whole numbers that were read as decimals do";
  const auto warnings = [&](const std::string& rows) {
    const auto found = warnings_of(check_rows(header + rows, "f.csv", kLimits), "f.csv", kLimits);
    return fmt::format("{}", fmt::join(found, "\n"));
  };
  EXPECT_NE(warnings("1.0,['1']\n2.0,['2.0']\n").find("in user_id " + warning), std::string::npos);
  EXPECT_NE(warnings("1,\"['1.0', '2.0']\"\n").find("in products " + warning), std::string::npos);
  EXPECT_EQ(warnings("1.0,['1.0']\n2,['2']\n").find(warning), std::string::npos);
  EXPECT_EQ(warnings(".0,['a.0']\n").find(warning), std::string::npos);
}

struct BadFile {
  std::string text;
  std::string line;    ///< the place that is named
  std::string reason;  ///< a part of the message
};

TEST(CheckSubmission, BadFilesAreRefusedWithTheLineAndTheReason) {
  const std::string header = "user_id,products\n";
  const BadFile files[] = {
      {"", "f.csv:1:", "empty"},
      {"user,products\nu1,['1']\n", "f.csv:1:", "header"},
      {"user_id,products,score\nu1,['1'],2\n", "f.csv:1:", "the column 'score' (column 3)"},
      {header, "f.csv:1:", "found 0 rows after the header, expected 1 to 3"},
      {"\xef\xbb\xbf" + header + "u1,['1']\n", "f.csv:1:", "byte order mark"},
      {"user_id,products\r\nu1,['1']\r\n", "f.csv:1:", "\\r\\n"},
      {header + "u1,['1']\r\n", "f.csv:2:", "\\r\\n"},
      {header + "u1,['1']\nu2,['2']", "f.csv:3:", "last line"},
      {header + "u1,['1']\nu2,['\xff']\n", "f.csv:3:", "UTF-8"},
      {header + "u1,['1']\n,['2']\n", "f.csv:3:", "user_id is empty"},
      {header + "u1,['1']\nu2,['1']\nu1,['2']\n", "f.csv:4:", "already sent in line 2"},
      {header + "u1,['1']\n\nu2,['2']\n", "f.csv:3:", "empty"},
      {header + "u1,[]\n", "f.csv:2:", "found 0 products, expected 1 to 2"},
      {header + "u1,\"['1', '2', '3']\"\n", "f.csv:2:", "found 3 products, expected 1 to 2"},
      {header + "u1,\"['1', '1']\"\n", "f.csv:2:", "listed twice"},
      {header + "u1,['']\n", "f.csv:2:", "product id is empty"},
      {header + "u1,1 2\n", "f.csv:2:", "products:"},
      {header + "u1,[1]\n", "f.csv:2:", "products:"},
      {header + "u1,['1'\n", "f.csv:2:", "products:"},
      {header + "u1,['1' '2']\n", "f.csv:2:", "products:"},
      {header + "u1,['1', '2']\n", "f.csv:2:", "3 fields"},
      {header + "u1\n", "f.csv:2:", "1 fields"},
      {header + "a,['1']\nb,['1']\nc,['1']\nd,['1']\n",
       "f.csv:5:", "found 4 rows, expected at most 3"},
  };
  for (const BadFile& file : files) {
    SCOPED_TRACE(file.text);
    const std::string message = problem(file.text);
    EXPECT_TRUE(message.starts_with(file.line)) << message;
    EXPECT_NE(message.find(file.reason), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace vitrina::tools
