#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace vitrina::server {

struct Shape;

/// What the value of a field is.
enum class Type : std::uint8_t {
  kText,
  kId,       ///< text of 1 to 128 bytes, or a whole number
  kIds,      ///< a list of these
  kTexts,    ///< a list of texts
  kWhole,    ///< a whole number
  kNumber,   ///< any number
  kBoolean,  ///< true or false
  kObject,   ///< of a shape
  kObjects,  ///< a list of these
};

inline constexpr std::size_t kMaxIdBytes = 128;
/// The same for people: JSON Schema counts characters.
std::string id_limit();

/// A field of an object: what is checked, and what openapi.json says of it.
struct Field {
  std::string_view name;
  Type type;
  std::string_view meaning;
  bool is_required = false;
  /// Bounds of a number, or of the length of a list.
  double from = -std::numeric_limits<double>::infinity();
  double to = std::numeric_limits<double>::infinity();
  std::vector<std::string_view> values = {};  ///< what a text may be; none: anything
  const Shape* shape = nullptr;               ///< of kObject and kObjects
};

/// An object of JSON: these fields and no others.
struct Shape {
  std::string_view name;
  std::vector<Field> fields;
};

/// Throws Problem(422) that names the place where a value is not of a shape. `place` is where the
/// value itself stands.
void check(const boost::json::value& value, const Shape& shape, std::string_view place = "body");

/// The same as a schema of OpenAPI 3.1 (JSON Schema 2020-12); shapes inside are references to
/// `#/components/schemas/NAME`.
boost::json::object to_schema(const Shape& shape);
boost::json::object to_schema(const Field& field);

/// Parameters of a query, all texts, as an object of the fields' types: what is no number stays a
/// text, for check() to refuse.
boost::json::object typed(const std::vector<std::pair<std::string, std::string>>& query,
                          const Shape& shape);

/// The value of a field that was checked; null where it is absent.
const boost::json::value* find(const boost::json::object& object, std::string_view name);
/// An id as text.
std::string id_text(const boost::json::value& id);
/// The field as text; empty where it is absent.
std::string text_of(const boost::json::object& object, std::string_view name);
std::vector<std::string> ids_of(const boost::json::object& object, std::string_view name);
bool boolean_of(const boost::json::object& object, std::string_view name);

}  // namespace vitrina::server
