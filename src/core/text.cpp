#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/utf8.hpp"

namespace vitrina {
namespace {

/// Three significant digits, never in exponent form below 1000.
std::string three_digits(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  if (value >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

template <std::size_t N>
std::string scaled(double value, double step, const std::array<std::string_view, N>& suffixes) {
  std::size_t i = 0;
  // A value that would be shown as 1000 of a unit belongs to the next one.
  while (i + 1 < N && value >= std::min(step, 999.5)) {
    value /= step;
    ++i;
  }
  return (i == 0 ? fmt::format("{:.0f}", value) : three_digits(value)) + std::string(suffixes[i]);
}

}  // namespace

std::string count_text(double count) {
  static constexpr std::array<std::string_view, 5> kSuffixes{"", "k", "M", "G", "T"};
  return scaled(count, 1000.0, kSuffixes);
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kSuffixes{" B", " KiB", " MiB", " GiB", " TiB"};
  return scaled(static_cast<double>(bytes), 1024.0, kSuffixes);
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    auto* line = &lines.back();
    if (!line->empty() && line->size() + 1 + word.size() > width) line = &lines.emplace_back();
    if (!line->empty()) *line += ' ';
    *line += word;
  }
  return lines;
}

std::string one_line(std::string_view text) {
  std::string line;
  constexpr std::string_view kSpaces = "\t\n\r";
  while (!text.empty()) {
    const auto end = text.find_first_of(kSpaces);
    append_plain(text.substr(0, end), line);
    if (end == std::string_view::npos) break;
    line += ' ';
    text.remove_prefix(end + 1);
  }
  return line;
}

bool is_whole_decimal(std::string_view id) {
  const auto point = id.find_first_not_of("0123456789");
  return point != 0 && point != std::string_view::npos && id[point] == '.' &&
         id.find_first_not_of('0', point + 1) == std::string_view::npos;
}

}  // namespace vitrina
