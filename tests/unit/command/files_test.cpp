#include "command/files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/file.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;

Command command_of(std::string_view name, std::vector<File> inputs, std::vector<File> outputs) {
  Command command{.name = name,
                  .summary = "works",
                  .inputs = std::move(inputs),
                  .outputs = std::move(outputs),
                  .sections = {},
                  .options = {},
                  .example = "",
                  .run = nullptr};
  if (name == "ingest") {
    command.sections = {{"data", {{"dir", "text", "data/raw", "", "where the log is"}}}};
  }
  return command;
}

class CommandFiles : public testing::Test {
 protected:
  CommandFiles()
      : root_(fs::path(testing::TempDir()) /
              ("stage_files_" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
    context_.workspace = root_;
  }
  ~CommandFiles() override { fs::remove_all(root_); }

  std::string message_of_check(const Command& command, std::string_view same_options) {
    try {
      check_inputs(command, context_, rows_, same_options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kMissingInput);
      return error.what();
    }
    return "";
  }

  fs::path root_;
  Context context_;
  const std::vector<Command> rows_{
      command_of("ingest", {{"{data.dir}/actions.pq", "the log"}, {"{schema}", "names", true}},
                 {{"data/interim/shop.vtr", "the encoded log"}, {"reports/ingest.json", "counts"}}),
      command_of("fit", {{"data/interim/shop.vtr", "the encoded log"}},
                 {{"models/<fold>/pairs.vtr", "pairs"}, {"models/all", "the rest"}}),
      command_of("pack", {{"models/all/one.vtr", "a model"}, {"models/<fold>/pairs.vtr", "pairs"}},
                 {{"{out}", "the bundle"}}),
  };
};

TEST_F(CommandFiles, AMissingInputNamesItsMakerAndWhatToType) {
  const auto path = (root_ / "data/interim/shop.vtr").string();
  EXPECT_EQ(message_of_check(rows_[1], ""), path + " is missing; run 'vitrina ingest' first");
  EXPECT_EQ(message_of_check(rows_[1], "--seed 7"),
            path + " is missing; run 'vitrina ingest --seed 7' first");
  write_file(path, "x");
  EXPECT_EQ(message_of_check(rows_[1], ""), "");
}

TEST_F(CommandFiles, AnOptionMayStandInTheInputsPlace) {
  const auto answer = command_of(
      "answer", {{"models/all", "the models", false, "models"}, {"{models}", "the models"}}, {});
  EXPECT_EQ(message_of_check(answer, ""),
            (root_ / "models/all").string() + " is missing; run 'vitrina fit' first");
  context_.options["models"] = (root_ / "elsewhere").string();
  EXPECT_EQ(message_of_check(answer, ""), (root_ / "elsewhere").string() + " is missing");
  std::ostringstream out;
  describe_run(answer, context_, rows_, out);
  EXPECT_NE(out.str().find("not read with --models"), std::string::npos) << out.str();
  write_file(root_ / "elsewhere", "x");
  EXPECT_EQ(message_of_check(answer, ""), "");
}

TEST_F(CommandFiles, AnInputThatNoCommandMakesIsNamedAlone) {
  EXPECT_EQ(message_of_check(rows_[0], ""),
            (root_ / "data/raw/actions.pq").string() + " is missing");
}

TEST_F(CommandFiles, BracesAreValuesOfParametersAndOptions) {
  EXPECT_EQ(locate(rows_[0].inputs[0], rows_[0], context_), root_ / "data/raw/actions.pq");
  context_.params["data.dir"] = "/logs/x";
  EXPECT_EQ(locate(rows_[0].inputs[0], rows_[0], context_), "/logs/x/actions.pq");
  EXPECT_EQ(locate(rows_[0].inputs[1], rows_[0], context_), std::nullopt);
  context_.options["schema"] = "map.yaml";
  EXPECT_EQ(locate(rows_[0].inputs[1], rows_[0], context_), "map.yaml")
      << "an option is relative to the current folder";
}

TEST_F(CommandFiles, OfADescribedPathTheFolderBeforeItIsChecked) {
  EXPECT_EQ(locate(rows_[2].inputs[1], rows_[2], context_), root_ / "models");
}

TEST_F(CommandFiles, AFolderCoversItsFilesInBothDirections) {
  const auto maker = [&](std::string_view path) {
    const auto* found = maker_of({path, ""}, rows_[2], {}, rows_);
    return found == nullptr ? std::string_view("none") : found->name;
  };
  EXPECT_EQ(maker("models/all/one.vtr"), "fit");
  EXPECT_EQ(maker("data/interim"), "ingest");
  EXPECT_EQ(maker("data/interim/"), "ingest");
  EXPECT_EQ(maker("models/allother"), "none");
  EXPECT_EQ(maker("anything"), "none");
  EXPECT_EQ(maker("{out}/x"), "none") << "a file of the user's own";
}

TEST_F(CommandFiles, AMakerIsFoundThroughEqualParameters) {
  auto simulate = command_of("simulate", {}, {{"{simulate.out}/actions.pq", "the log"}});
  simulate.sections = {{"simulate", {{"out", "text", "data/raw", "", "where to"}}}};
  const std::vector<Command> rows{simulate, rows_[0]};
  const auto& input = rows_[0].inputs[0];
  EXPECT_EQ(maker_of(input, rows_[0], {}, rows), &rows[0]);
  EXPECT_EQ(maker_of(input, rows_[0], {{"data.dir", "mine"}}, rows), nullptr);
}

TEST_F(CommandFiles, ListIoIsTabSeparated) {
  context_.workspace = ".";
  std::ostringstream out;
  list_io(rows_[0], context_, out);
  EXPECT_EQ(out.str(),
            "input\tdata/raw/actions.pq\tthe log\n"
            "optional-input\t<--schema>\tnames\n"
            "output\tdata/interim/shop.vtr\tthe encoded log\n"
            "output\treports/ingest.json\tcounts\n"
            "params\tdata\t1 fields\n");
}

TEST_F(CommandFiles, DescribeRunTellsWhatIsThere) {
  write_file(root_ / "data/raw/actions.pq", std::string(2048, 'x'));
  write_file(root_ / "reports/ingest.json", "{}");
  std::ostringstream out;
  describe_run(rows_[0], context_, rows_, out);
  const auto text = out.str();
  EXPECT_NE(text.find("2.00 KiB"), std::string::npos) << text;
  EXPECT_NE(text.find("not given"), std::string::npos) << text;
  EXPECT_NE(text.find("shop.vtr new"), std::string::npos) << text;
  EXPECT_NE(text.find("replaces 2 B"), std::string::npos) << text;
  std::ostringstream of_fit;
  fs::remove_all(root_ / "data");
  describe_run(rows_[1], context_, rows_, of_fit);
  EXPECT_NE(of_fit.str().find("MISSING, made by ingest"), std::string::npos) << of_fit.str();
}

}  // namespace
}  // namespace vitrina::command
