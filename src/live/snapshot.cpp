#include "live/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/file_error.hpp"
#include "core/hash.hpp"

namespace vitrina::live {
namespace {

constexpr std::string_view kMagic = "VTRSNAP1";
/// In the place of a customer's kind: no more follow.
constexpr std::uint8_t kEnd = 255;
constexpr std::size_t kEventBytes = 21;
constexpr std::size_t kPiece = std::size_t{1} << 20U;
/// No id is longer, nor has a customer more events: what says so is damaged.
constexpr std::uint32_t kMaxText = 1U << 20U;
constexpr std::uint32_t kMaxEvents = 1U << 28U;

template <class T>
char* put(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}

template <class T>
T take(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

/// The bytes of a file, piece by piece, under a running checksum.
class Source {
 public:
  explicit Source(const std::filesystem::path& file) : file_(file) {
    check_readable(file);
    in_.open(file, std::ios::binary);
    std::error_code status;
    size_ = std::filesystem::file_size(file, status);
    if (status) throw file_error(file, "read", status.value());
    if (size_ < kMagic.size() + sizeof crc_) fail("is too short");
    left_ = size_ - sizeof crc_;
  }

  /// Of the file.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// The next bytes, until the next call.
  const char* bytes(std::size_t n) {
    if (buffer_.size() - begin_ < n) fill(n);
    const char* at = buffer_.data() + begin_;
    begin_ += n;
    return at;
  }
  template <class T>
  T value() {
    const char* at = bytes(sizeof(T));
    return take<T>(at);
  }
  std::string text() {
    const auto n = value<std::uint32_t>();
    if (n > kMaxText) fail("has a text that is none");
    return {bytes(n), n};
  }
  /// What was read is what was written, to the end.
  void check_end() {
    if (left_ > 0 || begin_ != buffer_.size()) fail("goes on behind its end");
    std::uint32_t crc = 0;
    if (!in_.read(reinterpret_cast<char*>(&crc), sizeof crc)) fail("cannot be read");
    if (crc != crc_) fail("has another checksum");
  }
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}", printable(file_.string()), what));
  }

 private:
  void fill(std::size_t n) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    while (buffer_.size() < n) {
      const auto more = std::min<std::uint64_t>(kPiece, left_);
      if (more == 0) fail("ends too early");
      const auto old = buffer_.size();
      buffer_.resize(old + more);
      if (!in_.read(buffer_.data() + old, static_cast<std::streamsize>(more))) {
        fail("cannot be read");
      }
      crc_ = crc32c(std::as_bytes(std::span(buffer_).subspan(old)), crc_);
      left_ -= more;
    }
  }

  std::filesystem::path file_;
  std::ifstream in_;
  std::uint64_t size_ = 0;
  std::uint64_t left_ = 0;  ///< bytes not read yet, without the checksum
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what was not given yet
  std::uint32_t crc_ = 0;
};

/// Reads one customer's events; moves up the number of products and devices they name.
void read_events(Source& source, std::vector<StoredEvent>& events, std::uint64_t& n_products,
                 std::uint64_t& n_devices) {
  const auto n = source.value<std::uint32_t>();
  if (n > kMaxEvents) source.fail("has a customer that is none");
  events.clear();
  for (std::uint32_t e = 0; e < n; ++e) {
    const char* at = source.bytes(kEventBytes);
    StoredEvent event;
    event.time = take<std::int64_t>(at);
    event.product = take<std::uint32_t>(at);
    event.page = take<std::uint32_t>(at);
    event.device = take<std::uint32_t>(at);
    const auto action = take<std::uint8_t>(at);
    if (action >= kActionCount || (e > 0 && event.time < events.back().time)) {
      source.fail("has an event that is none");
    }
    event.action = static_cast<Action>(action);
    if (event.product != kNoCode)
      n_products = std::max<std::uint64_t>(n_products, event.product + 1ULL);
    if (event.device != kNoCode)
      n_devices = std::max<std::uint64_t>(n_devices, event.device + 1ULL);
    events.push_back(event);
  }
}

void read_texts(Source& source, std::uint64_t n_named, StringTable& texts) {
  const auto n = source.value<std::uint32_t>();
  for (std::uint32_t t = 0; t < n; ++t) {
    if (texts.intern(source.text()) != t) source.fail("has a text twice");
  }
  if (n < n_named) source.fail("has no text for what an event names");
}

}  // namespace

SnapshotWriter::SnapshotWriter(std::filesystem::path file, std::string_view note,
                               std::uint64_t n_events)
    : file_(std::move(file)), out_(file_, std::ios::binary | std::ios::trunc) {
  if (!out_) throw file_error(file_, "write", errno);
  buffer_ = kMagic;
  add_text(note);
  add_value(n_events);
}

void SnapshotWriter::add_text(std::string_view text) {
  add_value(static_cast<std::uint32_t>(text.size()));
  buffer_ += text;
}

void SnapshotWriter::add(Kind kind, std::string_view id, std::span<const StoredEvent> events) {
  add_value(static_cast<std::uint8_t>(kind));
  add_text(id);
  add_value(static_cast<std::uint32_t>(events.size()));
  const auto begin = buffer_.size();
  buffer_.resize(begin + kEventBytes * events.size());
  char* at = buffer_.data() + begin;
  for (const auto& event : events) {
    at = put(at, event.time);
    at = put(at, event.product);
    at = put(at, event.page);
    at = put(at, number_of(event.device));
    at = put(at, static_cast<std::uint8_t>(event.action));
  }
}

std::uint32_t SnapshotWriter::number_of(std::uint32_t device) {
  if (device == kNoCode) return kNoCode;
  if (device >= numbers_.size()) numbers_.resize(device + std::size_t{1}, kNoCode);
  auto& number = numbers_[device];
  if (number == kNoCode) {
    number = static_cast<std::uint32_t>(devices_.size());
    devices_.push_back(device);
  }
  return number;
}

void SnapshotWriter::flush() {
  crc_ = crc32c(std::as_bytes(std::span(buffer_)), crc_);
  errno = 0;
  if (!out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()))) {
    throw file_error(file_, "write", errno);
  }
  buffer_.clear();
}

bool SnapshotWriter::add_texts(const StringTable& products, const StringTable& devices) {
  if (!n_products_) {
    n_products_ = products.size();
    add_value(kEnd);
    add_value(static_cast<std::uint32_t>(*n_products_));
  }
  for (; buffer_.size() < kPiece; ++n_texts_) {
    if (n_texts_ < *n_products_) {
      add_text(products.text(n_texts_));
      continue;
    }
    const auto number = n_texts_ - *n_products_;
    if (number == 0) add_value(static_cast<std::uint32_t>(devices_.size()));
    if (number == devices_.size()) return false;
    add_text(devices.text(devices_[number]));
  }
  return true;
}

void SnapshotWriter::finish() {
  flush();
  errno = 0;
  out_.write(reinterpret_cast<const char*>(&crc_), sizeof crc_);
  if (!out_.flush()) throw file_error(file_, "write", errno);
}

bool read_snapshot(const std::filesystem::path& file,
                   const std::function<bool(std::string_view note)>& is_wanted, Store& store) {
  Source source(file);
  if (std::string_view(source.bytes(kMagic.size()), kMagic.size()) != kMagic) {
    source.fail("is no snapshot of this version");
  }
  if (!is_wanted(source.text())) return false;
  const auto n_events = source.value<std::uint64_t>();
  // a customer's events take 21 bytes each: no more can be there
  store.reserve_packed(std::min<std::uint64_t>(n_events, source.size() / kEventBytes));
  std::uint64_t n_products = 0;
  std::uint64_t n_devices = 0;
  std::vector<StoredEvent> events;
  for (auto kind = source.value<std::uint8_t>(); kind != kEnd;
       kind = source.value<std::uint8_t>()) {
    if (kind > static_cast<std::uint8_t>(Kind::kVisit)) source.fail("has a customer that is none");
    const auto id = source.text();
    read_events(source, events, n_products, n_devices);
    store.put_packed(static_cast<Kind>(kind), id, events);
  }
  read_texts(source, n_products, store.products());
  read_texts(source, n_devices, store.devices());
  source.check_end();
  store.count_devices();
  return true;
}

}  // namespace vitrina::live
