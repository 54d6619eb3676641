#include "io/text_stream.hpp"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace vitrina::io {
namespace {

/// «Цена» in both encodings.
const std::string kPriceUtf8 = "\u0426\u0435\u043d\u0430";
const std::string kPrice1251 = "\xd6\xe5\xed\xe0";

/// What comes out when the text is read in pieces of `n_bytes`.
std::string read(const std::string& text, std::int64_t n_bytes, bool peeks = true) {
  TextStream stream(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(text))));
  if (peeks) {
    EXPECT_TRUE(stream.beginning(n_bytes).ok());
  }
  std::string out;
  while (true) {
    const auto buffer = stream.Read(n_bytes).ValueOrDie();
    EXPECT_LE(buffer->size(), n_bytes);
    if (buffer->size() == 0) return out;
    out += buffer->ToString();
  }
}

TEST(TextStream, PassesUtf8OnWhateverThePieces) {
  for (const auto& text : {std::string(), std::string("a,b\n1,2\n"), kPriceUtf8 + ",b\n",
                           "a,b\n1," + kPriceUtf8 + "\n"}) {
    for (const std::int64_t n : {1, 2, 3, 5, 100}) {
      EXPECT_EQ(read(text, n), text) << n;
      EXPECT_EQ(read(text, n, false), text) << n;
      EXPECT_EQ(read("\xef\xbb\xbf" + text, 100), text) << "a byte order mark";
    }
  }
}

TEST(TextStream, TurnsWindows1251) {
  for (const std::int64_t n : {4, 5, 100}) {
    EXPECT_EQ(read("id;" + kPrice1251 + "\n1;" + kPrice1251 + "\n", n),
              "id;" + kPriceUtf8 + "\n1;" + kPriceUtf8 + "\n");
  }
  // late in the file, after much ASCII
  EXPECT_EQ(read(std::string(1000, 'x') + kPrice1251, 64), std::string(1000, 'x') + kPriceUtf8);
  EXPECT_EQ(read(kPrice1251 + "\xb9" + "1 \xab" + kPrice1251 + "\xbb \xb8\xa8", 100),
            kPriceUtf8 + "\u2116" + "1 \u00ab" + kPriceUtf8 + "\u00bb \u0451\u0401");
}

TEST(TextStream, LeavesWhatIsNeither) {
  const std::string damaged = kPriceUtf8 + kPriceUtf8 + "\x80" + kPriceUtf8;
  EXPECT_EQ(read(damaged, 100), damaged) << "UTF-8 with a stray byte is no Windows-1251";
  EXPECT_EQ(read("caf\xe9 \x81\x82\x83", 100), "caf\xe9 \x81\x82\x83");
}

TEST(TextStream, RefusesUtf16) {
  TextStream stream(std::make_shared<arrow::io::BufferReader>(
      arrow::Buffer::FromString(std::string("\xff\xfeu\0s\0", 6))));
  EXPECT_NE(stream.beginning(100).status().message().find("UTF-16"), std::string::npos);
}

TEST(TextStream, GuessesTheDelimiter) {
  EXPECT_EQ(guess_delimiter("a,b,c\n1;2;3;4;5"), ',');
  EXPECT_EQ(guess_delimiter("a;b;c\r\n1,5;2"), ';');
  EXPECT_EQ(guess_delimiter("a\tb\n"), '\t');
  EXPECT_EQ(guess_delimiter("a|b|c,d\n"), '|');
  EXPECT_EQ(guess_delimiter("\"a,b,c\";d"), ';');
  EXPECT_EQ(guess_delimiter("alone"), ',');
  EXPECT_EQ(guess_delimiter(""), ',');
}

TEST(OpenQuote, IsFoundWhateverThePieces) {
  const auto found = [](std::string_view text, std::size_t n_bytes) {
    OpenQuote quote;
    for (; !text.empty(); text.remove_prefix(std::min(n_bytes, text.size()))) {
      quote.watch(text.substr(0, n_bytes), ',');
    }
    return std::string(quote.found());
  };
  for (const std::size_t n : {1, 2, 3, 100}) {
    for (const auto* sound : {"a,b\n", "\"a\"", "\"a,\nb\",c\n", "27\" x,b\n", "a,\"\"\"\"\n",
                              "\"\",\"\"\n", "\"a\"b\",c\n", "a;\"b\n", ""}) {
      EXPECT_EQ(found(sound, n), "") << sound << " by " << n;
    }
    for (const auto* open : {"\"a\n", "a,\"", "a\r\"b", "\"\"\"", "\"a\"\"\",b\n\"c"}) {
      EXPECT_NE(found(open, n), "") << open << " by " << n;
    }
  }
  EXPECT_EQ(found("a,b\n1,\"Star, 10 pcs\n2,b\n", 100), "\"Star, 10 pcs\n2,b\n");
}

}  // namespace
}  // namespace vitrina::io
