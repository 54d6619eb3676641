#include "pipeline/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/rules.hpp"
#include "command/chain.hpp"
#include "command/layout.hpp"
#include "command/places.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/lock.hpp"
#include "core/temporary.hpp"
#include "core/version.hpp"
#include "pipeline/answer_rules.hpp"
#include "pipeline/read_shop.hpp"
#include "pipeline/steps.hpp"
#include "pipeline/summarise.hpp"

namespace vitrina::pipeline {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::string_view kDefaultOut = "out";

/// The folder of the stages' files: --keep-stages, or one inside --out that goes when the run
/// ends, however it ends. Both are locked, so what another run has left in --out is of the dead.
class RunWorkspace {
 public:
  RunWorkspace(const command::Context& context, const fs::path& out) : out_lock_(out, kHolder) {
    sweep(out);
    if (const auto kept = context.option("keep-stages")) {
      kept_ = fs::absolute(*kept);
      if (!same_place(kept_, out)) kept_lock_.emplace(kept_, kHolder);
      return;
    }
    temporary_.emplace(fs::absolute(out) / fmt::format("{}{}", kPrefix, ::getpid()));
  }

  [[nodiscard]] const fs::path& path() const { return temporary_ ? temporary_->path() : kept_; }

 private:
  static constexpr std::string_view kHolder = "vitrina run";
  static constexpr std::string_view kPrefix = ".stages-";

  static bool same_place(const fs::path& a, const fs::path& b) {
    std::error_code ignored;
    return fs::equivalent(a, b, ignored);
  }

  /// Removes the folders that killed runs have left.
  static void sweep(const fs::path& out) {
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(out)) {
      const auto name = entry.path().filename().string();
      if (name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
          name.find_first_not_of("0123456789", kPrefix.size()) == std::string::npos) {
        left.push_back(entry.path());
      }
    }
    for (const auto& folder : left) fs::remove_all(folder);
  }

  FolderLock out_lock_;
  std::optional<FolderLock> kept_lock_;
  fs::path kept_;
  std::optional<TemporaryFolder> temporary_;
};

command::Context chain_context(const command::Context& context, const fs::path& workspace) {
  auto inner = command::in_workspace(context, workspace);
  // recommend answers for the shop that was just read, from the bundle that was just packed
  for (const auto* name : {"bundle", "data", "as-of", "schema", "out"}) inner.options.erase(name);
  return inner;
}

Json run_steps(const command::Context& inner) {
  Json seconds;
  for (const auto& [name, taken] : command::run_chain(inner, steps())) {
    seconds[std::string(name)] = taken;
  }
  return seconds;
}

void copy_out(const fs::path& from, const fs::path& to) { write_file(to, read_file(from)); }

void run(const command::Context& context) {
  if (!context.params.contains("ingest.data_dir")) {
    throw Error(ErrorCode::kUsage, "run: --data is missing; name the folder with the shop's log");
  }
  const auto language = command::read_language(context);
  const fs::path out = context.option("out").value_or(std::string(kDefaultOut));
  const auto bundle = context.option("bundle");
  if (bundle) command::check_bundle_place(*bundle);
  const RunWorkspace workspace(context, out);
  const auto seconds = run_steps(chain_context(context, workspace.path()));
  const auto inside = [&](std::string_view file) { return workspace.path() / file; };
  Json report{{"version", version()}, {"build", build_id()}, {"seed", context.seed}};
  report["ingest"] = Json::parse(read_file(inside(command::kIngestReport)));
  report["folds"] = Json::parse(read_file(inside(command::kSplitFile)));
  report["train"] = Json::parse(read_file(inside(command::kTrainReport)));
  report["refit"] = Json::parse(read_file(inside(command::kRefitReport)));
  report["metrics"] = Json::parse(read_file(inside(command::kMetricsReport)));
  report["answer"] = Json::parse(read_file(inside(command::kAnswerReport)));
  report["seconds"] = seconds;
  if (bundle) command::copy_bundle(workspace.path(), *bundle);
  copy_out(inside(command::kPredictions), out / "predictions.csv");
  copy_out(inside(command::kRecommendations), out / "recommendations.parquet");
  write_file(out / command::kReport, report.dump(2) + "\n");
  *context.out << summarise(workspace.path(), language)
               << summary_line(language == command::Language::kRussian ? "файл ответа" : "answer",
                               (out / "predictions.csv").string());
}

/// Whether `path` is `folder` or lies in it, whatever of both is there.
bool is_within(const fs::path& path, const fs::path& folder) {
  const auto inner = fs::weakly_canonical(fs::absolute(path) / "");
  const auto outer = fs::weakly_canonical(fs::absolute(folder) / "");
  const auto below = inner.lexically_relative(outer);
  return !below.empty() && *below.begin() != "..";
}

/// A bundle's folder holds the bundle alone: what else the run writes there would be in its way
/// when all the work is done.
void check_bundle_apart(const command::Context& context) {
  const auto bundle = context.option("bundle");
  if (!bundle) return;
  const auto refuse_within = [&](std::string_view option, const fs::path& folder) {
    if (!is_within(folder, *bundle)) return;
    throw Error(ErrorCode::kUsage,
                fmt::format("run: --{} {} is the folder of --bundle {} or inside it, which holds "
                            "the bundle alone; name another one for the bundle, such as {}",
                            option, printable(folder.string()), printable(*bundle),
                            printable((folder / "bundle").string())));
  };
  refuse_within("out", context.option("out").value_or(std::string(kDefaultOut)));
  if (const auto kept = context.option("keep-stages")) refuse_within("keep-stages", *kept);
}

void check(const command::Context& context) {
  check_bundle_apart(context);
  if (const auto out = context.option("out")) command::check_no_bundle("out", *out);
  bundle::check_listed(context.option("only-listed").has_value(),
                       !read_section<IngestConfig>(context.params, "ingest").as_of.empty());
}

std::vector<command::Option> options() {
  auto options = ingest_options();
  options.push_back({"--out", "DIR", "where the answer goes (default: out)"});
  options.push_back({"--horizon-days", "DAYS", "days ahead that purchases are predicted", false,
                     "split.horizon_days"});
  for (auto& option : answer_options()) options.push_back(option);
  options.push_back({"--bundle", "DIR", "also keep the packed bundle here"});
  options.push_back({"--keep-stages", "DIR", "keep the files of all stages here"});
  options.push_back(command::language_option());
  return options;
}

}  // namespace

command::Command run_command() {
  return {.name = "run",
          .summary = "does the whole job in one process: a shop's log in, the answer out",
          .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
          .outputs = {{"{out}/predictions.csv", "the answer in the case's format"},
                      {"{out}/recommendations.parquet", "the same, a row a pair, with scores"},
                      {"{out}/report.json", "what was read, trained, judged and chosen"}},
          .sections = {},
          .options = options(),
          .example = "vitrina run --data shop/ --out answer/",
          .run = run,
          .is_pipeline = false,
          .check = check};
}

}  // namespace vitrina::pipeline
