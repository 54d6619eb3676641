#include "io/params_file.hpp"

#include <fmt/format.h>

#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using ParamsFileTest = ScratchTest;

TEST_F(ParamsFileTest, FlattensMapsAndLists) {
  const auto params = read_params(put("p.yaml",
                                      "# a comment\n"
                                      "candidates:\n"
                                      "  own_history: {days: 3, on: true}\n"
                                      "  hours: [1, 6.5, 24]\n"
                                      "ranking:\n"
                                      "  name: 'two words'\n"
                                      "  empty: ''\n"));
  const ParamMap expected{{"candidates.own_history.days", "3"},
                          {"candidates.own_history.on", "true"},
                          {"candidates.hours", "[1, 6.5, 24]"},
                          {"ranking.name", "two words"},
                          {"ranking.empty", ""}};
  EXPECT_EQ(params, expected);
  EXPECT_TRUE(read_params(put("p.yaml", "# nothing\n")).empty());
}

TEST_F(ParamsFileTest, NamesTheLineOfAMistake) {
  const auto refuse = [&](std::string_view text) {
    return error_of([&] { read_params(put("p.yaml", text)); });
  };
  EXPECT_TRUE(
      says(refuse("a:\n  b: 1\n  c:\n"), ErrorCode::kConfig, "p.yaml:3: a.c: found nothing"));
  EXPECT_TRUE(
      says(refuse("a:\n  b: 1\n  b: 2\n"), ErrorCode::kConfig, "p.yaml:3: a.b: given twice"));
  EXPECT_TRUE(says(refuse("a:\n  - {b: 1}\n"), ErrorCode::kConfig,
                   "p.yaml:2: a: expected a list of single values"));
  EXPECT_TRUE(says(refuse("a: [1\nb: 2\n"), ErrorCode::kConfig, "not valid YAML"));
  EXPECT_TRUE(says(refuse("just a text\n"), ErrorCode::kConfig, "expected `section:`"));
  EXPECT_TRUE(says(error_of([&] { read_params(folder_ / "none.yaml"); }), ErrorCode::kMissingInput,
                   "none.yaml"));
}

TEST_F(ParamsFileTest, AliasesCannotExplode) {
  std::string text = "a0: &a0 {x: 1, y: 2, z: 3, w: 4}\n";
  for (int i = 1; i < 12; ++i) {
    text += fmt::format("a{0}: &a{0} {{x: *a{1}, y: *a{1}, z: *a{1}, w: *a{1}}}\n", i, i - 1);
  }
  EXPECT_TRUE(says(error_of([&] { read_params(put("p.yaml", text)); }), ErrorCode::kConfig,
                   "too many keys"));
}

TEST_F(ParamsFileTest, WritesDefaultsThatReadBack) {
  const std::vector<SectionInfo> sections{
      {"log", {{"max_gap_days", "number", "7.5", "0 to 30", "How far a date may lie."}}},
      {"candidates.popular",
       {{"half_lives", "list of numbers", "[1, 6, 24]", "each 0 to 100", "Hours."},
        {"enabled", "bool", "true", "true or false",
         "A long sentence that goes on and on until it does not fit into one line of the file any "
         "more and has to be wrapped."}}},
      {"ranking", {{"name", "text", "it's a: text", "", "Any text."}}},
      {"candidates.own_history", {{"mode", "text", "plain", "", "A word."}}}};
  const auto text = params_yaml(sections);
  EXPECT_EQ(text,
            "log:\n"
            "  # How far a date may lie. [number: 0 to 30]\n"
            "  max_gap_days: 7.5\n"
            "\n"
            "candidates:\n"
            "  popular:\n"
            "    # Hours. [list of numbers: each 0 to 100]\n"
            "    half_lives: [1, 6, 24]\n"
            "    # A long sentence that goes on and on until it does not fit into one line of the "
            "file any more\n"
            "    # and has to be wrapped. [bool: true or false]\n"
            "    enabled: true\n"
            "  own_history:\n"
            "    # A word.\n"
            "    mode: plain\n"
            "\n"
            "ranking:\n"
            "  # Any text.\n"
            "  name: 'it''s a: text'\n");
  const auto params = read_params(put("p.yaml", text));
  EXPECT_EQ(params.size(), 5U);
  for (const auto& section : sections) {
    for (const auto& field : section.fields) {
      EXPECT_EQ(params.at(section.name + "." + field.name), field.default_value);
    }
  }
}

}  // namespace
}  // namespace vitrina::io
