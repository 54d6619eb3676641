#include "server/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "server/problem.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return "nothing";
}

[[noreturn]] void refuse(std::string_view place, std::string_view found,
                         std::string_view expected) {
  throw Problem(422, fmt::format("{}: found {}, expected {}", place, found, expected));
}

std::string range_text(const Field& field) {
  const bool has_from = std::isfinite(field.from);
  if (has_from && std::isfinite(field.to))
    return fmt::format(" from {} to {}", field.from, field.to);
  return has_from ? fmt::format(" from {} on", field.from) : "";
}

/// As JSON Schema has it, 7.0 is one; beyond what a double can tell apart none is.
bool is_whole(const json::value& value) {
  constexpr double kExact = 9'007'199'254'740'992;  // 2^53
  if (!value.is_double()) return value.is_int64() || value.is_uint64();
  const double number = value.get_double();
  return std::trunc(number) == number && std::abs(number) <= kExact;
}

bool is_in_range(const Field& field, double value) {
  return value >= field.from && value <= field.to;
}

void check_number(const json::value& value, const Field& field, std::string_view place) {
  const auto what = field.type == Type::kWhole ? "a whole number" : "a number";
  if (!value.is_number() || (field.type == Type::kWhole && !is_whole(value))) {
    refuse(place, kind_of(value), fmt::format("{}{}", what, range_text(field)));
  }
  const auto number = value.to_number<double>();
  if (!is_in_range(field, number)) {
    refuse(place, fmt::format("{}", number), fmt::format("{}{}", what, range_text(field)));
  }
}

void check_id(const json::value& value, std::string_view place) {
  if (is_whole(value)) return;
  if (!value.is_string()) refuse(place, kind_of(value), "an id: a text or a whole number");
  const auto size = value.get_string().size();
  if (size == 0 || size > kMaxIdBytes) {
    refuse(place, fmt::format("{} bytes", size), fmt::format("an id of 1 to {}", kMaxIdBytes));
  }
}

void check_text(const json::value& value, const Field& field, std::string_view place) {
  if (!value.is_string()) refuse(place, kind_of(value), "a text");
  if (field.values.empty()) return;
  const std::string_view text = value.get_string();
  if (std::find(field.values.begin(), field.values.end(), text) == field.values.end()) {
    refuse(place, fmt::format("'{}'", printable(text)),
           fmt::format("one of {}", fmt::join(field.values, ", ")));
  }
}

void check_field(const json::value& value, const Field& field, const std::string& place);

void check_list(const json::value& value, const Field& field, const std::string& place) {
  if (!value.is_array()) refuse(place, kind_of(value), fmt::format("a list{}", range_text(field)));
  const auto& list = value.get_array();
  if (!is_in_range(field, static_cast<double>(list.size()))) {
    refuse(place, fmt::format("{} of them", list.size()),
           fmt::format("a number{}", range_text(field)));
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    // the place is put into words only where something is wrong
    if (field.type == Type::kIds && list[i].is_string() && !list[i].get_string().empty() &&
        list[i].get_string().size() <= kMaxIdBytes) {
      continue;
    }
    const auto inner = fmt::format("{}[{}]", place, i);
    if (field.type == Type::kIds) {
      check_id(list[i], inner);
    } else if (field.type == Type::kTexts) {
      check_text(list[i], field, inner);
    } else {
      check(list[i], *field.shape, inner);
    }
  }
}

void check_field(const json::value& value, const Field& field, const std::string& place) {
  switch (field.type) {
    case Type::kText:
      return check_text(value, field, place);
    case Type::kId:
      return check_id(value, place);
    case Type::kWhole:
    case Type::kNumber:
      return check_number(value, field, place);
    case Type::kBoolean:
      if (!value.is_bool()) refuse(place, kind_of(value), "true or false");
      return;
    case Type::kObject:
      return check(value, *field.shape, place);
    case Type::kIds:
    case Type::kTexts:
    case Type::kObjects:
      return check_list(value, field, place);
  }
}

const Field* find_field(const Shape& shape, std::string_view name) {
  for (const auto& field : shape.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

[[noreturn]] void refuse_name(const Shape& shape, std::string_view name, std::string_view place) {
  std::vector<std::string_view> names;
  names.reserve(shape.fields.size());
  for (const auto& field : shape.fields) names.push_back(field.name);
  throw Problem(422,
                fmt::format("{}: found the field '{}', expected {}", place, printable(name),
                            names.empty() ? std::string("none")
                                          : fmt::format("some of {}", fmt::join(names, ", "))));
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

json::value typed_value(const std::string& text, Type type) {
  if (type == Type::kWhole) {
    if (const auto number = parse<std::int64_t>(text)) return *number;
  }
  if (type == Type::kNumber) {
    if (const auto number = parse<double>(text); number && std::isfinite(*number)) return *number;
  }
  if (type == Type::kBoolean && (text == "true" || text == "false")) return text == "true";
  return json::value(text);
}

json::object list_of(json::object items, const Field& field) {
  json::object schema{{"type", "array"}, {"items", std::move(items)}};
  if (std::isfinite(field.from)) schema["minItems"] = static_cast<std::int64_t>(field.from);
  if (std::isfinite(field.to)) schema["maxItems"] = static_cast<std::int64_t>(field.to);
  return schema;
}

json::object id_schema() {
  return {{"type", {"string", "integer"}},
          {"minLength", 1},
          {"maxLength", static_cast<std::int64_t>(kMaxIdBytes)},
          {"description", id_limit()}};
}

json::object reference(const Shape& shape) {
  return {{"$ref", fmt::format("#/components/schemas/{}", shape.name)}};
}

json::object bare_schema(const Field& field) {
  switch (field.type) {
    case Type::kText: {
      json::object schema{{"type", "string"}};
      if (!field.values.empty())
        schema["enum"] = json::array(field.values.begin(), field.values.end());
      return schema;
    }
    case Type::kId:
      return id_schema();
    case Type::kIds:
      return list_of(id_schema(), field);
    case Type::kTexts:
      return list_of({{"type", "string"}}, field);
    case Type::kWhole:
    case Type::kNumber: {
      const bool is_whole = field.type == Type::kWhole;
      json::object schema{{"type", is_whole ? "integer" : "number"}};
      const auto bound = [&](double value) {
        return is_whole ? json::value(static_cast<std::int64_t>(value)) : json::value(value);
      };
      if (std::isfinite(field.from)) schema["minimum"] = bound(field.from);
      if (std::isfinite(field.to)) schema["maximum"] = bound(field.to);
      return schema;
    }
    case Type::kBoolean:
      return {{"type", "boolean"}};
    case Type::kObject:
      return reference(*field.shape);
    case Type::kObjects:
      return list_of(reference(*field.shape), field);
  }
  return {};
}

}  // namespace

std::string id_limit() { return fmt::format("at most {} bytes of UTF-8", kMaxIdBytes); }

void check(const json::value& value, const Shape& shape, std::string_view place) {
  if (!value.is_object()) refuse(place, kind_of(value), "an object");
  const auto& object = value.get_object();
  for (const auto& [name, inner] : object) {
    const auto* field = find_field(shape, name);
    if (field == nullptr) refuse_name(shape, name, place);
    check_field(inner, *field, fmt::format("{}.{}", place, field->name));
  }
  for (const auto& field : shape.fields) {
    if (!field.is_required || object.contains(field.name)) continue;
    throw Problem(422, fmt::format("{}: the field '{}' is missing", place, field.name));
  }
}

json::object to_schema(const Field& field) {
  auto schema = bare_schema(field);
  if (field.meaning.empty()) return schema;
  schema["description"] = field.type == Type::kId ? fmt::format("{}; {}", field.meaning, id_limit())
                                                  : std::string(field.meaning);
  return schema;
}

json::object to_schema(const Shape& shape) {
  json::object properties;
  json::array required;
  for (const auto& field : shape.fields) {
    properties[field.name] = to_schema(field);
    if (field.is_required) required.emplace_back(field.name);
  }
  json::object schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object typed(const std::vector<std::pair<std::string, std::string>>& query,
                   const Shape& shape) {
  json::object object;
  for (const auto& [name, text] : query) {
    if (object.contains(name)) {
      throw Problem(422, fmt::format("query: the parameter '{}' was given twice", printable(name)));
    }
    const auto* field = find_field(shape, name);
    object[name] = typed_value(text, field == nullptr ? Type::kText : field->type);
  }
  return object;
}

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

std::string id_text(const json::value& id) {
  if (id.is_int64()) return fmt::to_string(id.get_int64());
  if (id.is_uint64()) return fmt::to_string(id.get_uint64());
  if (id.is_double()) return fmt::to_string(static_cast<std::int64_t>(id.get_double()));
  return std::string(id.get_string());
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  return value == nullptr ? std::string{} : id_text(*value);
}

std::vector<std::string> ids_of(const json::object& object, std::string_view name) {
  std::vector<std::string> ids;
  if (const auto* value = find(object, name)) {
    for (const auto& id : value->get_array()) ids.push_back(id_text(id));
  }
  return ids;
}

bool boolean_of(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  return value != nullptr && value->get_bool();
}

}  // namespace vitrina::server
