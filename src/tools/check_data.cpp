#include "tools/tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "command/option_values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "data/build.hpp"
#include "data/log_checks.hpp"
#include "pipeline/read_shop.hpp"
#include "tools/data_report.hpp"

namespace vitrina::tools {
namespace {

namespace fs = std::filesystem;

/// Keeps the warnings for the report, where each stands once; the rest goes on.
class KeptWarnings final : public Progress {
 public:
  explicit KeptWarnings(Progress& to) : to_(to) {}

  void begin(std::string_view step, std::uint64_t total, std::string_view unit) override {
    to_.begin(step, total, unit);
  }
  void advance(std::uint64_t n) override { to_.advance(n); }
  void end(std::string_view summary) override { to_.end(summary); }
  void warn(std::string_view message) override { warnings.emplace_back(message); }

  std::vector<std::string> warnings;

 private:
  Progress& to_;
};

/// Runs a check; what it refuses is a problem.
template <class Check>
void note_problem(std::vector<std::string>& problems, const Check& check) {
  try {
    check();
  } catch (const Error& error) {
    problems.emplace_back(error.what());
  }
}

void run(const command::Context& outer) {
  KeptWarnings progress(*outer.progress);
  auto context = outer;
  context.progress = &progress;
  const auto config = read_section<pipeline::IngestConfig>(context.params, "ingest");
  const auto schema = pipeline::schema_of(context, config);
  Verdict verdict;
  auto raw = pipeline::read_raw_log(context, config, schema,
                                    command::option_time_or_none("as-of", config.as_of));
  const auto catalog = pipeline::read_raw_catalog(context, config, schema);
  note_problem(verdict.problems, [&] { check_bad_share(raw.counts, config.max_bad_share); });
  drop_implausible(raw, plausible_range(raw.time));
  warn_of_newer_rows(raw.counts, progress);
  note_problem(verdict.problems, [&] { check_actions(raw, LogUse::kLearn, progress); });
  if (verdict.problems.empty()) note_problem(verdict.problems, [&] { check_has_events(raw); });
  progress.begin("sort events", 0, "");
  verdict.facts =
      facts_of(raw, catalog ? &*catalog : nullptr,
               read_section<pipeline::SplitConfig>(context.params, "split"), context.threads);
  progress.end(fmt::format("{} events", verdict.facts.events));
  verdict.facts.names_file = fs::is_regular_file(context.path(config.data_dir));
  verdict.missing = missing_parts(verdict.facts);
  verdict.warnings = std::move(progress.warnings);
  std::ranges::move(customer_warnings(verdict.facts), std::back_inserter(verdict.warnings));
  if (const auto path = context.option("json")) {
    write_file(*path, to_json(verdict).dump(2) + "\n");
  }
  *context.out << to_text(verdict) << std::flush;
  if (!verdict.problems.empty()) throw Error(ErrorCode::kBadData, verdict.problems.front());
}

std::vector<command::Option> options() {
  auto options = pipeline::ingest_options();
  options.push_back({"--horizon-days", "DAYS", "days ahead that purchases are predicted", false,
                     "split.horizon_days"});
  options.push_back({"--json", "FILE", "write what was found there as JSON too"});
  return options;
}

}  // namespace

command::Command check_data_command() {
  return {.name = "check-data",
          .summary =
              "says what is in a shop's log and catalog, what is missing, what is lost by "
              "it and how to mend it",
          .inputs = {{"{ingest.data_dir}", "the log, the catalog and the title vectors"}},
          .outputs = {{"{json}", "what was found", true}},
          .sections = {{"ingest", describe<pipeline::IngestConfig>()},
                       {"split", describe<pipeline::SplitConfig>()}},
          .options = options(),
          .positional = "--data",
          .example = "vitrina check-data shop/",
          .run = run,
          .is_pipeline = false};
}

}  // namespace vitrina::tools
