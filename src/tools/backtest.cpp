#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "command/chain.hpp"
#include "command/option_values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/lock.hpp"
#include "data/build.hpp"
#include "data/log_checks.hpp"
#include "evaluation/backtest.hpp"
#include "evaluation/backtest_cuts.hpp"
#include "evaluation/backtest_report.hpp"
#include "evaluation/scoring.hpp"
#include "io/log_schema.hpp"
#include "io/submission.hpp"
#include "pipeline/folds.hpp"
#include "pipeline/read_shop.hpp"
#include "pipeline/run.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kRules{"own_history", "organisers", "popularity"};

/// Passes on what the work at a cut says, with the cut before it.
class ProgressOfCut final : public Progress {
 public:
  ProgressOfCut(Progress& outer, std::string cut) : outer_(outer), cut_(std::move(cut)) {}

  void begin(std::string_view step, std::uint64_t total, std::string_view unit) override {
    outer_.begin(fmt::format("{}: {}", cut_, step), total, unit);
  }
  void advance(std::uint64_t n) override { outer_.advance(n); }
  void end(std::string_view summary) override { outer_.end(summary); }
  void warn(std::string_view message) override {
    outer_.warn(fmt::format("{}: {}", cut_, message));
  }

 private:
  Progress& outer_;
  std::string cut_;
};

Error wrong_value(std::string_view option, std::string_view found, std::string_view expected) {
  return {ErrorCode::kUsage,
          fmt::format("--{}: found '{}', expected {}", option, printable(found), expected)};
}

/// The number that an option was given, or its default.
template <class Number>
Number option_number(const command::Context& context, std::string_view option, Number otherwise,
                     Number max, std::string_view expected) {
  const auto text = context.option(option);
  if (!text) return otherwise;
  Number value{};
  const auto [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool is_number = status == std::errc{} && end == text->data() + text->size();
  if (!is_number || !(value > 0 && value <= max)) throw wrong_value(option, *text, expected);
  return value;
}

evaluation::CutRule cut_rule(const command::Context& context) {
  evaluation::CutRule rule;
  rule.n_cuts = option_number(context, "cuts", rule.n_cuts, 1000, "a whole number from 1 to 1000");
  rule.every = std::max(
      TimeUs{1}, from_days(option_number(context, "every", 1.0, 365.0, "days above 0, to 365")));
  return rule;
}

/// The log that answers are held against, read as the answers' own reading of it.
struct Truth {
  pipeline::IngestConfig config;
  std::string name;
  io::LogSchema schema;
  TimeUs since = kNoTime;  ///< nothing before is looked at
  TimeUs as_of = kNoTime;  ///< nothing from then on is looked at

  explicit Truth(const command::Context& context)
      : config(read_section<pipeline::IngestConfig>(context.params, "ingest")),
        name(context.path(config.data_dir).string()),
        schema(pipeline::schema_of(context, config)),
        since(command::option_time_or_none("since", config.since)),
        as_of(command::option_time_or_none("as-of", config.as_of)) {}

  [[nodiscard]] RawLog read(const command::Context& context, TimeUs end) const {
    return pipeline::read_raw_log(context, config, schema, end);
  }
};

evaluation::LogRange read_range(const command::Context& context, const Truth& truth) {
  auto log = truth.read(context, truth.as_of);
  const auto range = plausible_range(log.time);
  drop_implausible(log, range);
  warn_of_newer_rows(log.counts, *context.progress);
  if (range.last < range.first) {
    throw Error(ErrorCode::kBadData, fmt::format("{}: found no event that can be used, expected "
                                                 "days of them before each cut",
                                                 truth.name));
  }
  // The plausible range is of whole days; the log may end within one, and --since be within one.
  return {std::max(range.first, truth.since), end_of(log.time)};
}

std::vector<TimeUs> cuts_of(const command::Context& context, evaluation::LogRange range,
                            TimeUs horizon, const Truth& truth) {
  if (!context.option("at"))
    return evaluation::last_cuts(range, horizon, cut_rule(context), truth.name);
  for (const auto* other : {"cuts", "every"}) {
    if (!context.option(other)) continue;
    throw Error(ErrorCode::kUsage, fmt::format("--{}: found beside --at, which names every cut; "
                                               "leave one of them out",
                                               other));
  }
  std::vector<TimeUs> cuts;
  for (const auto& text : command::option_values(context, "at"))
    cuts.push_back(command::option_time("at", text));
  std::sort(cuts.begin(), cuts.end());
  evaluation::check_cuts(cuts, range);
  if (cuts.back() + horizon > range.end + kUsPerHour) {
    context.progress->warn(fmt::format(
        "{}: the log ends at {}, before the {:g} days after cut {} are over; fewer purchases count "
        "there",
        truth.name, format_time(range.end - range.end % kUsPerSecond),
        static_cast<double>(horizon) / kUsPerDay, format_time(cuts.back())));
  }
  return cuts;
}

/// The windows after the cuts with what was bought in them. The log is read up to the last one's
/// end, as `score` reads it.
std::vector<evaluation::Window> read_windows(const command::Context& context, const Truth& truth,
                                             const std::vector<TimeUs>& cuts, TimeUs horizon) {
  TimeUs end = cuts.back() + horizon;
  if (truth.as_of != kNoTime) end = std::min(end, truth.as_of);
  const auto log = truth.read(context, end);
  std::vector<evaluation::Window> windows;
  for (const auto cut : cuts) {
    auto& window = windows.emplace_back();
    window.from = cut;
    window.to = cut + horizon;
    window.bought = evaluation::purchases(log, window.from, window.to);
    if (!window.bought.users.empty()) continue;
    throw Error(ErrorCode::kBadData,
                fmt::format("{}: found no orders from {} to {}, expected buyers to judge answers "
                            "by; name other cuts by --at",
                            truth.name, format_time(window.from), format_time(window.to)));
  }
  return windows;
}

/// `2024-09-26`, or with the time of the day where it is not midnight.
std::string folder_name(TimeUs cut) {
  auto name = format_time(cut);
  constexpr std::string_view kMidnight = "T00:00:00";
  if (name.ends_with(kMidnight)) name.resize(name.size() - kMidnight.size());
  return name;
}

/// The whole job and the baselines as `vitrina run --as-of` and `vitrina baselines --as-of` do
/// them, for nothing at or after the cut is looked at.
void answer_at(const command::Context& context, TimeUs cut, const fs::path& out,
               Progress& progress) {
  command::Context inner = context;
  std::ostringstream summary;
  inner.params["ingest.as_of"] = format_time(cut);
  inner.options = {{"out", out.string()}};
  inner.progress = &progress;
  inner.out = &summary;
  command::run_chain(inner, std::array{pipeline::run_command(), baselines_command()});
}

evaluation::Predictions read_answer(const fs::path& path) {
  auto rows = io::read_submission(path);
  return {path.string(), {std::move(rows.user_id), std::move(rows.products)}};
}

/// What the answer's report says of the customers that it names.
evaluation::Expected read_expected(const fs::path& path) {
  const auto answer = nlohmann::json::parse(read_file(path)).at("answer");
  return {.buyers = answer.at("expected_buyers").get<double>(),
          .recall = answer.at("expected_recall_sum").get<double>(),
          .is_calibrated = !answer.at("expected_buyers_is_lower_bound").get<bool>()};
}

evaluation::Backtest judge_all(const command::Context& context, const fs::path& out,
                               std::vector<evaluation::Window> windows) {
  evaluation::Backtest found;
  found.config = evaluation::read_scoring_config(context.params, context.seed, context.threads);
  std::vector<evaluation::RuleAnswers> rules;
  rules.reserve(kRules.size());
  for (const auto rule : kRules) rules.push_back({std::string(rule), {}});
  for (auto& window : windows) {
    const auto folder = out / folder_name(window.from);
    window.first = read_answer(folder / "predictions.csv");
    found.expected.push_back(read_expected(folder / "report.json"));
    std::vector<evaluation::RuleAnswers> of_window;
    for (auto& rule : rules) {
      rule.answers.push_back(read_answer(folder / fmt::format("{}.csv", rule.name)));
      of_window.push_back({rule.name, {rule.answers.back()}});
    }
    found.by_window.push_back(evaluation::judge({window}, of_window, found.config));
  }
  found.pooled = evaluation::judge(windows, rules, found.config);
  found.windows = std::move(windows);
  return found;
}

void run(const command::Context& context) {
  if (!context.params.contains("ingest.data_dir")) {
    throw Error(ErrorCode::kUsage,
                "backtest: --data is missing; name the folder with the shop's log");
  }
  const fs::path out = context.option("out").value_or("out/backtest");
  const auto split = read_section<pipeline::SplitConfig>(context.params, "split");
  const auto horizon = from_days(split.horizon_days);
  const Truth truth(context);
  const auto cuts = cuts_of(context, read_range(context, truth), horizon, truth);
  auto windows = read_windows(context, truth, cuts, horizon);
  const FolderLock lock(out, "vitrina backtest");
  for (std::size_t w = 0; w < cuts.size(); ++w) {
    const auto name = folder_name(cuts[w]);
    ProgressOfCut progress(*context.progress,
                           fmt::format("cut {} of {}, {}", w + 1, cuts.size(), name));
    answer_at(context, cuts[w], out / name, progress);
  }
  context.progress->begin("score", 0, "");
  auto found = judge_all(context, out, std::move(windows));
  context.progress->end(fmt::format("{} buyers", found.pooled.engine.pooled.counts.buyers));
  found.data = truth.name;
  found.horizon_days = split.horizon_days;
  found.max_users = selection::read_choose(context.params).limits().max_users;
  if (const auto path = context.option("json")) {
    // it holds paths, which may be any bytes
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
    write_file(*path, to_json(found).dump(2, ' ', false, kReplace) + "\n");
  }
  *context.out << table_text(found) << "answers of each cut: " << out.string() << '\n';
}

std::vector<command::Option> options() {
  std::vector<command::Option> options{
      {"--cuts", "N", "cuts, the last one a horizon before the log's end (default: 3)"},
      {"--every", "DAYS", "days from one cut to the next (default: 1)"},
      {"--at", "TIME[,TIME...]", "the cuts themselves, instead of --cuts and --every"},
      {"--out", "DIR", "where the answers of each cut go (default: out/backtest)"},
      {"--json", "FILE", "write the figures there as JSON too"}};
  for (const auto& option : pipeline::ingest_options()) {
    if (option.name != "--as-of") options.push_back(option);
  }
  options.push_back({"--horizon-days", "DAYS", "days after a cut whose purchases are predicted",
                     false, "split.horizon_days"});
  options.push_back({"--max-users", "N", "customers named at most", false, "choose.max_users"});
  options.push_back({"--k", "K", "products a customer", false, "choose.k"});
  options.push_back({"--draws", "N", "bootstrap draws behind each interval", false, "score.draws"});
  return options;
}

}  // namespace

command::Command backtest_command() {
  return {
      .name = "backtest",
      .summary =
          "does the whole job at several cuts of a log, everything after each hidden, and "
          "scores it beside the baselines on what was bought then",
      .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
      .outputs = {{"{out}/<cut>/predictions.csv", "the answer at a cut"},
                  {"{out}/<cut>/report.json", "what was read, trained, judged and chosen there"},
                  {"{out}/<cut>/organisers.csv", "a baseline's answer, as `baselines` writes it"},
                  {"{json}", "the figures with all digits", true}},
      .sections = {},
      .options = options(),
      .example = "vitrina backtest --data shop/ --cuts 3 --out backtest/",
      .run = run,
      .is_pipeline = false};
}

}  // namespace vitrina::tools
