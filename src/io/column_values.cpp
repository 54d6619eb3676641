#include "io/column_values.hpp"

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "io/arrow_visit.hpp"
#include "io/date_text.hpp"
#include "io/price_text.hpp"

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

/// To the nearest microsecond: clocks write 1725178451.497.
TimeUs to_us(double value, DateUnit unit) {
  constexpr std::array<double, 5> kUsPerUnit{1, 1e6, 1e3, 1, 1e-3};
  const double us = value * kUsPerUnit[static_cast<std::size_t>(unit)];
  return std::fabs(us) < kInt64End ? std::llround(us) : kNoTime;
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

/// A price of a column, or why it is none.
struct ReadPrice {
  enum class Flaw : std::uint8_t { kNone, kUnread, kNegative };

  float value = std::numeric_limits<float>::quiet_NaN();
  Flaw flaw = Flaw::kNone;
};

ReadPrice price_of(double number) {
  const auto value = static_cast<float>(number);
  if (!std::isfinite(value)) return {};
  if (value < 0) return {.flaw = ReadPrice::Flaw::kNegative};
  return {.value = value};
}

ReadPrice price_of(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return {};
  const auto price = parse_price(text);
  return price ? price_of(*price) : ReadPrice{.flaw = ReadPrice::Flaw::kUnread};
}

void append_prices(const arrow::Array& array, std::vector<ReadPrice>& out) {
  if (array.type_id() == arrow::Type::DICTIONARY) {
    append_by_index(array, ReadPrice{}, out, append_prices);
    return;
  }
  const auto add = [&](auto value) { out.push_back(price_of(value)); };
  const auto add_integer = [&](std::int64_t value) {
    // Beyond 2^63 the number wrapped; no price is that large.
    add(value == kNoInteger ? std::nan("") : static_cast<double>(value));
  };
  if (visit_reals(array, [&](double value) { add(value); })) return;
  if (visit_integers(array, kNoInteger, add_integer)) return;
  if (visit_views(array, add)) return;
  throw wrong_type(array, "numbers");
}

/// Takes moments of a column one by one.
class Moments {
 public:
  Moments(const DateForm& form, std::vector<TimeUs>& out, DatesMet& met)
      : form_(form), out_(out), met_(met) {
    if (form.zone != nullptr) clock_.emplace(*form.zone);
  }

  /// A moment of no zone, or none.
  void add(TimeUs time) {
    if (time != kNoTime && met_.without_zone == kNoTime) met_.without_zone = time;
    out_.push_back(time);
  }

  /// A moment in UTC that was written with `zone`.
  void add_zoned(TimeUs time, std::string_view zone) {
    if (time == kNoTime) return add(time);
    if (met_.zone.empty()) met_.zone = zone;
    out_.push_back(clock_ ? (*clock_)(time) : time);
  }

  /// A number in `form.unit` since 1970.
  void add_real(double value) {
    const auto number = integral(value);
    const auto time = number != kNoInteger ? to_us(number, form_.unit) : to_us(value, form_.unit);
    add_zoned(time, kUtc);
  }

  void add_text(std::string_view text) {
    text = trimmed(text);
    if (form_.unit != DateUnit::kNone) {
      const auto number = parse_integer(text);
      if (number != kNoInteger) return add_zoned(to_us(number, form_.unit), kUtc);
      double real = 0;
      if (parse_all(text, real)) return add_real(real);
    }
    const auto date = parse_date_text(text, form_.format);
    if (!date) return add(kNoTime);
    met_.other_form |= !date->is_iso;
    if (date->zone.empty()) return add(date->time);
    add_zoned(date->time, date->zone);
  }

  static constexpr std::string_view kUtc = "UTC";

 private:
  const DateForm& form_;
  std::vector<TimeUs>& out_;
  DatesMet& met_;
  std::optional<LocalClock> clock_;
};

void append_timestamps(const arrow::Array& array, Moments& moments) {
  const auto unit = unit_of(*array.type());
  const auto& zone = static_cast<const arrow::TimestampType&>(*array.type()).timezone();
  visit_values<arrow::TimestampArray>(array, kNoInteger, [&](std::int64_t value) {
    const auto time = value == kNoInteger ? kNoTime : to_us(value, unit);
    if (zone.empty()) {
      moments.add(time);
    } else {
      moments.add_zoned(time, zone);
    }
  });
}

void append_times(const arrow::Array& array, const DateForm& form, std::vector<TimeUs>& out,
                  DatesMet& met) {
  Moments moments(form, out, met);
  switch (array.type_id()) {
    case arrow::Type::DICTIONARY:
      append_by_index(array, kNoTime, out, [&](const arrow::Array& values, auto& times) {
        append_times(values, form, times, met);
      });
      return;
    case arrow::Type::TIMESTAMP:
      append_timestamps(array, moments);
      return;
    case arrow::Type::DATE64:
      visit_values<arrow::Date64Array>(array, kNoInteger, [&](std::int64_t value) {
        moments.add(value == kNoInteger ? kNoTime : to_us(value, DateUnit::kMilliseconds));
      });
      return;
    case arrow::Type::DATE32:
      for (std::int64_t i = 0; i < array.length(); ++i) {
        const auto& days = static_cast<const arrow::Date32Array&>(array);
        moments.add(days.IsNull(i) ? kNoTime : days.Value(i) * kUsPerDay);
      }
      return;
    default:
      break;
  }
  if (visit_views(array, [&](std::string_view text) { moments.add_text(text); })) return;
  if (form.unit == DateUnit::kNone) {
    throw wrong_type(array,
                     "timestamps, dates or ISO texts; give date_unit with --schema when the "
                     "numbers count seconds or the like");
  }
  const auto add_number = [&](std::int64_t value) {
    moments.add_zoned(value == kNoInteger ? kNoTime : to_us(value, form.unit), Moments::kUtc);
  };
  if (visit_integers(array, kNoInteger, add_number)) return;
  if (visit_reals(array, [&](double value) { moments.add_real(value); })) return;
  throw wrong_type(array, "timestamps, dates or ISO texts");
}

/// Texts and bytes as they are: Arrow prints bytes as hexadecimal digits.
std::string shown_scalar(const arrow::Scalar& scalar) {
  if (arrow::is_base_binary_like(scalar.type->id()) ||
      arrow::is_binary_view_like(scalar.type->id()) ||
      scalar.type->id() == arrow::Type::FIXED_SIZE_BINARY) {
    return std::string(static_cast<const arrow::BaseBinaryScalar&>(scalar).view());
  }
  return scalar.ToString();
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

void load_prices(const arrow::ChunkedArray& column, std::vector<float>& prices, BadPrices& bad) {
  std::vector<ReadPrice> read;
  read.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) append_prices(*chunk, read);
  prices.clear();
  prices.reserve(read.size());
  const auto count = [&](std::size_t row, std::uint64_t& n, std::string& example) {
    if (n++ == 0) example = shown(column, row);
  };
  for (std::size_t row = 0; row < read.size(); ++row) {
    prices.push_back(read[row].value);
    if (read[row].flaw == ReadPrice::Flaw::kUnread) count(row, bad.n_unread, bad.unread);
    if (read[row].flaw == ReadPrice::Flaw::kNegative) count(row, bad.n_negative, bad.negative);
  }
}

void load_times(const arrow::ChunkedArray& column, const DateForm& form, std::vector<TimeUs>& times,
                DatesMet& met) {
  times.clear();
  times.reserve(static_cast<std::size_t>(column.length()));
  for (const auto& chunk : column.chunks()) append_times(*chunk, form, times, met);
}

std::string shown(const arrow::ChunkedArray& column, std::size_t row) {
  const auto scalar = column.GetScalar(static_cast<std::int64_t>(row));
  if (!scalar.ok() || !(*scalar)->is_valid) return {};
  if ((*scalar)->type->id() == arrow::Type::DICTIONARY) {
    const auto value = static_cast<const arrow::DictionaryScalar&>(**scalar).GetEncodedValue();
    return value.ok() && (*value)->is_valid ? shown_scalar(**value) : std::string();
  }
  return shown_scalar(**scalar);
}

}  // namespace vitrina::io
