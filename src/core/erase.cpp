#include "core/erase.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "core/file_error.hpp"

namespace vitrina {
namespace {

/// The bytes of an open file, on the disk; errno, or 0.
int overwrite(int descriptor) {
  struct stat about{};
  if (::fstat(descriptor, &about) != 0) return errno;
  const std::string zeros(std::size_t{1} << 20U, '\0');
  for (auto left = static_cast<std::size_t>(about.st_size); left > 0;) {
    const auto n = ::write(descriptor, zeros.data(), std::min(left, zeros.size()));
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) left -= static_cast<std::size_t>(n);
  }
  return ::fdatasync(descriptor) == 0 ? 0 : errno;
}

int overwrite(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int error = overwrite(descriptor);
  return ::close(descriptor) == 0 || error != 0 ? error : errno;
}

}  // namespace

void erase_file(const std::filesystem::path& path) {
  int error = overwrite(path);
  if (error == ENOENT) return;
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return;  // has got another name meanwhile
    error = errno;
  }
  if (error != 0) throw file_error(path, "erase", error);
}

std::filesystem::path unfinished(const std::filesystem::path& path) {
  auto beside = path;
  return beside += ".tmp";
}

}  // namespace vitrina
