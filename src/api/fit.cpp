#include "vitrina/fit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "api/stream.hpp"
#include "api/terms.hpp"
#include "api/warnings.hpp"
#include "command/chain.hpp"
#include "command/configuration.hpp"
#include "command/files.hpp"
#include "command/layout.hpp"
#include "core/error.hpp"
#include "core/file_error.hpp"
#include "core/lock.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "core/temporary.hpp"
#include "program/table.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHolder = "vitrina.fit";
constexpr std::string_view kPrefix = "vitrina-fit-";

/// A new folder among the temporary files of the machine, locked. Those that killed processes have
/// left there go: nobody locks them any more.
class TemporaryWorkspace {
 public:
  TemporaryWorkspace() {
    const auto parent = fs::temp_directory_path();
    sweep(parent);
    auto name = (parent / fmt::format("{}XXXXXX", kPrefix)).string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw file_error(parent, "make a folder", errno).with_context("workspace: none was named");
    }
    folder_.emplace(name);
    lock_ = Lock::try_take(folder_->path(), O_RDONLY | O_DIRECTORY);
  }

  [[nodiscard]] const fs::path& path() const { return folder_->path(); }

 private:
  static void sweep(const fs::path& parent) {
    // A process makes its folder a moment before it locks it.
    constexpr auto kYoung = std::chrono::minutes(1);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
      if (!entry.path().filename().string().starts_with(kPrefix)) continue;
      const auto changed = entry.last_write_time(ignored);
      if (ignored || fs::file_time_type::clock::now() - changed < kYoung) continue;
      try {
        if (Lock::try_take(entry.path(), O_RDONLY | O_DIRECTORY)) {
          fs::remove_all(entry.path(), ignored);
        }
      } catch (const Error&) {  // another user's
        continue;
      }
    }
  }

  std::optional<TemporaryFolder> folder_;
  std::optional<Lock> lock_;
};

/// The folder of the stages' files: the one that is wished, or a temporary one that goes.
class FitWorkspace {
 public:
  explicit FitWorkspace(const fs::path& wished) {
    if (wished.empty()) {
      temporary_.emplace();
      return;
    }
    wished_ = fs::absolute(wished);
    try {
      lock_.emplace(wished_, kHolder);
    } catch (const Error& error) {
      throw error.with_context("workspace");
    }
  }

  [[nodiscard]] const fs::path& path() const { return temporary_ ? temporary_->path() : wished_; }

 private:
  fs::path wished_;
  std::optional<FolderLock> lock_;
  std::optional<TemporaryWorkspace> temporary_;
};

/// The parameters, and how messages call those of them that were given as fields.
struct Given {
  ParamMap params;
  Terms terms;
};

Given given_by(const FitOptions& options) {
  Given given{options.params,
              {{{"--since", "ingest.since"}, {"--set ingest.time_zone", "ingest.time_zone"}}, {}}};
  const auto set = [&](std::string_view param, std::string_view field, std::string value) {
    given.params[std::string(param)] = std::move(value);
    given.terms.words.push_back({param, field});
  };
  if (!options.as_of.empty()) set("ingest.as_of", "as_of", options.as_of);
  if (options.horizon_days) {
    set("split.horizon_days", "horizon_days", fmt::format("{}", *options.horizon_days));
  }
  if (!options.schema.empty()) set("ingest.schema", "schema", options.schema.string());
  return given;
}

Recommender run_stages(const FitOptions& options, const Given& given,
                       const command::ShopTables* tables) {
  CallerProgress progress(options.on_warning, given.terms);
  std::ostringstream out;
  command::Context context;
  context.params = command::load_params({}, given.params, program::all_sections());
  context.threads = resolve_threads(options.threads);
  context.seed = options.seed;
  context.progress = &progress;
  context.out = &out;
  context.tables = tables;
  if (tables == nullptr) {
    command::check_inputs(program::find("ingest"), context, program::table(), {});
  }
  if (!options.bundle.empty()) command::check_bundle_place(options.bundle);
  const FitWorkspace workspace(options.workspace);
  command::run_chain(command::in_workspace(context, workspace.path()), program::bundle_steps());
  if (!options.bundle.empty()) command::copy_bundle(workspace.path(), options.bundle);
  return Recommender::load(workspace.path() / command::kBundleFolder);
}

}  // namespace

Recommender fit(const fs::path& data, const FitOptions& options) {
  auto given = given_by(options);
  given.params["ingest.data_dir"] = data.string();
  return with_terms(given.terms, [&] { return run_stages(options, given, nullptr); });
}

Recommender fit(ArrowArrayStream* events, ArrowArrayStream* catalog, const FitOptions& options) {
  const auto owned_events = own(events);
  const auto owned_catalog = own(catalog);
  const command::ShopTables tables{events, catalog};
  const auto given = given_by(options);
  return with_terms(given.terms, [&] { return run_stages(options, given, &tables); });
}

}  // namespace vitrina
