#include "core/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"

namespace vitrina {
namespace {

static_assert(std::endian::native == std::endian::little, "archives are little-endian");

constexpr std::string_view kMagic = "VITRINA\n";
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::uint32_t kMaxBlocks = 4096;
constexpr std::uint32_t kMaxNameBytes = 256;
/// More than the largest header takes.
constexpr std::size_t kMaxHeaderBytes = std::size_t{kMaxBlocks} * (kMaxNameBytes + 20) + 1024;

template <class T>
void append(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  out.append(raw, sizeof(T));
}

void append_text(std::string& out, std::string_view text) {
  append(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Reads the header; every step checks that the bytes are there.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  bool read(T& value) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }

  bool read_text(std::string& text) {
    std::uint32_t size = 0;
    if (!read(size) || size > kMaxNameBytes || rest_.size() < size) return false;
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return true;
  }

  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

Error damaged(const std::filesystem::path& path, std::string_view what) {
  return {ErrorCode::kIncompatibleArtifact,
          fmt::format("{}: {}; make it again", path.string(), what)};
}

struct Header {
  struct Entry {
    std::string name;
    std::uint32_t element_size;
    std::uint64_t size;
    std::uint32_t crc;
  };

  std::string kind;
  std::uint32_t version = 0;
  std::vector<Entry> entries;
  std::size_t size = 0;  ///< bytes, its own checksum included
};

/// The header at the beginning of `bytes`, checked.
Header read_header(const std::filesystem::path& path, std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) throw damaged(path, "is not a vitrina artifact");
  HeaderReader reader(bytes.substr(kMagic.size()));
  std::uint32_t format = 0;
  if (!reader.read(format) || format != kFormatVersion) {
    throw damaged(path, fmt::format("has format {}, expected {}", format, kFormatVersion));
  }
  Header header;
  std::uint32_t n_blocks = 0;
  if (!reader.read_text(header.kind) || !reader.read(header.version) || !reader.read(n_blocks) ||
      n_blocks > kMaxBlocks) {
    throw damaged(path, "has a damaged header");
  }
  header.entries.resize(n_blocks);
  for (auto& entry : header.entries) {
    if (!reader.read_text(entry.name) || !reader.read(entry.element_size) ||
        !reader.read(entry.size) || !reader.read(entry.crc)) {
      throw damaged(path, "has a damaged header");
    }
  }
  const auto checked = bytes.substr(0, bytes.size() - reader.remaining());
  std::uint32_t crc = 0;
  if (!reader.read(crc) || crc != crc32c(std::as_bytes(std::span(checked)))) {
    throw damaged(path, "has a damaged header");
  }
  header.size = bytes.size() - reader.remaining();
  return header;
}

}  // namespace

void ArchiveWriter::add(std::string_view name, std::size_t element_size,
                        std::span<const std::byte> bytes) {
  blocks_.push_back({std::string(name), static_cast<std::uint32_t>(element_size),
                     std::vector<std::byte>(bytes.begin(), bytes.end())});
}

void ArchiveWriter::put_text(std::string_view name, std::string_view text) {
  put(name, std::span<const char>(text.data(), text.size()));
}

void ArchiveWriter::put_texts(std::string_view name, const std::vector<std::string>& texts) {
  Csr<char> rows;
  rows.offsets.reserve(texts.size() + 1);
  for (const auto& text : texts) {
    rows.values.insert(rows.values.end(), text.begin(), text.end());
    rows.offsets.push_back(rows.values.size());
  }
  put(name, rows);
}

void ArchiveWriter::write(const std::filesystem::path& path) const {
  std::string header(kMagic);
  append(header, kFormatVersion);
  append_text(header, kind_);
  append(header, version_);
  append(header, static_cast<std::uint32_t>(blocks_.size()));
  for (const auto& block : blocks_) {
    append_text(header, block.name);
    append(header, block.element_size);
    append(header, static_cast<std::uint64_t>(block.bytes.size()));
    append(header, crc32c(block.bytes));
  }
  append(header, crc32c(std::as_bytes(std::span(header))));
  std::vector<std::string_view> pieces{header};
  for (const auto& block : blocks_) {
    pieces.emplace_back(reinterpret_cast<const char*>(block.bytes.data()), block.bytes.size());
  }
  write_file(path, pieces);
}

ArchiveReader::ArchiveReader(const std::filesystem::path& path, std::string_view kind,
                             std::uint32_t version)
    : path_(path), bytes_(read_file(path)) {
  parse(kind, version);
}

void ArchiveReader::parse(std::string_view kind, std::uint32_t version) {
  const auto header = read_header(path_, bytes_);
  if (header.kind != kind || header.version != version) {
    throw damaged(path_, fmt::format("is '{}' version {}, expected '{}' version {}",
                                     printable(header.kind), header.version, kind, version));
  }
  std::size_t begin = header.size;
  for (const auto& entry : header.entries) {
    if (entry.size > bytes_.size() - begin) throw damaged(path_, "is cut short");
    const std::span raw(bytes_.data() + begin, static_cast<std::size_t>(entry.size));
    if (crc32c(std::as_bytes(raw)) != entry.crc) {
      throw damaged(path_,
                    fmt::format("block '{}' does not match its checksum", printable(entry.name)));
    }
    blocks_[entry.name] = {entry.element_size, begin, static_cast<std::size_t>(entry.size)};
    begin += entry.size;
  }
  if (begin != bytes_.size()) throw damaged(path_, "has bytes after its end");
}

std::string archive_digest(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxHeaderBytes);
  return sha256_text(std::string_view(bytes).substr(0, read_header(path, bytes).size));
}

void ArchiveReader::fail(std::string_view name, std::string_view what) const {
  throw Error(ErrorCode::kIncompatibleArtifact,
              fmt::format("{}: block '{}' {}; make it again", path_.string(), name, what));
}

bool ArchiveReader::has(std::string_view name) const { return blocks_.contains(name); }

std::span<const std::byte> ArchiveReader::block(std::string_view name,
                                                std::size_t element_size) const {
  const auto it = blocks_.find(name);
  if (it == blocks_.end()) fail(name, "is missing");
  if (it->second.element_size != element_size || it->second.size % element_size != 0) {
    fail(name, "has another element size");
  }
  return std::as_bytes(std::span(bytes_.data() + it->second.begin, it->second.size));
}

void ArchiveReader::check_offsets(std::string_view name, const std::vector<std::uint64_t>& offsets,
                                  std::size_t n_values) const {
  const bool is_good = !offsets.empty() && offsets.front() == 0 && offsets.back() == n_values &&
                       std::is_sorted(offsets.begin(), offsets.end());
  if (!is_good) fail(name, "has wrong row offsets");
}

std::string ArchiveReader::get_text(std::string_view name) const {
  const auto values = get<char>(name);
  return {values.begin(), values.end()};
}

std::vector<std::string> ArchiveReader::get_texts(std::string_view name) const {
  const auto rows = get_csr<char>(name);
  std::vector<std::string> texts;
  texts.reserve(rows.n_rows());
  for (std::size_t r = 0; r < rows.n_rows(); ++r) {
    const auto row = rows.row(r);
    texts.emplace_back(row.begin(), row.end());
  }
  return texts;
}

}  // namespace vitrina
