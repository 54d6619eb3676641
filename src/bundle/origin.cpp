#include "bundle/origin.hpp"

namespace vitrina::bundle {
Origin origin_of(const Bundle& bundle, TimeUs as_of) {
  return {as_of, bundle.learned().until, bundle.fingerprint(), bundle.time_zone()};
}

Metadata to_metadata(const Origin& origin) {
  Metadata metadata{{kAsOf, format_time(origin.as_of)},
                    {kLearnedUntil, format_time(origin.learned_until)},
                    {kBundle, origin.bundle}};
  if (!origin.time_zone.empty()) metadata[kTimeZone] = origin.time_zone;
  return metadata;
}

std::optional<Origin> origin_in(const Metadata& metadata) {
  const auto text = [&](const char* key) {
    const auto it = metadata.find(key);
    return it == metadata.end() ? std::string() : it->second;
  };
  const auto as_of = parse_time(text(kAsOf));
  const auto learned_until = parse_time(text(kLearnedUntil));
  if (!as_of || !learned_until) return std::nullopt;
  return Origin{*as_of, *learned_until, text(kBundle), text(kTimeZone)};
}

}  // namespace vitrina::bundle
