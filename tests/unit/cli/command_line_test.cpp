#include "cli/command_line.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace vitrina::cli {
namespace {

using command::Command;

command::Command sample_command() {
  return {
      .name = "answer",
      .summary = "answers",
      .inputs = {},
      .outputs = {},
      .sections = {},
      .options = {{"--file", "FILE", "the file", true},
                  {"--vs", "OTHER", "another file"},
                  {"--max-users", "N", "customers", false, "choose.max_users"},
                  {"--strict", "", "no mercy"}},
      .positional = "--file",
      .example = "vitrina answer x.csv",
      .run = nullptr,
  };
}

/// The message of the usage error that `words` raise; fails the test when they raise none.
std::string usage_error(const std::vector<std::string>& words) {
  try {
    parse_command_line(sample_command(), words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

TEST(CommandLine, ReadsOptionsPositionalAndFlags) {
  const auto line = parse_command_line(sample_command(), {"--max-users=7", "--set",
                                                          "a.b=1",         "x.csv",
                                                          "--params",      "p.yaml",
                                                          "--strict",      "--set",
                                                          "a.c=[1, 2]",    "--params=q.yaml",
                                                          "--seed",        "18446744073709551615",
                                                          "--workspace",   "w",
                                                          "--threads",     "3",
                                                          "--progress",    "json",
                                                          "--timing",      "t.json"});
  EXPECT_EQ(line.context.option("file"), "x.csv");
  EXPECT_EQ(line.context.option("strict"), "true");
  EXPECT_EQ(line.context.option("vs"), std::nullopt);
  EXPECT_EQ(line.context.option("max-users"), std::nullopt) << "it is a parameter";
  const ParamMap overrides{{"a.b", "1"}, {"a.c", "[1, 2]"}, {"choose.max_users", "7"}};
  EXPECT_EQ(line.overrides, overrides);
  const std::vector<std::filesystem::path> files{"p.yaml", "q.yaml"};
  EXPECT_EQ(line.params_files, files);
  EXPECT_EQ(line.context.seed, 18446744073709551615U);
  EXPECT_EQ(line.context.threads, 3);
  EXPECT_EQ(line.context.workspace, "w");
  EXPECT_EQ(line.progress, ProgressMode::kJson);
  EXPECT_EQ(line.timing_file, "t.json");
}

TEST(CommandLine, HasDefaults) {
  const auto line = parse_command_line(sample_command(), {"--file", "x.csv"});
  EXPECT_EQ(line.context.workspace, ".");
  EXPECT_EQ(line.context.seed, 42U);
  EXPECT_GE(line.context.threads, 1);
  EXPECT_EQ(line.progress, ProgressMode::kAuto);
  EXPECT_FALSE(line.is_dry_run);
  EXPECT_FALSE(line.is_list_io);
  EXPECT_TRUE(line.overrides.empty());
  EXPECT_EQ(line.same_options, "");
  EXPECT_TRUE(line.timing_file.empty());
}

TEST(CommandLine, AnOptionWinsOverSet) {
  const auto line = parse_command_line(
      sample_command(), {"x.csv", "--max-users", "7", "--set", "choose.max_users=8"});
  EXPECT_EQ(line.overrides.at("choose.max_users"), "7");
}

TEST(CommandLine, HelpNeedsNothingElse) {
  EXPECT_TRUE(parse_command_line(sample_command(), {"--help"}).is_help);
  EXPECT_TRUE(parse_command_line(sample_command(), {"--vs", "y", "-h"}).is_help);
}

TEST(CommandLine, SameOptionsCanBePasted) {
  const auto line =
      parse_command_line(sample_command(), {"x.csv", "--workspace", "a b", "--params", "p.yaml",
                                            "--set", "a.b=it's", "--seed=7", "--strict"});
  EXPECT_EQ(line.same_options, R"(--workspace 'a b' --params p.yaml --set 'a.b=it'\''s' --seed 7)");
}

TEST(CommandLine, ThreadsMayComeFromTheEnvironment) {
  ASSERT_EQ(::setenv("VITRINA_THREADS", "5", 1), 0);
  EXPECT_EQ(parse_command_line(sample_command(), {"x"}).context.threads, 5);
  EXPECT_EQ(parse_command_line(sample_command(), {"x", "--threads=2"}).context.threads, 2);
  ASSERT_EQ(::setenv("VITRINA_THREADS", "many", 1), 0);
  EXPECT_EQ(usage_error({"x"}),
            "VITRINA_THREADS: found 'many', expected a whole number from 0 to 1024; see 'vitrina "
            "answer --help'");
  ASSERT_EQ(::unsetenv("VITRINA_THREADS"), 0);
  EXPECT_EQ(parse_command_line(sample_command(), {"x", "--threads=0"}).context.threads,
            resolve_threads(0));
}

TEST(CommandLine, ErrorsNameTheOptionAndTheWayOut) {
  const std::string help = "; see 'vitrina answer --help'";
  EXPECT_EQ(usage_error({}), "--file FILE is required" + help);
  EXPECT_EQ(usage_error({"x", "y"}), "unexpected word 'y'" + help);
  EXPECT_EQ(usage_error({"x", "--max-user", "3"}),
            "unknown option '--max-user', did you mean --max-users" + help);
  EXPECT_EQ(usage_error({"x", "--qqqqqqqqqqq"}), "unknown option '--qqqqqqqqqqq'" + help);
  EXPECT_EQ(usage_error({"x", "--vs"}), "--vs: its value is missing" + help);
  EXPECT_EQ(usage_error({"x", "--vs="}), "--vs: its value is missing" + help);
  EXPECT_EQ(usage_error({"x", "--vs", ""}), "--vs: found '', expected a value OTHER" + help);
  EXPECT_EQ(usage_error({"x", "--vs", "--quiet"}),
            "--vs: found '--quiet', expected a value OTHER" + help);
  EXPECT_EQ(usage_error({"x", "--seed=1", "--seed=2"}), "--seed was given 2 times" + help);
  EXPECT_EQ(usage_error({"x", "--seed=-1"}),
            "--seed: found '-1', expected a whole number from 0 to 2^64 - 1" + help);
  EXPECT_EQ(usage_error({"x", "--threads", "2000"}),
            "--threads: found '2000', expected a whole number from 0 to 1024" + help);
  EXPECT_EQ(usage_error({"x", "--progress", "loud"}),
            "--progress: found 'loud', expected auto, plain, json or none" + help);
  EXPECT_EQ(usage_error({"x", "--set", "a.b"}), "--set: found 'a.b', expected KEY=VALUE" + help);
  EXPECT_EQ(usage_error({"x", "--set", "=b"}), "--set: found '=b', expected KEY=VALUE" + help);
}

}  // namespace
}  // namespace vitrina::cli
