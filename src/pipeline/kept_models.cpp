#include "pipeline/kept_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"

namespace vitrina::pipeline {
namespace {

using nlohmann::json;

std::filesystem::path origins_file(const std::filesystem::path& archive) {
  return std::filesystem::path(archive).replace_filename("origins.json");
}

/// What the archive's models were made of; empty where nobody can say.
ModelOrigins read_origins(const std::filesystem::path& archive) {
  const auto file = origins_file(archive);
  if (!std::filesystem::is_regular_file(file)) return {};
  try {
    const auto known = json::parse(read_file(file));
    if (known.at("archive") != archive_digest(archive)) return {};
    return known.at("models").get<ModelOrigins>();
  } catch (const Error&) {
    return {};
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace

ModelOrigins origins_of(std::span<const models::ModelKind> wanted,
                        const models::FitContext& context, const ParamMap& params,
                        std::string_view shop_digest) {
  ModelOrigins origins;
  for (const auto& model : models::registry()) {
    if (std::find(wanted.begin(), wanted.end(), model.kind) == wanted.end()) continue;
    std::string text = fmt::format("{} {} {} {} {} {}\n", build_id(), shop_digest, context.as_of,
                                   context.label_length, context.max_users, context.k);
    const auto section = models::section_of(model) + ".";
    for (const auto& [name, value] : params) {
      if (name.starts_with(section)) text += fmt::format("{}: {}\n", name, value);
    }
    origins.emplace(model.name, sha256_text(text));
  }
  return origins;
}

models::ModelSet load_kept(const std::filesystem::path& archive, const ModelOrigins& wanted,
                           const Shop& shop) {
  const auto known = read_origins(archive);
  std::vector<models::ModelKind> kept;
  for (const auto& model : models::registry()) {
    const auto now = wanted.find(model.name);
    const auto before = known.find(model.name);
    if (now != wanted.end() && before != known.end() && now->second == before->second) {
      kept.push_back(model.kind);
    }
  }
  if (kept.empty()) return {};
  try {
    return models::load_models(models::open_models(archive), shop, kept);
  } catch (const Error&) {
    return {};
  }
}

bool is_up_to_date(const std::filesystem::path& archive, const ModelOrigins& wanted) {
  if (wanted.empty() || read_origins(archive) != wanted) return false;
  try {
    (void)models::open_models(archive);  // every block is checked: it is made again if damaged
    return true;
  } catch (const Error&) {
    return false;
  }
}

void keep(const std::filesystem::path& known, const std::filesystem::path& archive) {
  namespace fs = std::filesystem;
  fs::create_directories(archive.parent_path());
  const auto link = [](const fs::path& from, const fs::path& to) {
    std::error_code status;
    fs::create_hard_link(from, to, status);
    if (status) write_file(to, read_file(from));  // a disk without links
  };
  link(known, archive);
  link(origins_file(known), origins_file(archive));
}

void save_with_origins(const models::ModelSet& models, const std::filesystem::path& archive,
                       const ModelOrigins& origins) {
  models::save_models(models, archive);
  const json text{{"archive", archive_digest(archive)}, {"models", origins}};
  write_file(origins_file(archive), text.dump(1) + "\n");
}

}  // namespace vitrina::pipeline
