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
constexpr std::size_t kFingerprintDigits = 16;

}  // namespace

std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files) {
  Json json{{"format", kBundleFormat}, {"build", build_id()}};
  Sha256 all;
  for (const auto& file : files) {
    const auto hash = sha256_file(folder / file);
    json["files"][file] = hash;
    all.update(fmt::format("{} {}\n", file, hash));
  }
  const auto fingerprint = all.hex().substr(0, kFingerprintDigits);
  json["fingerprint"] = fingerprint;
  write_file(folder / kManifest, json.dump(2) + "\n");
  return fingerprint;
}

std::string check_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& needed) {
  const auto path = folder / kManifest;
  if (!std::filesystem::exists(path)) {
    throw Error(
        ErrorCode::kMissingInput,
        fmt::format("{}: no such file; expected a bundle made by 'vitrina pack'", path.string()));
  }
  const auto refuse = [](const std::filesystem::path& file, std::string_view what) {
    return Error(ErrorCode::kIncompatibleArtifact,
                 fmt::format("{}: {}; fetch or pack the bundle again", file.string(), what));
  };
  try {
    const auto json = Json::parse(read_file(path));
    if (json.at("format") != kBundleFormat) {
      throw refuse(path, fmt::format("has format {}, expected {}",
                                     printable(json.at("format").dump()), kBundleFormat));
    }
    Sha256 all;
    for (const auto& [file, hash] : json.at("files").items()) {
      if (file.find('/') != std::string::npos ||
          sha256_file(folder / file) != hash.get<std::string>()) {
        throw refuse(folder / printable(file), "does not match its SHA-256 in the manifest");
      }
      all.update(fmt::format("{} {}\n", file, hash.get<std::string>()));
    }
    for (const auto& file : needed) {
      if (!json.at("files").contains(file)) throw refuse(path, fmt::format("lacks '{}'", file));
    }
    const auto fingerprint = json.at("fingerprint").get<std::string>();
    if (fingerprint != all.hex().substr(0, kFingerprintDigits)) {
      throw refuse(path, "does not match its fingerprint");
    }
    return fingerprint;
  } catch (const Json::exception& error) {
    throw refuse(path, printable(error.what()));
  }
}

}  // namespace vitrina::bundle
