#include "io/column_values.hpp"

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "io/arrow_visit.hpp"

namespace vitrina::io {
namespace {

/// 2^63 as a double: the first one that does not fit.
constexpr double kInt64End = 9223372036854775808.0;

std::int64_t integral(double value) {
  const bool fits = value >= -kInt64End && value < kInt64End && value == std::floor(value);
  return fits ? static_cast<std::int64_t>(value) : kNoInteger;
}

template <class Number>
bool parse_all(std::string_view text, Number& number) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  return status == std::errc{} && end == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// `value` * `factor` or kNoTime where that overflows.
TimeUs scaled(std::int64_t value, std::int64_t factor) {
  TimeUs time = 0;
  return __builtin_mul_overflow(value, factor, &time) ? kNoTime : time;
}

TimeUs to_us(std::int64_t value, DateUnit unit) {
  switch (unit) {
    case DateUnit::kSeconds:
      return scaled(value, kUsPerSecond);
    case DateUnit::kMilliseconds:
      return scaled(value, 1'000);
    case DateUnit::kNanoseconds:
      return value / 1'000 - (value % 1'000 < 0 ? 1 : 0);
    default:
      return value;
  }
}

DateUnit unit_of(const arrow::DataType& type) {
  switch (static_cast<const arrow::TimestampType&>(type).unit()) {
    case arrow::TimeUnit::SECOND:
      return DateUnit::kSeconds;
    case arrow::TimeUnit::MILLI:
      return DateUnit::kMilliseconds;
    case arrow::TimeUnit::MICRO:
      return DateUnit::kMicroseconds;
    default:
      return DateUnit::kNanoseconds;
  }
}

/// Loads a dictionary column: its dictionary by `load`, then the rows by index.
template <class T, class Load>
void append_by_index(const arrow::Array& array, T missing, std::vector<T>& out, const Load& load) {
  const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
  std::vector<T> values;
  load(*dictionary.dictionary(), values);
  visit_indices(dictionary, [&](std::int64_t index) {
    const bool null = index < 0 || dictionary.dictionary()->IsNull(index);
    out.push_back(null ? missing : values[static_cast<std::size_t>(index)]);
  });
}

template <class DecimalArray, class Decimal, class Use>
void visit_decimals(const arrow::Array& array, const Use& use) {
  const auto& decimals = static_cast<const DecimalArray&>(array);
  const int scale = static_cast<const arrow::DecimalType&>(*array.type()).scale();
  for (std::int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) {
      use(std::nan(""));
    } else {
      use(Decimal(decimals.GetValue(i)).ToDouble(scale));
    }
  }
}

/// Calls use(double) per row, NaN for nulls. False when the type has no numbers.
template <class Use>
bool visit_reals(const arrow::Array& array, const Use& use) {
  switch (array.type_id()) {
    case arrow::Type::FLOAT:
      visit_values<arrow::FloatArray>(array, std::nanf(""), use);
      return true;
    case arrow::Type::DOUBLE:
      visit_values<arrow::DoubleArray>(array, std::nan(""), use);
      return true;
    case arrow::Type::HALF_FLOAT:
      visit_values<arrow::HalfFloatArray>(array, std::uint16_t{0x7e00}, [&](std::uint16_t bits) {
        use(arrow::util::Float16::FromBits(bits).ToDouble());
      });
      return true;
    case arrow::Type::DECIMAL32:
      visit_decimals<arrow::Decimal32Array, arrow::Decimal32>(array, use);
      return true;
    case arrow::Type::DECIMAL64:
      visit_decimals<arrow::Decimal64Array, arrow::Decimal64>(array, use);
      return true;
    case arrow::Type::DECIMAL128:
      visit_decimals<arrow::Decimal128Array, arrow::Decimal128>(array, use);
      return true;
    case arrow::Type::DECIMAL256:
      visit_decimals<arrow::Decimal256Array, arrow::Decimal256>(array, use);
      return true;
    default:
      return false;
  }
}

void append_integers(const arrow::Array& array, std::vector<std::int64_t>& out) {
  if (array.type_id() == arrow::Type::DICTIONARY) {
    append_by_index(array, kNoInteger, out, append_integers);
    return;
  }
  const auto add = [&](std::int64_t value) { out.push_back(value); };
  if (visit_integers(array, kNoInteger, add)) return;
  if (visit_reals(array, [&](double value) { add(integral(value)); })) return;
  if (visit_views(array, [&](std::string_view text) { add(parse_integer(text)); })) return;
  throw wrong_type(array, "whole numbers or texts");
}

void append_floats(const arrow::Array& array, std::vector<float>& out) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  if (array.type_id() == arrow::Type::DICTIONARY) {
    append_by_index(array, kNan, out, append_floats);
    return;
  }
  const auto add = [&](double value) {
    const auto number = static_cast<float>(value);
    out.push_back(std::isfinite(number) ? number : kNan);
  };
  const auto add_integer = [&](std::int64_t value) {
    // Beyond 2^63 the number wrapped; no price is that large.
    add(value == kNoInteger ? std::nan("") : static_cast<double>(value));
  };
  if (visit_reals(array, add)) return;
  if (visit_integers(array, kNoInteger, add_integer)) return;
  const auto add_text = [&](std::string_view text) {
    double value = 0;
    add(parse_all(trimmed(text), value) ? value : std::nan(""));
  };
  if (visit_views(array, add_text)) return;
  throw wrong_type(array, "numbers");
}

void append_times(const arrow::Array& array, DateUnit unit, std::vector<TimeUs>& out) {
  const auto add = [&](DateUnit of) {
    return [&out, of](std::int64_t value) {
      out.push_back(value == kNoInteger ? kNoTime : to_us(value, of));
    };
  };
  switch (array.type_id()) {
    case arrow::Type::DICTIONARY:
      append_by_index(array, kNoTime, out, [&](const arrow::Array& values, auto& times) {
        append_times(values, unit, times);
      });
      return;
    case arrow::Type::TIMESTAMP:
      visit_values<arrow::TimestampArray>(array, kNoInteger, add(unit_of(*array.type())));
      return;
    case arrow::Type::DATE64:
      visit_values<arrow::Date64Array>(array, kNoInteger, add(DateUnit::kMilliseconds));
      return;
    case arrow::Type::DATE32:
      for (std::int64_t i = 0; i < array.length(); ++i) {
        const auto& days = static_cast<const arrow::Date32Array&>(array);
        out.push_back(days.IsNull(i) ? kNoTime : days.Value(i) * kUsPerDay);
      }
      return;
    default:
      break;
  }
  const auto add_text = [&](std::string_view text) {
    const auto number = unit == DateUnit::kNone ? kNoInteger : parse_integer(text);
    out.push_back(number == kNoInteger ? parse_time(trimmed(text)).value_or(kNoTime)
                                       : to_us(number, unit));
  };
  if (visit_views(array, add_text)) return;
  if (unit == DateUnit::kNone) {
    throw wrong_type(array,
                     "timestamps, dates or ISO texts; give date_unit with --schema when the "
                     "numbers count seconds or the like");
  }
  if (visit_integers(array, kNoInteger, add(unit))) return;
  if (visit_reals(array, [&](double value) { add(unit)(integral(value)); })) return;
  throw wrong_type(array, "timestamps, dates or ISO texts");
}

}  // namespace

std::int64_t parse_integer(std::string_view text) {
  text = trimmed(text);
  std::int64_t number = 0;
  if (parse_all(text, number)) return number;
  double real = 0;
  return parse_all(text, real) ? integral(real) : kNoInteger;
}

void load_integers(const arrow::ChunkedArray& column, std::vector<std::int64_t>& numbers) {
  numbers.clear();
  numbers.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) append_integers(*chunk, numbers);
}

void load_floats(const arrow::ChunkedArray& column, std::vector<float>& numbers) {
  numbers.clear();
  numbers.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) append_floats(*chunk, numbers);
}

void load_times(const arrow::ChunkedArray& column, DateUnit unit, std::vector<TimeUs>& times) {
  times.clear();
  times.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) append_times(*chunk, unit, times);
}

}  // namespace vitrina::io
