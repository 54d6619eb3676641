#include "io/price_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace vitrina::io {
namespace {

TEST(PriceText, ReadsWhatShopsWrite) {
  const std::vector<std::pair<std::string, double>> prices{{"1200", 1200.0},
                                                           {"1200.5", 1200.5},
                                                           {"-1e3", -1000.0},
                                                           {"1200 руб", 1200.0},
                                                           {"1 299,90 ₽", 1299.9},
                                                           {"1\u00a0299,90\u00a0₽", 1299.9},
                                                           {"1\u202f200 руб.", 1200.0},
                                                           {"1299,9", 1299.9},
                                                           {"$1,299.90", 1299.9},
                                                           {"1.299,90 €", 1299.9},
                                                           {"1,234,567", 1234567.0},
                                                           {"1.234.567,5", 1234567.5},
                                                           {"99 р.", 99.0},
                                                           {"1'200", 1200.0},
                                                           {"12,345.6", 12345.6},
                                                           {"1.299", 1.299},
                                                           {"  5 ", 5.0},
                                                           {"500 RUB", 500.0}};
  for (const auto& [text, price] : prices) {
    const auto found = parse_price(text);
    ASSERT_TRUE(found.has_value()) << text;
    EXPECT_DOUBLE_EQ(*found, price) << text;
  }
}

TEST(PriceText, RefusesTheRest) {
  for (const auto* text : {"", " ", "₽", "1,299", "по запросу", "от 1200", "1200-1300", "1,2,3",
                           "1.2.3", "1,2.3,4", "12 00,5 0 x", "1.299,90,1", ",", "1,29.9"}) {
    EXPECT_FALSE(parse_price(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace vitrina::io
