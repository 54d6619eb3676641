#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "bundle/bundle.hpp"
#include "core/time.hpp"

namespace vitrina::bundle {

/// Where an answer comes from: what has to be known before it is compared with later orders.
struct Origin {
  TimeUs as_of = kNoTime;          ///< events before it were looked at
  TimeUs learned_until = kNoTime;  ///< the same of the bundle that answered
  std::string bundle;              ///< its fingerprint

  /// From this moment on the answer knows nothing of what happened.
  [[nodiscard]] TimeUs knows_until() const { return std::max(as_of, learned_until); }
};

/// Names and texts, as Parquet and Arrow keep beside a table.
using Metadata = std::map<std::string, std::string>;

inline constexpr const char* kPredictionsDigest = "vitrina.predictions_sha256";

Origin origin_of(const Bundle& bundle, const Shop& shop);

/// `vitrina.as_of`, `vitrina.learned_until` and `vitrina.bundle`.
Metadata to_metadata(const Origin& origin);

/// Reads them back; nothing where one is missing or no moment.
std::optional<Origin> origin_in(const Metadata& metadata);

}  // namespace vitrina::bundle
