#include "bundle/manifest.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bundle/json_problem.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"

namespace vitrina::bundle {
namespace {

using Json = nlohmann::ordered_json;

/// 2: `learned_from` and `learned_until`.
constexpr int kBundleFormat = 2;
constexpr std::size_t kFingerprintDigits = 16;

Error refuse(const std::filesystem::path& file, std::string_view what) {
  return {ErrorCode::kIncompatibleArtifact,
          fmt::format("{}: {}; fetch or pack the bundle again", file.string(), what)};
}

void check_format(const Json& json, const std::filesystem::path& path) {
  const auto& format = json.at("format");
  if (format == kBundleFormat) return;
  if (format == 1) {
    throw Error(
        ErrorCode::kIncompatibleArtifact,
        fmt::format("{}: has format 1 of an earlier build, which does not say until when the "
                    "bundle learned, expected {}; run 'vitrina pack' where it was trained, or "
                    "'vitrina run --data DIR --bundle {}' for the shop's log",
                    path.string(), kBundleFormat, path.parent_path().string()));
  }
  throw refuse(path,
               fmt::format("has format {}, expected {}", printable(format.dump()), kBundleFormat));
}

TimeUs moment_of(const Json& json, const char* key, const std::filesystem::path& path) {
  const auto text = json.at(key).get<std::string>();
  if (const auto time = parse_time(text)) return *time;
  throw refuse(path, fmt::format("{} is '{}', expected an ISO time", key, printable(text)));
}

/// The moments in the form that the fingerprint covers.
std::string text_of(LearnedPeriod learned) {
  return fmt::format("learned {} {}\n", format_time(learned.from), format_time(learned.until));
}

}  // namespace

std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files, LearnedPeriod learned) {
  Json json{{"format", kBundleFormat},
            {"build", build_id()},
            {"learned_from", format_time(learned.from)},
            {"learned_until", format_time(learned.until)}};
  Sha256 all;
  all.update(text_of(learned));
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

void refuse_pipes(const std::filesystem::path& folder) {
  std::error_code none;
  for (std::filesystem::directory_iterator at(folder, none), end; !none && at != end;
       at.increment(none)) {
    std::error_code ignored;
    if (at->is_other(ignored)) throw refuse(at->path(), "is a pipe or a device");
  }
}

void require_manifest(const std::filesystem::path& folder) {
  const auto path = folder / kManifest;
  if (std::filesystem::exists(path)) return;
  throw Error(
      ErrorCode::kMissingInput,
      fmt::format("{}: no such file; expected a bundle made by 'vitrina pack'", path.string()));
}

std::string read_manifest(const std::filesystem::path& folder) {
  require_manifest(folder);
  return read_file(folder / kManifest);
}

Manifest check_manifest(const std::filesystem::path& folder,
                        const std::vector<std::string>& needed) {
  const auto path = folder / kManifest;
  try {
    const auto json = Json::parse(read_manifest(folder));
    check_format(json, path);
    Manifest manifest;
    manifest.learned = {moment_of(json, "learned_from", path),
                        moment_of(json, "learned_until", path)};
    Sha256 all;
    all.update(text_of(manifest.learned));
    for (const auto& [file, hash] : json.at("files").items()) {
      if (file.find('/') != std::string::npos) throw refuse(path, "names a file elsewhere");
      if (sha256_file(folder / file) != hash.get<std::string>()) {
        throw refuse(folder / printable(file), "does not match its SHA-256 in the manifest");
      }
      all.update(fmt::format("{} {}\n", file, hash.get<std::string>()));
    }
    for (const auto& file : needed) {
      if (!json.at("files").contains(file)) throw refuse(path, fmt::format("lacks '{}'", file));
    }
    manifest.fingerprint = json.at("fingerprint").get<std::string>();
    if (manifest.fingerprint != all.hex().substr(0, kFingerprintDigits)) {
      throw refuse(path, "does not match its fingerprint");
    }
    return manifest;
  } catch (const Json::exception& error) {
    throw refuse(path, json_problem(error));
  }
}

}  // namespace vitrina::bundle
