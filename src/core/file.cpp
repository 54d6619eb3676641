#include "core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

#include "core/erase.hpp"
#include "core/error.hpp"
#include "core/file_error.hpp"
#include "core/lock.hpp"
#include "core/temporary.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

/// An open file that is closed.
class OpenFile {
 public:
  /// `meant` is the path that errors name.
  OpenFile(const fs::path& path, int flags, std::string_view doing, const fs::path& meant)
      : meant_(meant), doing_(doing) {
    constexpr mode_t kAnyone = 0666;  // and not what the umask forbids
    const int closing = static_cast<int>(static_cast<unsigned>(flags) | unsigned{O_CLOEXEC});
    descriptor_ = ::open(path.c_str(), closing, kAnyone);
    if (descriptor_ < 0) fail();
  }
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) fail();
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// Up to `n` bytes; none at the end of the file.
  std::size_t read(char* to, std::size_t n) {
    while (true) {
      const auto got = ::read(descriptor_, to, n);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) fail();
    }
  }
  [[nodiscard]] std::size_t size() const {
    struct stat about{};
    if (::fstat(descriptor_, &about) != 0) fail();
    return static_cast<std::size_t>(std::max<off_t>(about.st_size, 0));
  }
  void flush() {
    if (::fsync(descriptor_) != 0 && errno != EINVAL) fail();
  }
  /// Some disks tell only now that they are full.
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const { throw file_error(meant_, doing_, errno); }

  const fs::path& meant_;
  std::string_view doing_;
  int descriptor_ = -1;
};

void sync_to_disk(const fs::path& path, int flags, const fs::path& meant) {
  OpenFile(path, flags, "write", meant).flush();
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void make_folder(const fs::path& folder) {
  std::error_code status;
  fs::create_directories(folder, status);
  // The standard library calls a file in the way «not a directory» or says nothing at all.
  if (!status && !fs::is_directory(folder, status) && !status)
    status = std::make_error_code(std::errc::not_a_directory);
  if (status) throw file_error(folder, "make the folder", status.value());
}

/// Where a folder that is to be replaced really is, without a slash at its end.
fs::path place_of(const fs::path& path) {
  auto place = fs::weakly_canonical(path);
  if (!place.has_filename()) place = place.parent_path();
  std::error_code ignored;
  if (fs::exists(place) && !fs::is_directory(place)) {
    throw Error(
        ErrorCode::kOutOfResources,
        fmt::format("{}: is a file, expected a folder or nothing", printable(path.string())));
  }
  if (fs::equivalent(place, fs::current_path(), ignored)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("{}: is the current folder, which cannot be replaced; name another one",
                            printable(path.string())));
  }
  return place;
}

/// A device, a pipe or what /dev/stdout leads to: nothing may take its place.
bool is_written_into(const fs::path& path) {
  std::error_code ignored;
  return fs::is_other(fs::status(path, ignored)) ||
         (path.parent_path() == "/dev" && fs::is_symlink(path, ignored));
}

/// The file that a link leads to, there or not; any other path as it is.
fs::path target_of(fs::path path) {
  constexpr int kMostLinks = 40;  // as many as the kernel follows
  std::error_code ignored;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, ignored); ++i) {
    path = path.parent_path() / fs::read_symlink(path);  // which may begin at the root
  }
  return path;
}

Error written_by_another(const fs::path& path) {
  return {ErrorCode::kOutOfResources,
          fmt::format("{}: another command is writing it; wait for its end or name another place",
                      printable(path.string()))};
}

/// What is written before it is `path`, made and locked: one at a time writes it.
template <class Make>
Lock lock_unfinished(const fs::path& beside, int flags, const fs::path& path, const Make& make) {
  constexpr int kTries = 20;
  for (int i = 1;; ++i) {
    std::optional<Lock> lock;
    try {
      make();
      lock = Lock::try_take(beside, flags);
    } catch (const Error&) {
      if (i == kTries) throw;
      continue;  // perhaps another one ended, and took it away, between the two
    }
    if (!lock) throw written_by_another(path);
    return std::move(*lock);
  }
}

/// Puts the folder of `made` to where `place` is; what was there goes with `made` then.
void swap_folders(TemporaryPath& unfinished, const fs::path& place) {
  const auto& made = unfinished.path();
  if (!fs::exists(place)) {
    if (::rename(made.c_str(), place.c_str()) != 0) throw file_error(place, "replace", errno);
    unfinished.keep();
    return;
  }
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw file_error(place, "replace", errno);
  // A disk that cannot exchange two names: for a moment neither is there.
  auto old = made;
  old += ".old";
  const TemporaryPath aside(old);
  fs::remove_all(old);
  if (::rename(place.c_str(), old.c_str()) != 0) throw file_error(place, "replace", errno);
  if (::rename(made.c_str(), place.c_str()) != 0) {
    const int error = errno;
    (void)::rename(old.c_str(), place.c_str());
    throw file_error(place, "replace", error);
  }
  unfinished.keep();
}

}  // namespace

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  if (is_written_into(path)) return write(path);
  const auto place = target_of(path);
  const auto folder = parent_of(place);
  make_folder(folder);
  const auto beside = unfinished(place);
  const auto make = [&] { OpenFile(beside, O_WRONLY | O_CREAT, "write", path).close(); };
  const auto lock = lock_unfinished(beside, O_RDWR, path, make);
  TemporaryPath temporary(beside);
  const bool is_flushed = !TemporaryFolder::holds(place);
  write(beside);
  if (is_flushed) sync_to_disk(beside, O_RDONLY, path);
  if (::rename(beside.c_str(), place.c_str()) != 0) throw file_error(path, "write", errno);
  temporary.keep();
  if (is_flushed) sync_to_disk(folder, O_RDONLY | O_DIRECTORY, path);
}

void write_file(const fs::path& path, std::string_view bytes) {
  write_file(path, std::span(&bytes, 1));
}

void write_file(const fs::path& path, std::span<const std::string_view> pieces) {
  write_atomically(path, [&](const fs::path& temporary) {
    OpenFile out(temporary, O_WRONLY | O_CREAT | O_TRUNC, "write", path);
    for (const auto piece : pieces) out.write(piece);
    out.close();
  });
}

void write_folder(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  const auto place = place_of(path);
  make_folder(parent_of(place));
  auto beside = place;
  beside += ".tmp";
  constexpr int kFolder = O_RDONLY | O_DIRECTORY;
  const auto lock = lock_unfinished(beside, kFolder, path, [&] { make_folder(beside); });
  // It has the name of the unfinished one while it is removed.
  std::optional<Lock> lock_of_old;
  if (fs::exists(place)) {
    lock_of_old = Lock::try_take(place, kFolder);
    if (!lock_of_old) throw written_by_another(path);
  }
  TemporaryPath temporary(beside);
  // What one that was killed has left.
  for (const auto& entry : fs::directory_iterator(beside)) fs::remove_all(entry.path());
  write(beside);
  swap_folders(temporary, place);
  if (!TemporaryFolder::holds(place)) sync_to_disk(parent_of(place), O_RDONLY | O_DIRECTORY, path);
}

std::string read_file(const fs::path& path, std::size_t at_most) {
  OpenFile in(path, O_RDONLY, "read", path);
  constexpr std::size_t kLeast = 4096;
  // A pipe has no size and a file may grow, so what is read counts: one byte more shows the end.
  std::string bytes(std::min(std::max(in.size() + 1, kLeast), at_most), '\0');
  std::size_t n = 0;
  while (n < bytes.size()) {
    const auto got = in.read(bytes.data() + n, bytes.size() - n);
    if (got == 0) break;
    n += got;
    if (n == bytes.size()) bytes.resize(std::min(2 * n, at_most));
  }
  bytes.resize(n);
  return bytes;
}

void read_pieces(const fs::path& path, const std::function<bool(std::string_view)>& use) {
  OpenFile in(path, O_RDONLY, "read", path);
  std::string piece(std::size_t{1} << 20U, '\0');
  while (const auto n = in.read(piece.data(), piece.size())) {
    if (!use({piece.data(), n})) return;
  }
}

}  // namespace vitrina
