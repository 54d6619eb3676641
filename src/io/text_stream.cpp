#include "io/text_stream.hpp"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/utf8.hpp"

namespace vitrina::io {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// How much of a cell is shown.
constexpr std::size_t kShownBytes = 40;

/// Code points of the bytes 0x80 to 0xbf of Windows-1251; 0xc0 to 0xff are U+0410 to U+044f.
constexpr std::array<std::uint16_t, 64> kUpperHalf{
    0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021, 0x20ac, 0x2030, 0x0409,
    0x2039, 0x040a, 0x040c, 0x040b, 0x040f, 0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0xfffd, 0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b, 0x045f, 0x00a0,
    0x040e, 0x045e, 0x0408, 0x00a4, 0x0490, 0x00a6, 0x00a7, 0x0401, 0x00a9, 0x0404, 0x00ab,
    0x00ac, 0x00ad, 0x00ae, 0x0407, 0x00b0, 0x00b1, 0x0406, 0x0456, 0x0491, 0x00b5, 0x00b6,
    0x00b7, 0x0451, 0x2116, 0x0454, 0x00bb, 0x0458, 0x0405, 0x0455, 0x0457};

bool is_high(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }

/// Where the first byte that is no ASCII stands.
std::size_t find_high(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (i < text.size() && !is_high(text[i])) ++i;
  return i;
}

enum class Kind : std::uint8_t { kUtf8, kOther, kCutShort };

/// Whether a text is UTF-8; kCutShort when only its last character is not whole.
Kind kind_of(std::string_view text) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (!point.valid) return text.size() < 4 && text[0] >= '\xc2' ? Kind::kCutShort : Kind::kOther;
    text.remove_prefix(point.n_bytes);
  }
  return Kind::kUtf8;
}

/// Of the bytes that are no ASCII nearly all are Russian letters, or marks that go with them, and
/// most are letters. UTF-8 with a damaged byte does not pass: every second byte of its Cyrillic is
/// none of these.
bool reads_as_cp1251(std::string_view text) {
  constexpr std::string_view kMarks = "\xab\xbb\xb9\x93\x94\x96\x97\xa0\x85\xb0";
  std::size_t n_high = 0;
  std::size_t n_letters = 0;
  std::size_t n_marks = 0;
  for (const char c : text) {
    if (!is_high(c)) continue;
    ++n_high;
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xc0 || byte == 0xa8 || byte == 0xb8)
      ++n_letters;
    else if (kMarks.find(c) != std::string_view::npos)
      ++n_marks;
  }
  return 10 * (n_letters + n_marks) >= 9 * n_high && 2 * n_letters > n_high;
}

std::string_view view_of(const arrow::Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(buffer.size())};
}

void append_cp1251(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      append_utf8(byte < 0xc0 ? kUpperHalf[byte - 0x80U] : 0x0410U + (byte - 0xc0U), out);
    }
  }
}

}  // namespace

void OpenQuote::watch(std::string_view text, char delimiter) {
  if (text.empty()) return;
  std::size_t at = 0;
  if (may_be_closed_) {
    may_be_closed_ = false;
    is_open_ = text.front() == '"';
    at = is_open_ ? 1 : 0;
  }
  std::size_t begin = std::string_view::npos;
  while ((at = text.find('"', at)) != std::string_view::npos) {
    ++at;
    if (!is_open_) {
      const char before = at > 1 ? text[at - 2] : last_;
      is_open_ = before == delimiter || before == '\n' || before == '\r';
      begin = at - 1;
    } else if (at == text.size()) {
      may_be_closed_ = true;
    } else if (text[at] == '"') {
      ++at;
    } else {
      is_open_ = false;
    }
  }
  if (!is_open_) {
    begins_.clear();
  } else if (begin != std::string_view::npos) {
    begins_ = whole_characters(text.substr(begin, kShownBytes + 4), kShownBytes);
  }
  last_ = text.back();
}

void TextStream::add(std::string_view bytes, bool is_end) {
  if (state_ == State::kAscii) {
    const auto high = find_high(bytes);
    if (high < bytes.size()) {
      const auto rest = bytes.substr(high);
      const auto kind = kind_of(rest);
      if (kind == Kind::kCutShort && rest.size() < 4 && !is_end) {
        held_ = rest;  // one character that the next bytes make whole
        pending_.append(bytes.substr(0, high));
        return;
      }
      const bool is_utf8 = kind == Kind::kUtf8 || (kind == Kind::kCutShort && rest.size() >= 4);
      state_ = !is_utf8 && reads_as_cp1251(rest) ? State::kCp1251 : State::kAsIs;
    }
  }
  if (state_ == State::kCp1251) {
    append_cp1251(bytes, pending_);
  } else {
    pending_.append(bytes);
  }
}

arrow::Status TextStream::fill(std::int64_t n) {
  pending_.clear();
  used_ = 0;
  while (pending_.empty()) {
    ARROW_ASSIGN_OR_RAISE(const auto buffer, input_->Read(n));
    const auto read = view_of(*buffer);
    if (read.empty() && held_.empty()) break;
    if (held_.empty()) {
      add(read, false);
    } else {
      const auto bytes = std::exchange(held_, {}).append(read);
      add(bytes, read.empty());
    }
  }
  return arrow::Status::OK();
}

arrow::Result<std::string_view> TextStream::beginning(std::int64_t n) {
  ARROW_ASSIGN_OR_RAISE(const auto buffer, input_->Read(n));
  const auto read = view_of(*buffer);
  if (read.starts_with("\xff\xfe") || read.starts_with("\xfe\xff")) {
    return arrow::Status::Invalid("found UTF-16, expected UTF-8; save the file as UTF-8");
  }
  add(read, false);
  if (pending_.starts_with(kByteOrderMark)) used_ = kByteOrderMark.size();
  return std::string_view(pending_).substr(used_);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> TextStream::Read(std::int64_t n_bytes) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, take(n_bytes));
  if (delimiter_ == '\0') return buffer;
  quote_.watch(view_of(*buffer), delimiter_);
  if (buffer->size() == 0 && !quote_.found().empty()) {
    return arrow::Status::Invalid(kOpenQuote, quote_.found());
  }
  return buffer;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> TextStream::take(std::int64_t n_bytes) {
  if (used_ == pending_.size() && held_.empty() && state_ != State::kCp1251) {
    // most files are passed on as they are, without a copy
    ARROW_ASSIGN_OR_RAISE(auto buffer, input_->Read(n_bytes));
    const auto read = view_of(*buffer);
    if (state_ == State::kAsIs || find_high(read) == read.size()) {
      told_ += buffer->size();
      return buffer;
    }
    pending_.clear();
    used_ = 0;
    add(read, false);
  }
  if (used_ == pending_.size()) ARROW_RETURN_NOT_OK(fill(n_bytes));
  const auto n = std::min(static_cast<std::size_t>(n_bytes), pending_.size() - used_);
  auto buffer = arrow::Buffer::FromString(pending_.substr(used_, n));
  used_ += n;
  told_ += static_cast<std::int64_t>(n);
  return buffer;
}

arrow::Result<std::int64_t> TextStream::Read(std::int64_t n_bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto buffer, Read(n_bytes));
  std::memcpy(out, buffer->data(), static_cast<std::size_t>(buffer->size()));
  return buffer->size();
}

char guess_delimiter(std::string_view text) {
  constexpr std::string_view kDelimiters = ",;\t|";
  std::array<std::size_t, kDelimiters.size()> counts{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    const auto at = kDelimiters.find(c);
    if (at != std::string_view::npos) ++counts[at];
  }
  const auto best = std::ranges::max_element(counts) - counts.begin();
  return kDelimiters[static_cast<std::size_t>(best)];
}

}  // namespace vitrina::io
