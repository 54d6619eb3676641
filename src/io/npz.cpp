#include "io/npz.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "io/arrow_support.hpp"
#include "io/zip_archive.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kMaxColumns = 1U << 16U;
constexpr std::size_t kHeaderAlignment = 64;

/// What a .npy header says (numpy.lib.format, versions 1 to 3).
struct Header {
  std::string_view type;
  bool fortran = false;
  std::uint64_t n_rows = 0;
  std::uint64_t n_columns = 0;
};

/// The text after `'key': ` in the header's dictionary.
std::optional<std::string_view> value_of(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return std::nullopt;
  header.remove_prefix(at + key.size() + 3);
  while (!header.empty() && header.front() == ' ') header.remove_prefix(1);
  return header;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == ',')) text.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool parse_shape(std::string_view text, Header& header) {
  if (text.empty() || text.front() != '(') return false;
  text.remove_prefix(1);
  const auto n_rows = take_number(text);
  const auto n_columns = take_number(text);
  if (!n_rows || !n_columns || text.empty() || text.front() != ')') return false;
  header.n_rows = *n_rows;
  header.n_columns = *n_columns;
  return true;
}

/// Parses the header at the start of `content` and takes it off.
Header take_header(const ZipReader& zip, std::string_view& content) {
  if (!content.starts_with(kMagic) || content.size() < 12) zip.fail("the array has no npy header");
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(content[i]); };
  std::size_t begin = 10;
  std::size_t size = byte(8) + 256U * byte(9);
  if (byte(6) >= 2) {
    begin = 12;
    size += (std::size_t{byte(10)} << 16U) + (std::size_t{byte(11)} << 24U);
  }
  if (size > content.size() - begin) zip.fail("the npy header is cut short");
  const auto text = content.substr(begin, size);
  content.remove_prefix(begin + size);

  Header header;
  const auto type = value_of(text, "descr");
  const auto order = value_of(text, "fortran_order");
  const auto shape = value_of(text, "shape");
  if (!type || type->size() < 5 || !order || !shape || !parse_shape(*shape, header)) {
    zip.fail(fmt::format("found an array header {}, expected a two-dimensional array of floats",
                         printable(text.substr(0, 100))));
  }
  header.type = type->substr(1, 3);
  header.fortran = order->starts_with("True");
  return header;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t bits = half;
  const unsigned exponent = (bits >> 10U) & 0x1fU;
  const unsigned fraction = bits & 0x3ffU;
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  if (exponent == 0x1f) {
    return fraction == 0 ? sign * HUGE_VALF : std::nanf("");
  }
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 0x400U), static_cast<int>(exponent) - 25);
}

float to_float(float value) { return value; }
float to_float(double value) { return static_cast<float>(value); }
float to_float(std::uint16_t half) { return half_to_float(half); }

template <class Stored>
void fill(std::string_view content, const Header& header, std::vector<float>& values) {
  values.resize(header.n_rows * header.n_columns);
  const auto at = [&](std::uint64_t position) {
    Stored stored;
    std::memcpy(&stored, content.data() + position * sizeof(Stored), sizeof(Stored));
    return to_float(stored);
  };
  if (!header.fortran) {
    for (std::uint64_t i = 0; i < values.size(); ++i) values[i] = at(i);
    return;
  }
  for (std::uint64_t row = 0; row < header.n_rows; ++row) {
    for (std::uint64_t column = 0; column < header.n_columns; ++column) {
      values[row * header.n_columns + column] = at(column * header.n_rows + row);
    }
  }
}

Matrix parse_array(const ZipReader& zip, std::string_view content) {
  const auto header = take_header(zip, content);
  const std::size_t element = header.type == "<f2"   ? 2
                              : header.type == "<f4" ? 4
                              : header.type == "<f8" ? 8
                                                     : 0;
  if (element == 0) {
    zip.fail(fmt::format("found numbers of type '{}', expected '<f2', '<f4' or '<f8'",
                         printable(header.type)));
  }
  const bool fits = header.n_columns > 0 && header.n_columns <= kMaxColumns &&
                    header.n_rows <= content.size() / (header.n_columns * element) &&
                    header.n_rows * header.n_columns * element == content.size();
  if (!fits) {
    zip.fail(fmt::format("the header claims {} x {} numbers of {} bytes, found {} bytes",
                         header.n_rows, header.n_columns, element, content.size()));
  }
  Matrix matrix;
  matrix.n_rows = header.n_rows;
  matrix.n_columns = static_cast<std::uint32_t>(header.n_columns);
  if (element == 2) fill<std::uint16_t>(content, header, matrix.values);
  if (element == 4) fill<float>(content, header, matrix.values);
  if (element == 8) fill<double>(content, header, matrix.values);
  return matrix;
}

}  // namespace

Matrix read_npz(const std::filesystem::path& path, std::string_view name) {
  return guarded(path.string(), [&] {
    ZipReader zip(path);
    const auto content = zip.read(fmt::format("{}.npy", name));
    if (!content) {
      zip.fail(fmt::format("no array '{}' in the archive; expected what numpy.savez writes",
                           printable(name)));
    }
    return parse_array(zip, *content);
  });
}

void write_npz(const std::filesystem::path& path, std::string_view name,
               std::span<const float> values, std::uint32_t n_columns) {
  const std::uint64_t n_rows = n_columns == 0 ? 0 : values.size() / n_columns;
  std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
                                 n_rows, n_columns);
  const std::size_t prefix = kMagic.size() + 4;
  text.append(kHeaderAlignment - 1 - (prefix + text.size()) % kHeaderAlignment, ' ');
  text += '\n';
  std::string head(kMagic);
  head += '\x01';
  head += '\x00';
  head += static_cast<char>(text.size() & 0xffU);
  head += static_cast<char>(text.size() >> 8U);
  head += text;
  const std::string_view body(reinterpret_cast<const char*>(values.data()),
                              values.size() * sizeof(float));
  write_zip(path, fmt::format("{}.npy", name), std::array{std::string_view(head), body});
}

}  // namespace vitrina::io
