#include "cli/help.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "program/table.hpp"

namespace vitrina::cli {
namespace {

using command::Command;

std::vector<command::Command> sample_rows() {
  command::Command read{
      .name = "ingest",
      .summary = "reads the log",
      .inputs = {{"{data.dir}/actions.pq", "the log"}},
      .outputs = {{"data/interim/shop.vtr", "the encoded log"}},
      .sections = {{"data", {{"dir", "text", "data/raw", "", "where the log is"}}}},
      .options = {},
      .example = "vitrina ingest",
      .run = nullptr};
  command::Command score{
      .name = "score",
      .summary = "scores a file",
      .inputs = {{"data/interim/shop.vtr", "the truth"}, {"{notes}", "notes", true}},
      .outputs = {},
      .sections = {},
      .options = {{"--predictions", "F", "what to score", true},
                  {"--notes", "FILE", "what to say"},
                  {"--dir", "DIR", "where the log is", false, "data.dir"}},
      .positional = "--predictions",
      .example = "vitrina score answer.csv",
      .run = nullptr,
      .is_pipeline = false};
  return {read, score};
}

TEST(Help, AStageTellsFilesOptionsParametersAndExample) {
  const auto rows = sample_rows();
  const auto text = command_help(rows[1], rows);
  EXPECT_TRUE(
      text.starts_with("vitrina score: scores a file\n\n"
                       "Usage: vitrina score [OPTIONS] F\n"))
      << text;
  EXPECT_NE(text.find("  data/interim/shop.vtr  the truth [made by ingest]\n"), std::string::npos);
  EXPECT_NE(text.find("  <--notes>              notes; optional\n"), std::string::npos);
  EXPECT_NE(text.find("  --predictions F  what to score [required]\n"), std::string::npos);
  EXPECT_NE(text.find("where the log is [default 'data/raw']\n"), std::string::npos);
  EXPECT_NE(text.find("\nExample:\n  vitrina score answer.csv\n"), std::string::npos);
  EXPECT_NE(text.find("\nExit codes:\n   0  all went well\n   2  usage: "), std::string::npos);
  EXPECT_EQ(text.find("Outputs"), std::string::npos) << "it has none";
  EXPECT_NE(command_help(rows[0], rows).find("  --set data.dir=data/raw\n      where the log is\n"),
            std::string::npos);
}

TEST(Help, TheGeneralHelpHasThePipelineBeforeTheTools) {
  const auto text = general_help(sample_rows());
  const auto pipeline = text.find("Pipeline, in this order:\n  ingest  reads the log\n");
  const auto tools = text.find("Tools:\n  score  scores a file\n");
  ASSERT_NE(pipeline, std::string::npos) << text;
  ASSERT_NE(tools, std::string::npos) << text;
  EXPECT_LT(pipeline, tools);
  EXPECT_EQ(text.find("vitrina simulate"), std::string::npos) << "it is not in the table";
}

TEST(Help, NoLineIsWiderThanAHundredColumns) {
  std::string all = general_help(program::table());
  for (const auto& command : program::table()) all += command_help(command, program::table());
  std::istringstream in(all);
  for (std::string line; std::getline(in, line);) {
    const bool is_command = line.find("vitrina ") != std::string::npos;
    EXPECT_TRUE(is_command || line.size() <= 100) << line;
  }
}

}  // namespace
}  // namespace vitrina::cli
