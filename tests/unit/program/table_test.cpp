#include "program/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace vitrina::program {
namespace {

// What every row of the table owes to the help, the checks and the documentation.

TEST(Table, NamesAreUniqueAndLowerCaseWords) {
  std::set<std::string_view> names;
  for (const auto& stage : table()) {
    EXPECT_TRUE(names.insert(stage.name).second) << stage.name << " stands twice";
    EXPECT_EQ(stage.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos)
        << stage.name;
    EXPECT_EQ(&find(stage.name), &stage);
  }
}

TEST(Table, ThePipelineStandsBeforeTheTools) {
  EXPECT_TRUE(std::is_partitioned(table().begin(), table().end(),
                                  [](const command::Command& stage) { return stage.is_pipeline; }));
}

TEST(Table, EveryRowIsComplete) {
  for (const auto& stage : table()) {
    EXPECT_FALSE(stage.summary.empty()) << stage.name;
    EXPECT_NE(stage.summary.back(), '.') << stage.name;
    EXPECT_TRUE(stage.run) << stage.name;
    EXPECT_TRUE(stage.example.starts_with("vitrina " + std::string(stage.name))) << stage.name;
    for (const auto* files : {&stage.inputs, &stage.outputs}) {
      for (const auto& file : *files) {
        EXPECT_FALSE(file.path.empty()) << stage.name;
        EXPECT_FALSE(file.path.starts_with('/')) << stage.name << ": " << file.path;
        EXPECT_FALSE(file.meaning.empty()) << stage.name << ": " << file.path;
      }
    }
  }
}

TEST(Table, OptionsAreUniqueAndExplained) {
  for (const auto& stage : table()) {
    std::set<std::string_view> names;
    for (const auto& option : cli::shared_options()) names.insert(option.name);
    for (const auto& option : stage.options) {
      EXPECT_TRUE(names.insert(option.name).second) << stage.name << " " << option.name;
      EXPECT_TRUE(option.name.starts_with("--")) << stage.name << " " << option.name;
      EXPECT_FALSE(option.sentence.empty()) << stage.name << " " << option.name;
    }
    EXPECT_TRUE(stage.positional.empty() || names.contains(stage.positional))
        << stage.name << " " << stage.positional;
  }
}

TEST(Table, OptionsSetKnownParametersAndPathsNameKnownValues) {
  std::set<std::string> keys;
  for (const auto& section : all_sections()) {
    for (const auto& field : section.fields) keys.insert(section.name + "." + field.name);
  }
  for (const auto& stage : table()) {
    std::set<std::string> names;
    for (const auto& option : stage.options) {
      names.insert(std::string(option.name.substr(2)));
      EXPECT_TRUE(option.param.empty() || keys.contains(std::string(option.param)))
          << stage.name << " " << option.name << " sets " << option.param;
    }
    for (const auto* files : {&stage.inputs, &stage.outputs}) {
      for (const auto& file : *files) {
        if (!file.path.starts_with('{')) continue;
        const std::string name(file.path.substr(1, file.path.find('}') - 1));
        EXPECT_TRUE(names.contains(name) || keys.contains(name)) << stage.name << " " << file.path;
      }
    }
  }
}

TEST(Table, NoTwoStagesWriteTheSameFile) {
  std::map<std::string_view, std::string_view> makers;
  for (const auto& stage : table()) {
    for (const auto& file : stage.outputs) {
      if (!stage.is_pipeline || file.path.starts_with('{')) continue;
      const auto [maker, is_new] = makers.emplace(file.path, stage.name);
      EXPECT_TRUE(is_new) << file.path << ": " << maker->second << " and " << stage.name;
    }
  }
}

TEST(Table, EqualSectionsHaveEqualFields) {
  std::map<std::string, std::vector<FieldInfo>> known;
  for (const auto& stage : table()) {
    for (const auto& section : stage.sections) {
      const auto [it, is_new] = known.emplace(section.name, section.fields);
      if (is_new) continue;
      ASSERT_EQ(it->second.size(), section.fields.size()) << stage.name << " " << section.name;
      for (std::size_t i = 0; i < section.fields.size(); ++i) {
        EXPECT_EQ(it->second[i].name, section.fields[i].name) << stage.name;
        EXPECT_EQ(it->second[i].default_value, section.fields[i].default_value) << stage.name;
      }
    }
  }
  EXPECT_EQ(all_sections().size(), known.size());
}

TEST(Table, EveryDefaultIsWithinItsRange) {
  ParamMap defaults;
  for (const auto& section : all_sections()) {
    for (const auto& field : section.fields) {
      defaults.emplace(section.name + "." + field.name, field.default_value);
    }
  }
  EXPECT_NO_THROW(check_known(defaults, all_sections()));
  EXPECT_NO_THROW(check_values(defaults, all_sections()));
  EXPECT_EQ(canonical_text(defaults, all_sections()), canonical_text({}, all_sections()));
}

TEST(Table, AnUnknownNameGetsTheNearestOne) {
  try {
    find("parms");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_STREQ(error.what(), "unknown command 'parms'; did you mean 'params'");
  }
}

}  // namespace
}  // namespace vitrina::program
