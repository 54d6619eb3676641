#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bundle/bundle.hpp"
#include "core/time.hpp"

namespace vitrina::bundle {

/// Where an answer comes from: what has to be known before it is compared with later orders.
struct Origin {
  TimeUs as_of = kNoTime;          ///< events before it were looked at
  TimeUs learned_until = kNoTime;  ///< the same of the bundle that answered
  std::string bundle;              ///< its fingerprint
  /// The clock of both moments, as Bundle::time_zone(): empty where times had no zone, or UTC's.
  std::string time_zone = {};

  /// From this moment on the answer knows nothing of what happened.
  [[nodiscard]] TimeUs knows_until() const { return std::max(as_of, learned_until); }
};

/// Names and texts, as Parquet and Arrow keep beside a table.
using Metadata = std::map<std::string, std::string>;

/// Every name begins with it; in the reports the rest stands alone.
inline constexpr std::string_view kMetadataPrefix = "vitrina.";
inline constexpr const char* kAsOf = "vitrina.as_of";
inline constexpr const char* kLearnedUntil = "vitrina.learned_until";
inline constexpr const char* kBundle = "vitrina.bundle";
inline constexpr const char* kTimeZone = "vitrina.time_zone";
inline constexpr const char* kPredictionsDigest = "vitrina.predictions_sha256";

Origin origin_of(const Bundle& bundle, TimeUs as_of);

/// All but the digest, which is of a file; the clock where there is one.
Metadata to_metadata(const Origin& origin);

/// Reads them back; nothing where a moment is missing or is none.
std::optional<Origin> origin_in(const Metadata& metadata);

}  // namespace vitrina::bundle
