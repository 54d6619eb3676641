#include "command/answer_origin.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "command/layout.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "io/parquet_writer.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A file that is not there, damaged or of another program says nothing.
template <class Read>
bundle::Metadata metadata_or_nothing(const Read& read) {
  try {
    return read();
  } catch (const Error&) {
    return {};
  } catch (const Json::exception&) {
    return {};
  }
}

/// The report of `recommend`, or that of `run`, which has it as `answer`.
bundle::Metadata in_report(const fs::path& path) {
  auto report = Json::parse(read_file(path));
  if (report.is_object() && report.contains("answer")) report = report.at("answer");
  bundle::Metadata metadata;
  for (const auto* key :
       {bundle::kAsOf, bundle::kLearnedUntil, bundle::kBundle, bundle::kPredictionsDigest}) {
    metadata[key] =
        report.at(std::string(key).substr(bundle::kMetadataPrefix.size())).get<std::string>();
  }
  const auto zone = std::string(bundle::kTimeZone).substr(bundle::kMetadataPrefix.size());
  if (report.contains(zone)) metadata[bundle::kTimeZone] = report.at(zone).get<std::string>();
  return metadata;
}

}  // namespace

std::optional<bundle::Origin> find_origin(const fs::path& predictions) {
  const auto folder = predictions.parent_path();
  const auto beside = [&](std::string_view relative) {
    return folder / fs::path(relative).filename();
  };
  std::string digest;
  const auto found = [&](const bundle::Metadata& metadata) {
    const auto it = metadata.find(bundle::kPredictionsDigest);
    if (it == metadata.end()) return false;
    if (digest.empty()) digest = sha256_file(predictions);
    return it->second == digest;
  };
  auto metadata = metadata_or_nothing([&] { return io::read_metadata(beside(kRecommendations)); });
  if (found(metadata)) return bundle::origin_in(metadata);
  for (const auto report : {kAnswerReport, kReport}) {
    metadata = metadata_or_nothing([&] { return in_report(beside(report)); });
    if (found(metadata)) return bundle::origin_in(metadata);
  }
  return std::nullopt;
}

}  // namespace vitrina::command
