#include "core/params.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace vitrina {
namespace {

struct ToyConfig {
  bool enabled = true;
  int limit = 5;
  double rate = 0.5;
  std::string name = "x";
  std::vector<double> steps{1, 2.5};

  void visit(ConfigVisitor& v) {
    v.field("enabled", enabled, "a switch");
    v.field("limit", limit, {1, 10}, "a count");
    v.field("rate", rate, {0, 1}, "a share");
    v.field("name", name, "a text");
    v.field("steps", steps, {0, 9}, "a list");
  }
};

std::string message_of(const ParamMap& params) {
  try {
    (void)read_section<ToyConfig>(params, "toy");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
    return error.what();
  }
  return "";
}

TEST(Params, FieldsNotGivenKeepTheirDefault) {
  const auto config = read_section<ToyConfig>({}, "toy");
  EXPECT_TRUE(config.enabled);
  EXPECT_EQ(config.limit, 5);
  EXPECT_EQ(config.steps, (std::vector<double>{1, 2.5}));
}

TEST(Params, ReadsEveryType) {
  const auto config = read_section<ToyConfig>({{"toy.enabled", "false"},
                                               {"toy.limit", "7"},
                                               {"toy.rate", "1e-1"},
                                               {"toy.name", "a b"},
                                               {"toy.steps", "[3, 4]"}},
                                              "toy");
  EXPECT_FALSE(config.enabled);
  EXPECT_EQ(config.limit, 7);
  EXPECT_DOUBLE_EQ(config.rate, 0.1);
  EXPECT_EQ(config.name, "a b");
  EXPECT_EQ(config.steps, (std::vector<double>{3, 4}));
}

TEST(Params, WhatIsWrongIsNamedWithKeyAndValue) {
  for (const auto& [key, value] : ParamMap{{"toy.enabled", "maybe"},
                                           {"toy.limit", "11"},
                                           {"toy.rate", "nan"},
                                           {"toy.steps", "[1, x]"}}) {
    const auto message = message_of({{key, value}});
    EXPECT_NE(message.find(key), std::string::npos) << message;
    EXPECT_NE(message.find("found"), std::string::npos) << message;
  }
  EXPECT_NE(message_of({{"toy.limit", "2.5"}}).find("whole number"), std::string::npos);
}

TEST(Params, AnUnknownKeyNamesTheNearestOne) {
  const std::vector<SectionInfo> sections{{"toy", describe<ToyConfig>()}};
  EXPECT_NO_THROW(check_known({{"toy.limit", "1"}}, sections));
  try {
    check_known({{"toy.limt", "1"}}, sections);
    FAIL() << "an unknown key was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'toy.limit'"), std::string::npos) << error.what();
  }
}

TEST(Params, TheCanonicalTextHoldsDefaultsToo) {
  const std::vector<SectionInfo> sections{{"toy", describe<ToyConfig>()}};
  const auto text = canonical_text({{"toy.limit", "7"}}, sections);
  EXPECT_NE(text.find("toy.limit = 7\n"), std::string::npos) << text;
  EXPECT_NE(text.find("toy.rate = 0.5\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace vitrina
