#include "core/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/file_error.hpp"

namespace vitrina {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kAnyone = 0666;  // and not what the umask forbids

/// Whether the file that is open is still the one of that name: its last holder may have removed
/// it between our opening and our locking.
bool is_still(const fs::path& path, int descriptor) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

std::string holder_of(const fs::path& file) {
  constexpr std::size_t kLongest = 100;
  constexpr std::string_view kNobodyKnown = "another command";
  try {
    const auto holder = read_file(file, kLongest);
    return holder.empty() ? std::string(kNobodyKnown) : printable(holder);
  } catch (const Error&) {  // gone or unreadable: whoever it is, the folder is not ours
    return std::string(kNobodyKnown);
  }
}

}  // namespace

std::optional<Lock> Lock::try_take(const fs::path& path, int flags) {
  while (true) {
    const int closing = static_cast<int>(static_cast<unsigned>(flags) | unsigned{O_CLOEXEC});
    const int descriptor = ::open(path.c_str(), closing, kAnyone);
    if (descriptor < 0) throw file_error(path, "open", errno);
    Lock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) return lock;
      continue;
    }
    if (is_still(path, descriptor)) return lock;
  }
}

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Lock& Lock::operator=(Lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FolderLock::FolderLock(const fs::path& folder, std::string_view holder) {
  const auto place = fs::absolute(folder);
  std::error_code status;
  if (fs::create_directories(place, status)) {
    new_folder_.emplace(place, TemporaryPath::Goes::kWhenEmpty);
  }
  if (status) throw file_error(folder, "make the folder", status.value());
  const auto file = place / ".vitrina.lock";
  lock_ = Lock::try_take(file, O_RDWR | O_CREAT);
  if (!lock_) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("{}: {} is writing there; wait for its end or name another folder",
                            printable(folder.string()), holder_of(file)));
  }
  file_.emplace(file);
  const auto text = fmt::format("'{}' (process {})", holder, ::getpid());
  // Only a help for those who find the folder locked: nothing depends on it.
  if (::ftruncate(lock_->descriptor(), 0) == 0) {
    (void)!::write(lock_->descriptor(), text.data(), text.size());
  }
}

}  // namespace vitrina
