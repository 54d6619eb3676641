#include "core/text.hpp"

#include <gtest/gtest.h>

namespace vitrina {
namespace {

TEST(Text, CountsHaveThreeDigits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1.00k");
  EXPECT_EQ(count_text(12'345), "12.3k");
  EXPECT_EQ(count_text(999'400), "999k");
  EXPECT_EQ(count_text(999'600), "1.00M");
  EXPECT_EQ(count_text(6'860'000), "6.86M");
  EXPECT_EQ(count_text(2.5e15), "2500T");
}

TEST(Text, BytesHaveThreeDigits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "0.98 KiB");
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(123ULL << 20U), "123 MiB");
  EXPECT_EQ(bytes_text(6ULL << 30U), "6.00 GiB");
}

TEST(Text, DurationsGrowInUnits) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(9.94), "9.9 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(7620), "2 h 07 min");
}

TEST(Text, WrapBreaksAtSpacesOnly) {
  const std::vector<std::string> expected{"a bb", "cccccc", "d"};
  EXPECT_EQ(wrap("a bb cccccc d", 4), expected);
  EXPECT_EQ(wrap("", 4), std::vector<std::string>{""});
  EXPECT_EQ(wrap("  a  b ", 4), std::vector<std::string>{"a b"});
}

TEST(Text, OneLineHasNoControlCharacters) {
  EXPECT_EQ(one_line("a\nb\tc\x1b[0m\x7f"), R"(a b c\x1b[0m\x7f)");
  EXPECT_EQ(one_line("\r\n"), "  ");
  EXPECT_EQ(one_line(""), "");
}

TEST(Text, WholeDecimalsHaveNothingBehindThePoint) {
  for (const auto* id : {"26.0", "26.", "1.0000000000", "0.0"}) {
    EXPECT_TRUE(is_whole_decimal(id)) << id;
  }
  for (const auto* id : {"26", "26.5", "26.01", ".0", ".", "", "v1.0", "1.0.0", "26.0 "}) {
    EXPECT_FALSE(is_whole_decimal(id)) << id;
  }
}

}  // namespace
}  // namespace vitrina
