#include "core/file_error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace vitrina {

std::string cause_text(int error) {
  switch (error) {
    case ENOENT:
      return "no such file or folder";
    case EACCES:
    case EPERM:
      return "permission denied";
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "the file would be larger than is allowed (ulimit -f)";
    case EROFS:
      return "the disk can only be read";
    case EISDIR:
      return "it is a folder, expected a file";
    case ENOTDIR:
      return "a part of the path is a file, expected a folder";
    case ENOTEMPTY:
    case EEXIST:
      return "something else lies there";
    case EBUSY:
    case EXDEV:
      return "it is where a disk is mounted; name a folder inside it";
    case ELOOP:
      return "its symbolic links lead nowhere";
    case ENAMETOOLONG:
      return "the name is too long";
    case EMFILE:
    case ENFILE:
      return "too many files are open (ulimit -n)";
    case EIO:
      return "the disk fails";
    default:
      return std::generic_category().message(error);
  }
}

Error file_error(const std::filesystem::path& path, std::string_view doing, int error) {
  const auto shown = printable(path.string());
  const bool is_reading = doing == "read";
  if (is_reading && error == ENOENT) {
    return {ErrorCode::kMissingInput, fmt::format("{}: no such file", shown)};
  }
  auto code = ErrorCode::kOutOfResources;
  if (is_reading && (error == EISDIR || error == ENOTDIR || error == ENAMETOOLONG)) {
    code = ErrorCode::kMissingInput;
  }
  if (is_reading && (error == EACCES || error == EPERM)) code = ErrorCode::kBadData;
  return {code, fmt::format("{}: cannot {}: {}", shown, doing, cause_text(error))};
}

void check_readable(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw file_error(path, "read", errno);
  struct stat about{};
  const int status = ::fstat(descriptor, &about);
  const int error = errno;
  ::close(descriptor);
  if (status != 0) throw file_error(path, "read", error);
  if (S_ISDIR(about.st_mode)) throw file_error(path, "read", EISDIR);
}

}  // namespace vitrina
