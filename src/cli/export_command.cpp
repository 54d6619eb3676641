#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "core/cancel.hpp"
#include "core/error.hpp"
#include "store/event_store.hpp"
#include "vitrina/log.hpp"

namespace vitrina::cli {
namespace {

constexpr std::size_t kRowsAtOnce = 100'000;
/// Where customers are forgotten again and again, the log would never be written.
constexpr int kTries = 5;
constexpr const char* kFile = "train_actions.parquet";

/// Somebody was forgotten while the log was written, whose rows may be in it.
struct Outdated : std::exception {};

struct Counts {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};

/// Throws Outdated.
Counts write(store::EventStore& store, const std::filesystem::path& file) {
  const auto mark = store.mark(0);
  // behind the mark: a visit of who is forgotten before is linked to nobody
  store.let_go_of_links();
  std::int64_t after = 0;
  Counts counts;
  counts.written = write_log(file, [&] {
    throw_if_cancelled();
    std::vector<LogRow> rows;
    for (auto& row : store.read(after, kRowsAtOnce)) {
      rows.push_back({std::move(row.event), std::move(row.recommendation)});
    }
    counts.read += rows.size();
    if (store.mark(0) != mark) throw Outdated{};
    return rows;
  });
  return counts;
}

/// Anew after each forgetting.
Counts write_current(const command::Context& context, store::EventStore& store,
                     const std::filesystem::path& file) {
  for (int n_tries = 1; n_tries <= kTries; ++n_tries) {
    try {
      return write(store, file);
    } catch (const Outdated&) {
      if (n_tries == kTries) break;
      context.progress->warn("a customer was forgotten meanwhile; the log is written anew");
    }
  }
  throw Error(ErrorCode::kOutOfResources,
              fmt::format("export: found a customer forgotten in the midst of each of {} tries, "
                          "expected a try without; forget many before or after an export",
                          kTries));
}

void run(const command::Context& context) {
  store::EventStore store(context.option("store").value(), store::EventStore::Access::kRead);
  const auto file = std::filesystem::path(context.option("out").value()) / kFile;
  const auto counts = write_current(context, store, file);
  const auto clock = store.clock();
  *context.out << fmt::format(
      "{}: {} events of users{}; {} of visits without a user are left out\n", file.string(),
      counts.written, clock.empty() ? "" : fmt::format(" on the clock {}", clock),
      counts.read - counts.written);
}

}  // namespace

command::Command export_command() {
  return {
      .name = "export",
      .summary = "gives the events of a server's store back as a log",
      .inputs = {{"{store}", "the store, beside a running server or without one"}},
      .outputs = {{"{out}/train_actions.parquet",
                   "the log, in the case's format, with the recommendation_id of each event"}},
      .sections = {},
      .options = {{"--store", "DIR", "folder that 'vitrina serve --store' was given", true},
                  {"--out", "DIR", "folder of the log", true}},
      .example = "vitrina export --store store/ --out log/",
      .run = run,
      .is_pipeline = false,
  };
}

}  // namespace vitrina::cli
