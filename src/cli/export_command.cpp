#include <fmt/format.h>

#include <filesystem>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "core/cancel.hpp"
#include "store/event_store.hpp"
#include "vitrina/log.hpp"

namespace vitrina::cli {
namespace {

constexpr std::size_t kRowsAtOnce = 100'000;
constexpr const char* kFile = "train_actions.parquet";

void run(const command::Context& context) {
  const store::EventStore store(context.option("store").value(), store::EventStore::Access::kRead);
  const auto file = std::filesystem::path(context.option("out").value()) / kFile;
  std::int64_t after = 0;
  std::uint64_t n_read = 0;
  const auto n_written = write_log(file, [&] {
    throw_if_cancelled();
    std::vector<LogRow> rows;
    for (auto& row : store.read(after, kRowsAtOnce)) {
      rows.push_back({std::move(row.event), std::move(row.recommendation)});
    }
    n_read += rows.size();
    return rows;
  });
  *context.out << fmt::format("{}: {} events of users; {} of visits without a user are left out\n",
                              file.string(), n_written, n_read - n_written);
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
