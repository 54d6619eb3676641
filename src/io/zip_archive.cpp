#include "io/zip_archive.hpp"

#include <fmt/format.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/file_error.hpp"

namespace vitrina::io {
namespace {

constexpr int kStored = 0;
constexpr unsigned long kEncryptedFlag = 1;
constexpr unsigned long kMadeBy = 20;           // DOS, version 2.0, as numpy's
constexpr unsigned long kFirstDate = 0x210000;  // 1980-01-01 00:00 in DOS' format

/// Deflate cannot shrink by more than 1032 to 1.
constexpr std::uint64_t kMaxDeflateRatio = 1032;

/// minizip takes lengths as 32-bit numbers.
constexpr std::size_t kMaxPiece = std::size_t{1} << 30U;

struct CloseWritten {
  void operator()(void* archive) const { ::zipClose(archive, nullptr); }
};

}  // namespace

void ZipReader::Close::operator()(void* archive) const { ::unzClose(archive); }

ZipReader::ZipReader(const std::filesystem::path& path) : path_(path.string()) {
  check_readable(path);
  archive_.reset(::unzOpen64(path_.c_str()));
  if (!archive_ || ::unzGoToFirstFile(archive_.get()) != UNZ_OK) {
    fail("not a zip archive, or an empty or damaged one; expected what numpy.savez writes");
  }
}

void ZipReader::fail(std::string_view what) const {
  throw Error(ErrorCode::kBadData, fmt::format("{}: {}", path_, what));
}

std::optional<std::string> ZipReader::read(const std::string& name) {
  constexpr int kCaseSensitive = 1;
  auto* const archive = archive_.get();
  const int status = ::unzLocateFile(archive, name.c_str(), kCaseSensitive);
  if (status == UNZ_END_OF_LIST_OF_FILE) return std::nullopt;
  unz_file_info64 info{};
  if (status != UNZ_OK ||
      ::unzGetCurrentFileInfo64(archive, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK) {
    fail("the zip directory is damaged");
  }
  if ((info.flag & kEncryptedFlag) != 0) fail("the archive is encrypted");
  if (info.compression_method != kStored && info.compression_method != Z_DEFLATED) {
    fail(fmt::format("member '{}': found compression method {}, expected stored or deflate", name,
                     info.compression_method));
  }
  const std::uint64_t size = info.uncompressed_size;
  const auto packed =
      std::min<std::uint64_t>(info.compressed_size, std::filesystem::file_size(path_));
  if (size / kMaxDeflateRatio > packed) {
    fail(fmt::format("member '{}' claims {} bytes out of {}", name, size, packed));
  }
  if (::unzOpenCurrentFile(archive) != UNZ_OK) fail(fmt::format("member '{}' is damaged", name));
  std::string content(size, '\0');
  std::uint64_t n_read = 0;
  for (int n = 1; n > 0 && n_read < size; n_read += static_cast<std::uint64_t>(std::max(n, 0))) {
    const auto room = std::min<std::uint64_t>(kMaxPiece, size - n_read);
    n = ::unzReadCurrentFile(archive, content.data() + n_read, static_cast<unsigned>(room));
  }
  const bool is_sound = ::unzCloseCurrentFile(archive) == UNZ_OK;
  if (n_read != size) {
    fail(fmt::format("member '{}' does not unpack to its size; the file is damaged", name));
  }
  if (!is_sound) {
    fail(fmt::format("member '{}': the checksum does not match; the file is damaged", name));
  }
  return content;
}

void write_zip(const std::filesystem::path& path, const std::string& name,
               std::span<const std::string_view> pieces) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    const auto require = [&](bool is_done) {
      if (!is_done) throw file_error(path, "write", errno);
    };
    std::uint64_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    const int is_zip64 = size >= std::numeric_limits<std::uint32_t>::max() ? 1 : 0;
    zip_fileinfo info{};
    info.dosDate = kFirstDate;

    std::unique_ptr<void, CloseWritten> archive(
        ::zipOpen64(temporary.c_str(), APPEND_STATUS_CREATE));
    require(archive != nullptr);
    require(::zipOpenNewFileInZip4_64(archive.get(), name.c_str(), &info, nullptr, 0, nullptr, 0,
                                      nullptr, kStored, 0, 0, -MAX_WBITS, DEF_MEM_LEVEL,
                                      Z_DEFAULT_STRATEGY, nullptr, 0, kMadeBy, 0,
                                      is_zip64) == ZIP_OK);
    for (auto rest : pieces) {
      while (!rest.empty()) {
        const auto piece = rest.substr(0, kMaxPiece);
        require(::zipWriteInFileInZip(archive.get(), piece.data(),
                                      static_cast<unsigned>(piece.size())) == ZIP_OK);
        rest.remove_prefix(piece.size());
      }
    }
    require(::zipCloseFileInZip(archive.get()) == ZIP_OK);
    require(::zipClose(archive.release(), nullptr) == ZIP_OK);
  });
}

}  // namespace vitrina::io
