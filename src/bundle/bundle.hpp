#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bundle/manifest.hpp"
#include "core/params.hpp"
#include "data/shop.hpp"
#include "models/model_set.hpp"
#include "ranking/ranker.hpp"

namespace vitrina::bundle {

/// The parameter sections that answering reads. Where the training data were, and how the ranker
/// was trained, is no business of who answers with it.
std::vector<SectionInfo> answer_sections();

/// What is packed: a shop's products, the files of its final models and ranker, the parameters,
/// and the clock that times with a zone were turned to (io/time_zone.hpp); empty where the log's
/// times had none, or became UTC.
struct Parts {
  const Shop& shop;
  std::filesystem::path models;
  std::filesystem::path ranker;
  const ParamMap& params;
  std::string time_zone = {};
};

/// Writes a bundle folder, its manifest last. Of the parameters it holds every one of
/// answer_sections(), defaults included: a later program may have other ones. Returns the
/// fingerprint.
std::string write_bundle(const Parts& parts, const std::filesystem::path& folder);

/// Whether a bundle folder may hold a file of that name.
bool is_part(std::string_view file);

/// A packed bundle in memory: all that answering takes beside a shop's events. Read once; nothing
/// in it ever changes, and no answer copies it. Const methods may be called from several threads.
class Bundle {
 public:
  /// Reads a folder after its files were checked against the manifest. Throws Error(kMissingInput
  /// or kIncompatibleArtifact) naming the file.
  static Bundle load(const std::filesystem::path& folder);

  [[nodiscard]] const std::string& fingerprint() const { return manifest_.fingerprint; }
  /// The period whose events the models and the ranker have seen.
  [[nodiscard]] LearnedPeriod learned() const { return manifest_.learned; }
  [[nodiscard]] const ParamMap& params() const { return params_; }
  /// The clock that the log's times were turned to, as io::LogSchema::time_zone: another log of the
  /// shop is to be read on it too. Empty where there was none to turn to.
  [[nodiscard]] std::string time_zone() const;
  /// What the models were fitted on; a shop that is answered for is joined to it (data/join.hpp).
  [[nodiscard]] const ProductSpace& products() const { return products_; }
  /// Own history is always among them.
  [[nodiscard]] const models::ModelSet& models() const { return models_; }
  [[nodiscard]] const ranking::Ranker& ranker() const { return ranker_; }
  /// What the sum of a customer's scores says of the time after `as_of`: as in the window that it
  /// was learned on, but for the traffic of the weekdays.
  [[nodiscard]] ranking::BuyerCalibration buyers_at(TimeUs as_of) const;

 private:
  explicit Bundle(const std::filesystem::path& folder);

  Manifest manifest_;
  ParamMap params_;
  ProductSpace products_;
  models::ModelSet models_;
  ranking::Ranker ranker_;
};

}  // namespace vitrina::bundle
