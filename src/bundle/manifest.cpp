#include "bundle/manifest.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"

namespace vitrina::bundle {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kBundleFormat = 1;

}  // namespace

std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files) {
  Json json{{"format", kBundleFormat}, {"build", build_id()}};
  Sha256 all;
  for (const auto& file : files) {
    const auto hash = sha256_file(folder / file);
    json["files"][file] = hash;
    all.update(file + " " + hash + "\n");
  }
  const auto fingerprint = all.hex().substr(0, 16);
  json["fingerprint"] = fingerprint;
  write_file(folder / kManifest, json.dump(2) + "\n");
  return fingerprint;
}

std::string check_manifest(const std::filesystem::path& folder) {
  const auto path = folder / kManifest;
  if (!std::filesystem::exists(path)) {
    throw Error(
        ErrorCode::kMissingInput,
        fmt::format("{}: no such file; expected a bundle made by 'vitrina pack'", path.string()));
  }
  try {
    const auto json = Json::parse(read_file(path));
    if (json.at("format") != kBundleFormat) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  fmt::format("{}: has format {}, expected {}; pack the bundle again",
                              path.string(), json.at("format").dump(), kBundleFormat));
    }
    for (const auto& [file, hash] : json.at("files").items()) {
      if (file.find('/') != std::string::npos || sha256_file(folder / file) != hash) {
        throw Error(ErrorCode::kIncompatibleArtifact,
                    fmt::format("{}: does not match its SHA-256 in the manifest; fetch or pack the "
                                "bundle again",
                                (folder / file).string()));
      }
    }
    return json.at("fingerprint").get<std::string>();
  } catch (const Json::exception& error) {
    throw Error(
        ErrorCode::kIncompatibleArtifact,
        fmt::format("{}: {}; pack the bundle again", path.string(), printable(error.what())));
  }
}

}  // namespace vitrina::bundle
