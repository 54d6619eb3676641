#include "core/params.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.hpp"

namespace vitrina {
namespace {

std::string range_text(Range range) { return fmt::format("{} to {}", range.min, range.max); }

std::string list_text(const std::vector<double>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '[')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ']')) text.remove_suffix(1);
  return text;
}

}  // namespace

void FieldCollector::field(std::string_view name, bool& value, std::string_view sentence) {
  fields.push_back({std::string(name), "bool", value ? "true" : "false", "true or false",
                    std::string(sentence), Range{}});
}

void FieldCollector::field(std::string_view name, int& value, Range range,
                           std::string_view sentence) {
  fields.push_back({std::string(name), "int", fmt::to_string(value), range_text(range),
                    std::string(sentence), range});
}

void FieldCollector::field(std::string_view name, double& value, Range range,
                           std::string_view sentence) {
  fields.push_back({std::string(name), "number", fmt::format("{}", value), range_text(range),
                    std::string(sentence), range});
}

void FieldCollector::field(std::string_view name, std::string& value, std::string_view sentence) {
  fields.push_back({std::string(name), "text", value, "", std::string(sentence), Range{}});
}

void FieldCollector::field(std::string_view name, std::vector<double>& value, Range range,
                           std::string_view sentence) {
  fields.push_back({std::string(name), "list of numbers", list_text(value),
                    "each " + range_text(range), std::string(sentence), range});
}

const std::string* FieldAssigner::find(std::string_view name) const {
  const auto it = params_.find(fmt::format("{}.{}", section_, name));
  return it == params_.end() ? nullptr : &it->second;
}

double FieldAssigner::number(std::string_view name, std::string_view text, Range range) const {
  const auto value = parse_number(text);
  if (!value || *value < range.min || *value > range.max) {
    throw Error(ErrorCode::kConfig,
                fmt::format("{}.{}: found '{}', expected a number from {}", section_, name,
                            printable(text), range_text(range)));
  }
  return *value;
}

void FieldAssigner::field(std::string_view name, bool& value, std::string_view /*sentence*/) {
  const auto* text = find(name);
  if (text == nullptr) return;
  if (*text != "true" && *text != "false") {
    throw Error(ErrorCode::kConfig, fmt::format("{}.{}: found '{}', expected true or false",
                                                section_, name, printable(*text)));
  }
  value = *text == "true";
}

void FieldAssigner::field(std::string_view name, int& value, Range range,
                          std::string_view /*sentence*/) {
  const auto* text = find(name);
  if (text == nullptr) return;
  const double parsed = number(name, *text, range);
  if (parsed != std::floor(parsed)) {
    throw Error(ErrorCode::kConfig, fmt::format("{}.{}: found '{}', expected a whole number",
                                                section_, name, printable(*text)));
  }
  value = static_cast<int>(parsed);
}

void FieldAssigner::field(std::string_view name, double& value, Range range,
                          std::string_view /*sentence*/) {
  if (const auto* text = find(name)) value = number(name, *text, range);
}

void FieldAssigner::field(std::string_view name, std::string& value,
                          std::string_view /*sentence*/) {
  if (const auto* text = find(name)) value = *text;
}

void FieldAssigner::field(std::string_view name, std::vector<double>& value, Range range,
                          std::string_view /*sentence*/) {
  const auto* text = find(name);
  if (text == nullptr) return;
  value.clear();
  std::string_view rest = trim(*text);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    value.push_back(number(name, trim(rest.substr(0, comma)), range));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
}

void check_known(const ParamMap& params, const std::vector<SectionInfo>& sections) {
  std::vector<std::string> known;
  for (const auto& section : sections) {
    for (const auto& field : section.fields) known.push_back(section.name + "." + field.name);
  }
  for (const auto& [key, value] : params) {
    bool found = false;
    for (const auto& candidate : known) found = found || candidate == key;
    if (found) continue;
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto nearest = nearest_name(key, names.data(), names.data() + names.size());
    throw Error(ErrorCode::kConfig,
                fmt::format("params: unknown key '{}'{}", printable(key),
                            nearest.empty() ? "; run 'vitrina params' to list the keys"
                                            : fmt::format("; did you mean '{}'", nearest)));
  }
}

namespace {

/// What `field` becomes when it is assigned from `params` (its default when not given), described
/// again: its default_value is the value in canonical form.
FieldInfo assign_and_describe(const ParamMap& params, const std::string& section,
                              const FieldInfo& field) {
  FieldAssigner assigner(params, section);
  FieldCollector collector;
  const auto visit = [&](auto value, auto... range) {
    assigner.field(field.name, value, range..., field.sentence);
    collector.field(field.name, value, range..., field.sentence);
  };
  if (field.type == "bool") {
    visit(field.default_value == "true");
  } else if (field.type == "int") {
    visit(0, field.bounds);
  } else if (field.type == "number") {
    visit(0.0, field.bounds);
  } else if (field.type == "list of numbers") {
    visit(std::vector<double>{}, field.bounds);
  } else {
    visit(field.default_value);
  }
  return collector.fields.front();
}

}  // namespace

void check_values(const ParamMap& params, const std::vector<SectionInfo>& sections) {
  for (const auto& section : sections) {
    for (const auto& field : section.fields) assign_and_describe(params, section.name, field);
  }
}

std::string canonical_text(const ParamMap& params, const std::vector<SectionInfo>& sections) {
  std::string text;
  for (const auto& section : sections) {
    for (const auto& field : section.fields) {
      const auto key = section.name + "." + field.name;
      const bool is_given = params.contains(key);
      text += fmt::format("{} = {}\n", key,
                          is_given ? assign_and_describe(params, section.name, field).default_value
                                   : field.default_value);
    }
  }
  return text;
}

}  // namespace vitrina
