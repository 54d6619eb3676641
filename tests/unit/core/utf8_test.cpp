#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace vitrina {
namespace {

std::string plain(std::string_view text) {
  std::string out;
  append_plain(text, out);
  return out;
}

TEST(Utf8, WhatATerminalWouldObeyIsEscaped) {
  EXPECT_EQ(plain("\x1b]0;x\x07"), R"(\x1b]0;x\x07)");
  EXPECT_EQ(plain("\u009b31m"), R"(\u009b31m)");            // C1: the CSI of one character
  EXPECT_EQ(plain("a\u202eb\u2069"), R"(a\u202eb\u2069)");  // bidi controls
  EXPECT_EQ(plain("\u200f\u061c"), R"(\u200f\u061c)");
  EXPECT_EQ(plain("a\u2028b\u200bc\ufeff"), R"(a\u2028b\u200bc\ufeff)");
  EXPECT_EQ(plain("\U000e0041"), R"(\U000e0041)");
}

TEST(Utf8, BytesThatAreNoUtf8AreEscapedOneByOne) {
  EXPECT_EQ(plain("actio\x82"), R"(actio\x82)");
  EXPECT_EQ(plain("\xd0"), R"(\xd0)");                  // a character that is cut off
  EXPECT_EQ(plain("\xc0\xaf"), R"(\xc0\xaf)");          // overlong
  EXPECT_EQ(plain("\xed\xa0\x80"), R"(\xed\xa0\x80)");  // a surrogate
}

TEST(Utf8, WhatCanBeReadIsShownAsItself) {
  for (const std::string_view text : {"", "plain \\ text", "жираф", "1\u00a0200 ₽", "😀", "日本"}) {
    EXPECT_EQ(plain(text), text);
  }
}

TEST(Utf8, CutsAtWholeCharacters) {
  EXPECT_EQ(whole_characters("жжж", 6), "жжж");
  EXPECT_EQ(whole_characters("жжж", 5), "жж");
  EXPECT_EQ(whole_characters("жжж", 1), "");
  EXPECT_EQ(whole_characters("\x82\x82\x82", 2), "\x82\x82");
}

}  // namespace
}  // namespace vitrina
