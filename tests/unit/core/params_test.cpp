#include "core/params.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace vitrina {
namespace {

struct OvenConfig {
  bool lit = false;
  int plates = 4;
  double heat = 180.5;
  std::string name = "old";
  std::vector<double> steps{1, 2.5};

  void visit(ConfigVisitor& v) {
    v.field("lit", lit, "whether it burns");
    v.field("plates", plates, {1, 8}, "plates on it");
    v.field("heat", heat, {0, 300}, "degrees inside");
    v.field("name", name, "what it is called");
    v.field("steps", steps, {0, 10}, "minutes of each step");
  }
};

std::vector<SectionInfo> sections() { return {{"oven", describe<OvenConfig>()}}; }

/// What reading the section says of one wrong value.
std::string complaint(const std::string& key, const std::string& value) {
  try {
    (void)read_section<OvenConfig>({{key, value}}, "oven");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
    return error.what();
  }
  ADD_FAILURE() << key << " = " << value << " was taken";
  return "";
}

TEST(Params, DescribeTellsNameTypeDefaultRangeAndSentence) {
  const auto fields = describe<OvenConfig>();
  ASSERT_EQ(fields.size(), 5U);
  EXPECT_EQ(fields[1].name, "plates");
  EXPECT_EQ(fields[1].type, "int");
  EXPECT_EQ(fields[1].default_value, "4");
  EXPECT_EQ(fields[1].range, "1 to 8");
  EXPECT_EQ(fields[1].sentence, "plates on it");
  EXPECT_EQ(fields[0].default_value, "false");
  EXPECT_EQ(fields[2].default_value, "180.5");
  EXPECT_EQ(fields[3].default_value, "old");
  EXPECT_EQ(fields[4].default_value, "[1, 2.5]");
}

TEST(Params, WhatIsGivenReplacesTheDefault) {
  const auto config = read_section<OvenConfig>({{"oven.lit", "true"},
                                                {"oven.plates", "8"},
                                                {"oven.heat", "1e2"},
                                                {"oven.name", "new one"},
                                                {"oven.steps", "[0, 3 , 10]"},
                                                {"other.heat", "7"}},
                                               "oven");
  EXPECT_TRUE(config.lit);
  EXPECT_EQ(config.plates, 8);
  EXPECT_EQ(config.heat, 100);
  EXPECT_EQ(config.name, "new one");
  EXPECT_EQ(config.steps, (std::vector<double>{0, 3, 10}));
  const auto untouched = read_section<OvenConfig>({}, "oven");
  EXPECT_EQ(untouched.plates, 4);
  EXPECT_EQ(untouched.steps, (std::vector<double>{1, 2.5}));
}

TEST(Params, DescribedDefaultsReadBackAsTheDefaults) {
  ParamMap params;
  for (const auto& field : describe<OvenConfig>())
    params["oven." + field.name] = field.default_value;
  const auto config = read_section<OvenConfig>(params, "oven");
  EXPECT_EQ(config.heat, OvenConfig{}.heat);
  EXPECT_EQ(config.steps, OvenConfig{}.steps);
  EXPECT_EQ(config.name, OvenConfig{}.name);
}

TEST(Params, WrongValuesAreNamed) {
  EXPECT_EQ(complaint("oven.plates", "9"), "oven.plates: found '9', expected a number from 1 to 8");
  EXPECT_EQ(complaint("oven.plates", "2.5"), "oven.plates: found '2.5', expected a whole number");
  EXPECT_EQ(complaint("oven.lit", "yes"), "oven.lit: found 'yes', expected true or false");
  for (const auto* value : {"hot", "", "nan", "inf", "-1", "301", "1 2", "0x10"}) {
    EXPECT_NE(complaint("oven.heat", value).find("oven.heat"), std::string::npos);
  }
  EXPECT_NE(complaint("oven.steps", "1, 11").find("'11'"), std::string::npos);
  EXPECT_NE(complaint("oven.steps", "1,,2").find("oven.steps"), std::string::npos);
  EXPECT_EQ(complaint("oven.heat", "a\nb").find('\n'), std::string::npos);
}

TEST(Params, UnknownKeysAreNamedWithTheNearest) {
  EXPECT_NO_THROW(check_known({{"oven.heat", "5"}}, sections()));
  try {
    check_known({{"oven.haet", "5"}}, sections());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConfig);
    EXPECT_STREQ(error.what(), "params: unknown key 'oven.haet'; did you mean 'oven.heat'");
  }
}

TEST(Params, ValuesAreCheckedWithoutReadingTheSection) {
  EXPECT_NO_THROW(check_values({{"oven.heat", "5"}, {"oven.steps", "[]"}}, sections()));
  EXPECT_THROW(check_values({{"oven.heat", "-5"}}, sections()), Error);
  EXPECT_THROW(check_values({{"oven.steps", "x"}}, sections()), Error);
}

TEST(Params, EqualParametersHaveOneCanonicalText) {
  const auto text = canonical_text({}, sections());
  EXPECT_EQ(text,
            "oven.lit = false\noven.plates = 4\noven.heat = 180.5\noven.name = old\n"
            "oven.steps = [1, 2.5]\n");
  EXPECT_EQ(canonical_text({{"oven.heat", "1.805e2"}, {"oven.steps", "1,2.50"}}, sections()), text);
  EXPECT_NE(canonical_text({{"oven.heat", "181"}}, sections()), text);
}

}  // namespace
}  // namespace vitrina
