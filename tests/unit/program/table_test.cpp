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
  for (const auto& command : table()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name << " stands twice";
    EXPECT_EQ(command.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos)
        << command.name;
    EXPECT_EQ(&find(command.name), &command);
  }
}

TEST(Table, ThePipelineStandsBeforeTheTools) {
  EXPECT_TRUE(
      std::is_partitioned(table().begin(), table().end(),
                          [](const command::Command& command) { return command.is_pipeline; }));
}

TEST(Table, EveryRowIsComplete) {
  for (const auto& command : table()) {
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_NE(command.summary.back(), '.') << command.name;
    EXPECT_TRUE(command.run) << command.name;
    EXPECT_TRUE(command.example.starts_with("vitrina " + std::string(command.name)))
        << command.name;
    for (const auto* files : {&command.inputs, &command.outputs}) {
      for (const auto& file : *files) {
        EXPECT_FALSE(file.path.empty()) << command.name;
        EXPECT_FALSE(file.path.starts_with('/')) << command.name << ": " << file.path;
        EXPECT_FALSE(file.meaning.empty()) << command.name << ": " << file.path;
      }
    }
  }
}

TEST(Table, OptionsAreUniqueAndExplained) {
  for (const auto& command : table()) {
    std::set<std::string_view> names;
    for (const auto& option : cli::shared_options()) names.insert(option.name);
    for (const auto& option : command.options) {
      EXPECT_TRUE(names.insert(option.name).second) << command.name << " " << option.name;
      EXPECT_TRUE(option.name.starts_with("--")) << command.name << " " << option.name;
      EXPECT_FALSE(option.sentence.empty()) << command.name << " " << option.name;
    }
    EXPECT_TRUE(command.positional.empty() || names.contains(command.positional))
        << command.name << " " << command.positional;
  }
}

TEST(Table, OptionsSetKnownParametersAndPathsNameKnownValues) {
  std::set<std::string> keys;
  for (const auto& section : all_sections()) {
    for (const auto& field : section.fields) keys.insert(section.name + "." + field.name);
  }
  for (const auto& command : table()) {
    std::set<std::string> names;
    for (const auto& option : command.options) {
      names.insert(std::string(option.name.substr(2)));
      EXPECT_TRUE(option.param.empty() || keys.contains(std::string(option.param)))
          << command.name << " " << option.name << " sets " << option.param;
    }
    for (const auto* files : {&command.inputs, &command.outputs}) {
      for (const auto& file : *files) {
        if (!file.path.starts_with('{')) continue;
        const std::string name(file.path.substr(1, file.path.find('}') - 1));
        EXPECT_TRUE(names.contains(name) || keys.contains(name))
            << command.name << " " << file.path;
      }
    }
  }
}

TEST(Table, NoTwoCommandsWriteTheSameFile) {
  std::map<std::string_view, std::string_view> makers;
  for (const auto& command : table()) {
    for (const auto& file : command.outputs) {
      if (!command.is_pipeline || file.path.starts_with('{')) continue;
      const auto [maker, is_new] = makers.emplace(file.path, command.name);
      EXPECT_TRUE(is_new) << file.path << ": " << maker->second << " and " << command.name;
    }
  }
}

TEST(Table, EqualSectionsHaveEqualFields) {
  std::map<std::string, std::vector<FieldInfo>> known;
  for (const auto& command : table()) {
    for (const auto& section : command.sections) {
      const auto [it, is_new] = known.emplace(section.name, section.fields);
      if (is_new) continue;
      ASSERT_EQ(it->second.size(), section.fields.size()) << command.name << " " << section.name;
      for (std::size_t i = 0; i < section.fields.size(); ++i) {
        EXPECT_EQ(it->second[i].name, section.fields[i].name) << command.name;
        EXPECT_EQ(it->second[i].default_value, section.fields[i].default_value) << command.name;
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
