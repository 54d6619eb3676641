#include "vitrina/fit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <system_error>

#include "api/stream.hpp"
#include "api/terms.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "stages/chain.hpp"
#include "stages/configuration.hpp"
#include "stages/files.hpp"
#include "stages/layout.hpp"
#include "stages/table.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxThreads = 1024;

/// The folder of the stages' files: the one that is wished, or a temporary one that goes.
class Workspace {
 public:
  explicit Workspace(const fs::path& wished) {
    if (!wished.empty()) {
      path_ = fs::absolute(wished);
      std::error_code status;
      fs::create_directories(path_, status);
      if (!fs::is_directory(path_, status)) {
        throw Error(ErrorCode::kConfig,
                    fmt::format("workspace: {} is not a folder and cannot be made one",
                                printable(wished.string())));
      }
      return;
    }
    auto name = (fs::temp_directory_path() / "vitrina-fit-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error(ErrorCode::kOutOfResources,
                  fmt::format("{}: {}; name a folder by workspace", printable(name),
                              std::generic_category().message(errno)));
    }
    path_ = name;
    unflushed_.emplace(path_);
  }
  ~Workspace() {
    std::error_code ignored;
    if (unflushed_) fs::remove_all(path_, ignored);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::optional<UnflushedFolder> unflushed_;  ///< where it goes when the model is loaded
};

/// The parameters, and how messages call those of them that were given as fields.
struct Given {
  ParamMap params;
  Terms terms;
};

Given given_by(const FitOptions& options) {
  Given given{options.params, {{{"--since", "ingest.since"}}, {}}};
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

Recommender run_stages(const FitOptions& options, const ParamMap& params,
                       const stages::ShopTables* tables) {
  if (options.threads < 0 || options.threads > kMaxThreads) {
    throw Error(ErrorCode::kConfig,
                fmt::format("threads: found {}, expected 0 to {}", options.threads, kMaxThreads));
  }
  SilentProgress progress;
  std::ostringstream out;
  stages::StageContext context;
  context.params = stages::load_params({}, params);
  context.threads = resolve_threads(options.threads);
  context.seed = options.seed;
  context.progress = &progress;
  context.out = &out;
  context.tables = tables;
  if (tables == nullptr) {
    stages::check_inputs(stages::find("ingest"), context, stages::table(), {});
  }
  const Workspace workspace(options.workspace);
  stages::run_chain(stages::in_workspace(context, workspace.path()), stages::kBundleChain);
  if (!options.bundle.empty()) stages::copy_bundle(workspace.path(), options.bundle);
  return Recommender::load(workspace.path() / stages::kBundleFolder);
}

}  // namespace

Recommender fit(const fs::path& data, const FitOptions& options) {
  auto given = given_by(options);
  given.params["ingest.data_dir"] = data.string();
  return with_terms(given.terms, [&] { return run_stages(options, given.params, nullptr); });
}

Recommender fit(ArrowArrayStream* events, ArrowArrayStream* catalog, const FitOptions& options) {
  const auto owned_events = own(events);
  const auto owned_catalog = own(catalog);
  const stages::ShopTables tables{events, catalog};
  const auto given = given_by(options);
  return with_terms(given.terms, [&] { return run_stages(options, given.params, &tables); });
}

}  // namespace vitrina
