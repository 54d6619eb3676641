#include "io/zip_archive.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/file_error.hpp"

namespace vitrina::io {
namespace {

// Signatures and sizes: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kMemberSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kMemberBytes = 46;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocator64Bytes = 20;
constexpr std::uint64_t kMaxComment = 0xffff;
constexpr std::uint32_t kInZip64 = 0xffffffff;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

/// Deflate cannot shrink by more than 1032 to 1.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{1} << 24U;
constexpr std::size_t kChunk = std::size_t{1} << 18U;

template <class T>
T load(std::string_view bytes, std::size_t at) {
  T value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

std::uint32_t crc32_of(std::string_view bytes, std::uint32_t crc) {
  return static_cast<std::uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Owns zlib's state for one raw deflate stream.
class Inflater {
 public:
  Inflater() { ready_ = ::inflateInit2(&stream, -MAX_WBITS) == Z_OK; }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) ::inflateEnd(&stream);
  }
  [[nodiscard]] bool ready() const { return ready_; }

  z_stream stream{};

 private:
  bool ready_ = false;
};

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : path_(path.string()) {
  check_readable(path);
  in_.open(path, std::ios::binary | std::ios::ate);
  n_bytes_ = static_cast<std::uint64_t>(in_.tellg());
  const auto tail_bytes = std::min(n_bytes_, kEndBytes + kMaxComment + kLocator64Bytes);
  const auto tail = bytes(n_bytes_ - tail_bytes, tail_bytes);
  std::string signature;
  put(signature, kEndSignature);
  const auto at = tail.rfind(signature);
  if (at == std::string::npos || tail.size() - at < kEndBytes) {
    fail("not a zip archive; expected what numpy.savez writes");
  }
  std::uint64_t n_members = load<std::uint16_t>(tail, at + 10);
  std::uint64_t directory_bytes = load<std::uint32_t>(tail, at + 12);
  std::uint64_t directory = load<std::uint32_t>(tail, at + 16);
  if (at >= kLocator64Bytes &&
      load<std::uint32_t>(tail, at - kLocator64Bytes) == kLocator64Signature) {
    const auto end64 = bytes(load<std::uint64_t>(tail, at - kLocator64Bytes + 8), kEnd64Bytes);
    if (load<std::uint32_t>(end64, 0) != kEnd64Signature) fail("the zip64 directory is damaged");
    n_members = load<std::uint64_t>(end64, 32);
    directory_bytes = load<std::uint64_t>(end64, 40);
    directory = load<std::uint64_t>(end64, 48);
  }
  read_directory(directory, directory_bytes, n_members);
}

void ZipReader::fail(std::string_view what) const {
  throw Error(ErrorCode::kBadData, fmt::format("{}: {}", path_, what));
}

std::string ZipReader::bytes(std::uint64_t begin, std::uint64_t n) {
  if (begin > n_bytes_ || n > n_bytes_ - begin) fail("the archive is cut short");
  std::string block(n, '\0');
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(begin));
  in_.read(block.data(), static_cast<std::streamsize>(n));
  if (!in_) fail("cannot be read");
  return block;
}

void ZipReader::read_directory(std::uint64_t begin, std::uint64_t n_bytes,
                               std::uint64_t n_members) {
  if (n_bytes > kMaxDirectoryBytes) fail("the zip directory is damaged");
  const auto directory = bytes(begin, n_bytes);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < n_members; ++i) {
    if (directory.size() - at < kMemberBytes ||
        load<std::uint32_t>(directory, at) != kMemberSignature) {
      fail("the zip directory is damaged");
    }
    const std::size_t name_bytes = load<std::uint16_t>(directory, at + 28);
    const std::size_t extra_bytes = load<std::uint16_t>(directory, at + 30);
    const std::size_t comment_bytes = load<std::uint16_t>(directory, at + 32);
    const std::size_t end = at + kMemberBytes + name_bytes + extra_bytes + comment_bytes;
    if (end > directory.size()) fail("the zip directory is damaged");
    if ((load<std::uint16_t>(directory, at + 8) & 1U) != 0) fail("the archive is encrypted");
    Member member{load<std::uint16_t>(directory, at + 10), load<std::uint32_t>(directory, at + 16),
                  load<std::uint32_t>(directory, at + 20), load<std::uint32_t>(directory, at + 24),
                  load<std::uint32_t>(directory, at + 42)};
    const std::string_view rest = std::string_view(directory).substr(at + kMemberBytes);
    read_zip64_sizes(rest.substr(name_bytes, extra_bytes), member);
    names_.emplace_back(rest.substr(0, name_bytes));
    members_.push_back(member);
    at = end;
  }
}

void ZipReader::read_zip64_sizes(std::string_view extra, Member& member) const {
  while (extra.size() >= 4) {
    const auto id = load<std::uint16_t>(extra, 0);
    const std::size_t size = load<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) fail("the zip directory is damaged");
    std::string_view field = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (id != 1) continue;
    for (auto* value : {&member.size, &member.compressed, &member.header}) {
      if (*value != kInZip64) continue;
      if (field.size() < 8) fail("the zip directory is damaged");
      *value = load<std::uint64_t>(field, 0);
      field.remove_prefix(8);
    }
  }
}

std::string ZipReader::read(std::size_t index) {
  const auto& member = members_.at(index);
  const auto place = printable(names_[index]);
  const auto header = bytes(member.header, kLocalBytes);
  if (load<std::uint32_t>(header, 0) != kLocalSignature) {
    fail(fmt::format("member '{}' is damaged", place));
  }
  const std::uint64_t begin = member.header + kLocalBytes + load<std::uint16_t>(header, 26) +
                              load<std::uint16_t>(header, 28);
  if (begin > n_bytes_ || member.compressed > n_bytes_ - begin) {
    fail(fmt::format("member '{}' is cut short", place));
  }
  std::string content;
  if (member.method == kStored) {
    if (member.size != member.compressed) fail(fmt::format("member '{}' is damaged", place));
    content = bytes(begin, member.size);
  } else if (member.method == kDeflated) {
    if (member.size / kMaxDeflateRatio > member.compressed) {
      fail(fmt::format("member '{}' claims {} bytes out of {}", place, member.size,
                       member.compressed));
    }
    content.resize(member.size);
    inflate_member(begin, member, content);
  } else {
    fail(fmt::format("member '{}': found compression method {}, expected stored or deflate", place,
                     member.method));
  }
  if (crc32_of(content, 0) != member.crc) {
    fail(fmt::format("member '{}': the checksum does not match; the file is damaged", place));
  }
  return content;
}

void ZipReader::inflate_member(std::uint64_t begin, const Member& member, std::string& out) {
  Inflater inflater;
  if (!inflater.ready()) fail("zlib cannot start");
  auto& stream = inflater.stream;
  std::uint64_t n_read = 0;
  std::uint64_t n_written = 0;
  std::string chunk;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0 && n_read < member.compressed) {
      chunk = bytes(begin + n_read, std::min<std::uint64_t>(kChunk, member.compressed - n_read));
      n_read += chunk.size();
      stream.next_in = reinterpret_cast<Bytef*>(chunk.data());
      stream.avail_in = static_cast<uInt>(chunk.size());
    }
    const auto room = std::min<std::uint64_t>(kChunk, out.size() - n_written);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + n_written);
    stream.avail_out = static_cast<uInt>(room);
    status = ::inflate(&stream, Z_NO_FLUSH);
    n_written += room - stream.avail_out;
  }
  if (status != Z_STREAM_END || n_written != out.size()) {
    fail("a deflated member does not unpack to its size; the file is damaged");
  }
}

std::string zip_one_member(std::string_view name, std::string_view head, std::string_view body) {
  const std::uint64_t size = head.size() + body.size();
  if (size > std::numeric_limits<std::uint32_t>::max() - 1024) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("npz: found an array of {} bytes, expected less than 4 GiB", size));
  }
  std::string common;
  put<std::uint16_t>(common, 20);  // version needed to extract
  put<std::uint16_t>(common, 0);   // flags
  put<std::uint16_t>(common, kStored);
  put<std::uint16_t>(common, 0);       // time
  put<std::uint16_t>(common, 0x0021);  // date: 1980-01-01
  put<std::uint32_t>(common, crc32_of(body, crc32_of(head, 0)));
  put<std::uint32_t>(common, static_cast<std::uint32_t>(size));
  put<std::uint32_t>(common, static_cast<std::uint32_t>(size));
  put<std::uint16_t>(common, static_cast<std::uint16_t>(name.size()));
  put<std::uint16_t>(common, 0);  // no extra field

  std::string out;
  out.reserve(size + 512);
  put(out, kLocalSignature);
  out.append(common).append(name).append(head).append(body);
  const std::size_t directory = out.size();
  put(out, kMemberSignature);
  put<std::uint16_t>(out, 20);  // version made by
  out.append(common);
  put<std::uint16_t>(out, 0);  // no comment
  put<std::uint16_t>(out, 0);  // disk
  put<std::uint16_t>(out, 0);  // internal attributes
  put<std::uint32_t>(out, 0);  // external attributes
  put<std::uint32_t>(out, 0);  // the local header is at the start
  out.append(name);
  const std::size_t directory_bytes = out.size() - directory;
  put(out, kEndSignature);
  put<std::uint32_t>(out, 0);  // this disk, disk of the directory
  put<std::uint16_t>(out, 1);
  put<std::uint16_t>(out, 1);
  put<std::uint32_t>(out, static_cast<std::uint32_t>(directory_bytes));
  put<std::uint32_t>(out, static_cast<std::uint32_t>(directory));
  put<std::uint16_t>(out, 0);
  return out;
}

}  // namespace vitrina::io
