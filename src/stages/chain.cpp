#include "stages/chain.hpp"

#include <chrono>
#include <string>

#include "core/file.hpp"
#include "stages/layout.hpp"
#include "stages/table.hpp"
#include "stages/workspace_shop.hpp"

namespace vitrina::stages {
namespace {

namespace fs = std::filesystem;

/// A path parameter of `context`, relative to its workspace, as one that stays when that changes.
void make_absolute(const StageContext& context, ParamMap& params, const std::string& key) {
  const auto it = params.find(key);
  if (it == params.end() || it->second.empty()) return;
  it->second = fs::absolute(context.path(it->second)).string();
}

}  // namespace

StageContext in_workspace(const StageContext& context, const fs::path& workspace) {
  StageContext inner = context;
  inner.workspace = workspace;
  make_absolute(context, inner.params, "ingest.data_dir");
  make_absolute(context, inner.params, "ingest.schema");
  return inner;
}

std::vector<std::pair<std::string_view, double>> run_chain(
    const StageContext& context, std::span<const std::string_view> names) {
  ShopMemo memo;
  StageContext inner = context;
  inner.shop_memo = &memo;
  std::vector<std::pair<std::string_view, double>> seconds;
  for (const auto name : names) {
    const auto start = std::chrono::steady_clock::now();
    find(name).run(inner);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    seconds.emplace_back(name, taken.count());
  }
  return seconds;
}

void copy_bundle(const fs::path& workspace, const fs::path& to) {
  for (const auto& file : fs::directory_iterator(workspace / kBundleFolder)) {
    write_file(to / file.path().filename(), read_file(file.path()));
  }
}

}  // namespace vitrina::stages
