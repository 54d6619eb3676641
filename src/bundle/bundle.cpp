#include "bundle/bundle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "bundle/json_problem.hpp"
#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "engine/engine.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::bundle {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kModels = "models.vtr";
constexpr const char* kParams = "params.json";
constexpr const char* kProducts = "products.vtr";
constexpr const char* kRanker = "ranker.vtr";
/// Beside the parameters of answer_sections(), where there is a clock to tell.
constexpr const char* kTimeZone = "ingest.time_zone";

constexpr const char* kProductsKind = "bundle_products";
constexpr std::uint32_t kProductsVersion = 2;

std::vector<std::string> all_files() { return {kModels, kParams, kProducts, kRanker}; }

/// A generator or feature group that the packing program did not know is off: the ranker was
/// trained without it.
void switch_off_unknown_parts(ParamMap& params) {
  for (const auto& section : answer_sections()) {
    for (const auto& field : section.fields) {
      if (field.name == "enabled") params.try_emplace(section.name + ".enabled", "false");
    }
  }
}

ParamMap read_params(const std::filesystem::path& path) {
  try {
    ParamMap params;
    const auto json = Json::parse(read_file(path));
    for (const auto& [key, value] : json.items()) params[key] = value.get<std::string>();
    switch_off_unknown_parts(params);
    return params;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}; pack the bundle again", path.string(), json_problem(error)));
  }
}

Json params_json(const ParamMap& given) {
  Json json;
  std::istringstream lines(canonical_text(given, answer_sections()));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find(" = ");
    json[line.substr(0, equals)] = line.substr(equals + 3);
  }
  return json;
}

}  // namespace

std::vector<SectionInfo> answer_sections() {
  auto sections = engine::engine_sections();
  sections.push_back({"choose", describe<selection::ChooseConfig>()});
  return sections;
}

std::string write_bundle(const Parts& parts, const std::filesystem::path& folder) {
  ArchiveWriter products(kProductsKind, kProductsVersion);
  save_products(parts.shop, products);
  products.write(folder / kProducts);
  write_file(folder / kModels, read_file(parts.models));
  write_file(folder / kRanker, read_file(parts.ranker));
  auto params = params_json(parts.params);
  if (!parts.time_zone.empty()) params[kTimeZone] = parts.time_zone;
  write_file(folder / kParams, params.dump(2) + "\n");
  return write_manifest(folder, all_files(), {parts.shop.begin, parts.shop.end});
}

bool is_part(std::string_view file) {
  const auto files = all_files();
  return file == kManifest || std::find(files.begin(), files.end(), file) != files.end();
}

Bundle Bundle::load(const std::filesystem::path& folder) {
  const auto load_once = [&] {
    // Hashing takes about as long as reading. Every reader checks what it reads by itself.
    auto manifest = std::async(std::launch::async, check_manifest, folder, all_files());
    try {
      Bundle bundle(folder);
      bundle.manifest_ = manifest.get();
      return bundle;
    } catch (...) {
      // that a file is another than the manifest says tells more than what is wrong inside
      if (manifest.valid()) (void)manifest.get();
      throw;
    }
  };
  refuse_pipes(folder);
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    // another folder may take this one's place meanwhile, and parts of both be in hand
    const auto before = read_manifest(folder);
    try {
      auto bundle = load_once();
      if (read_manifest(folder) == before) return bundle;
    } catch (const Error&) {
      if (read_manifest(folder) == before) throw;
    }
  }
  throw Error(ErrorCode::kOutOfResources,
              fmt::format("{}: is replaced each time while it is read; try again later",
                          printable(folder.string())));
}

std::string Bundle::time_zone() const {
  const auto found = params_.find(kTimeZone);
  return found == params_.end() ? std::string() : found->second;
}

ranking::BuyerCalibration Bundle::buyers_at(TimeUs as_of) const {
  const auto& buyers = ranker_.buyers();
  if (!buyers.is_fitted() || !models_.calendar) return buyers;
  const TimeUs length = buyers.to() - buyers.from();
  return buyers.in_traffic(models_.calendar->traffic(as_of, as_of + length) /
                           models_.calendar->traffic(buyers.from(), buyers.to()));
}

Bundle::Bundle(const std::filesystem::path& folder) : params_(read_params(folder / kParams)) {
  auto ranker = std::async(std::launch::async, ranking::Ranker::load, folder);
  products_ = load_products({folder / kProducts, kProductsKind, kProductsVersion});
  models_ = models::load_models(folder / kModels, products_);
  ranker_ = ranker.get();
  if (!models_.own_history) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                "bundle: the models lack own history; pack the bundle again");
  }
}

}  // namespace vitrina::bundle
