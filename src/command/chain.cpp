#include "command/chain.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include "bundle/bundle.hpp"
#include "bundle/manifest.hpp"
#include "command/layout.hpp"
#include "command/workspace_shop.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/file_error.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;

/// A path parameter of `context`, relative to its workspace, as one that stays when that changes.
void make_absolute(const Context& context, ParamMap& params, const std::string& key) {
  const auto it = params.find(key);
  if (it == params.end() || it->second.empty()) return;
  it->second = fs::absolute(context.path(it->second)).string();
}

}  // namespace

Context in_workspace(const Context& context, const fs::path& workspace) {
  Context inner = context;
  inner.workspace = workspace;
  make_absolute(context, inner.params, "ingest.data_dir");
  make_absolute(context, inner.params, "ingest.schema");
  return inner;
}

std::vector<std::pair<std::string_view, double>> run_chain(const Context& context,
                                                           std::span<const Command> commands) {
  ShopMemo memo;
  Context inner = context;
  inner.shop_memo = &memo;
  std::vector<std::pair<std::string_view, double>> seconds;
  for (const auto& command : commands) {
    const auto start = std::chrono::steady_clock::now();
    command.run(inner);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    seconds.emplace_back(command.name, taken.count());
  }
  return seconds;
}

void check_bundle_place(const fs::path& folder) {
  std::error_code status;
  if (!fs::exists(folder, status)) return;
  if (!fs::is_directory(folder, status)) throw file_error(folder, "replace", ENOTDIR);
  const bool is_bundle = fs::exists(folder / bundle::kManifest, status);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (is_bundle && bundle::is_part(name)) continue;
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: holds {}, which is no part of a bundle and would be lost; name an "
                            "empty or a new folder for the bundle",
                            printable(folder.string()), printable(name)));
  }
}

void copy_bundle(const fs::path& workspace, const fs::path& to) {
  check_bundle_place(to);
  write_folder(to, [&](const fs::path& beside) {
    for (const auto& file : fs::directory_iterator(workspace / kBundleFolder)) {
      write_file(beside / file.path().filename(), read_file(file.path()));
    }
  });
}

}  // namespace vitrina::command
