#include "io/read_notes.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace vitrina::io {

std::optional<TimeZone> zone_of(const LogSchema& schema) {
  if (schema.time_zone.empty()) return std::nullopt;
  return TimeZone::find(schema.time_zone);
}

void note_source(const TableSource& source, std::string_view role, ReadNotes& notes) {
  for (const auto& note : source.recognised()) {
    notes.add_recognised(fmt::format("{}: {}", role, note));
  }
}

void note_dates(const DatesMet& met, const LogSchema& schema, std::string_view role,
                ReadNotes& notes) {
  if (met.other_form) notes.add_recognised(fmt::format("{}: {}", role, "dates that are not ISO"));
  if (notes.without_zone == kNoTime) notes.without_zone = met.without_zone;
  if (met.zone.empty()) return;
  notes.zone = met.zone == "Z" ? "UTC" : met.zone;
  notes.clock = schema.time_zone.empty() ? "UTC" : schema.time_zone;
}

std::string as_suffix(const ReadNotes& notes) {
  std::string text;
  for (const auto& note : notes.recognised) text += fmt::format(", {}", note);
  if (!notes.zone.empty()) {
    text += fmt::format(", times of zone {} read as {}", printable(notes.zone), notes.clock);
  }
  return text;
}

}  // namespace vitrina::io
