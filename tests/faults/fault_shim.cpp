// Stands between a program and the system (LD_PRELOAD) for the files of one folder: counts the
// calls that change them, and makes one of these fail. Variables:
//
//   VITRINA_FAULT_FOLDER  whose files; an absolute path
//   VITRINA_FAULT_FILES   only the folder itself and the files whose names begin so, and of these
//                         the calls that only read too: `look` (an open), `read`, `stat`
//   VITRINA_FAULT_LOG     file that gets a line a call: `write events.db-wal`, `sync ...`, and
//                         `tell ...` where the program tells its peer what became of events
//   VITRINA_FAULT_AT      the number of the call that fails, from 1 on; none: no call does
//   VITRINA_FAULT_KIND    EIO or ENOSPC: it fails with that, having done nothing; ENOSPC of a write
//                         leaves half of it there; `exit`: the process ends instead of the call;
//                         `torn`: it ends with half of a write done
//
// A call fails once; those after it go through.

// its headers have a read() of their own, which is to be replaced
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr int kEnded = 77;  // exit code where the process ends instead of a call
constexpr std::size_t kMaxDescriptors = 4096;

enum class Kind { kNone, kEio, kEnospc, kExit, kTorn };
enum class Verdict { kGo, kFail, kHalf };

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

class Faults {
 public:
  static Faults& get() {
    // for ever: files are closed at the very end too
    static auto* const kFaults = new Faults;
    return *kFaults;
  }

  /// The file's name inside the folder; empty for others.
  std::string_view name_of(const char* path) const {
    std::string_view text = path;
    if (folder_.empty() || !text.starts_with(folder_)) return {};
    text.remove_prefix(folder_.size());
    if (text.empty() && counts_reads()) return ".";
    const bool is_meant = text.starts_with('/') && text.substr(1).starts_with(files_);
    return is_meant ? text.substr(1) : std::string_view{};
  }
  bool counts_reads() const { return !files_.empty(); }

  void track(int descriptor, std::string_view name) {
    if (descriptor < 0 || static_cast<std::size_t>(descriptor) >= kMaxDescriptors) return;
    auto& slot = names_[static_cast<std::size_t>(descriptor)];
    slot = std::string(name);
  }
  std::string_view name_of(int descriptor) const {
    if (descriptor < 0 || static_cast<std::size_t>(descriptor) >= kMaxDescriptors) return {};
    return names_[static_cast<std::size_t>(descriptor)];
  }

  /// Counts a call and says what is to become of it; sets errno where it fails.
  Verdict judge(std::string_view call, std::string_view name) {
    log(call, name);
    if (++n_ != at_) return Verdict::kGo;
    switch (kind_) {
      case Kind::kEio:
        errno = EIO;
        return Verdict::kFail;
      case Kind::kEnospc:
        errno = ENOSPC;
        return call == "write" ? Verdict::kHalf : Verdict::kFail;
      case Kind::kTorn:
        if (call == "write") return Verdict::kHalf;
        [[fallthrough]];
      case Kind::kExit:
        ::_exit(kEnded);
      case Kind::kNone:
        break;
    }
    return Verdict::kGo;
  }

  /// After half of a write.
  void end_if_torn() const {
    if (kind_ == Kind::kTorn) ::_exit(kEnded);
  }

  void log(std::string_view call, std::string_view name) const {
    if (log_ < 0) return;
    auto line = std::string(call) + ' ' + std::string(name);
    for (auto& c : line) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    line += '\n';
    static auto* const kWrite = real<ssize_t(int, const void*, std::size_t)>("write");
    (void)!kWrite(log_, line.data(), line.size());
  }

 private:
  Faults() : folder_(variable("VITRINA_FAULT_FOLDER")), files_(variable("VITRINA_FAULT_FILES")) {
    const auto kind = variable("VITRINA_FAULT_KIND");
    if (kind == "EIO") kind_ = Kind::kEio;
    if (kind == "ENOSPC") kind_ = Kind::kEnospc;
    if (kind == "exit") kind_ = Kind::kExit;
    if (kind == "torn") kind_ = Kind::kTorn;
    const auto at = variable("VITRINA_FAULT_AT");
    std::from_chars(at.data(), at.data() + at.size(), at_);
    const auto log = variable("VITRINA_FAULT_LOG");
    static auto* const kOpen = real<int(const char*, int, ...)>("open64");
    if (!log.empty()) {
      log_ = kOpen(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
  }

  std::string folder_;
  std::string files_;
  Kind kind_ = Kind::kNone;
  long at_ = 0;
  int log_ = -1;
  std::atomic<long> n_{0};
  std::array<std::string, kMaxDescriptors> names_;
};

bool is_reading(int flags) {
  return (static_cast<unsigned>(flags) & unsigned{O_ACCMODE}) == unsigned{O_RDONLY};
}

int open_file(const char* path, int flags, unsigned mode) {
  static auto* const kOpen = real<int(const char*, int, ...)>("open64");
  auto& faults = Faults::get();
  const auto name = faults.name_of(path);
  if (name.empty()) return kOpen(path, flags, mode);
  const bool is_look = faults.counts_reads() && is_reading(flags);
  if (faults.judge(is_look ? "look" : "open", name) != Verdict::kGo) return -1;
  const int descriptor = kOpen(path, flags, mode);
  faults.track(descriptor, name);
  return descriptor;
}

/// The same for streams of the library, which opens their files past open().
std::FILE* open_stream(const char* path, const char* mode) {
  static auto* const kOpen = real<std::FILE*(const char*, const char*)>("fopen64");
  auto& faults = Faults::get();
  const auto name = faults.name_of(path);
  if (name.empty()) return kOpen(path, mode);
  const bool is_look = faults.counts_reads() && std::strpbrk(mode, "wa+") == nullptr;
  if (faults.judge(is_look ? "look" : "open", name) != Verdict::kGo) return nullptr;
  auto* const stream = kOpen(path, mode);
  if (stream != nullptr) faults.track(::fileno(stream), name);
  return stream;
}

unsigned mode_of(int flags, std::va_list words) {
  return (static_cast<unsigned>(flags) & unsigned{O_CREAT}) == 0 ? 0U : va_arg(words, unsigned);
}

/// A write of a file, by what does so many bytes of it.
template <class Write>
ssize_t write_file(int descriptor, std::size_t n, const Write& write) {
  auto& faults = Faults::get();
  const auto name = faults.name_of(descriptor);
  if (name.empty()) return write(n);
  switch (faults.judge("write", name)) {
    case Verdict::kGo:
      return write(n);
    case Verdict::kHalf: {
      const auto half = write(n / 2);
      faults.end_if_torn();
      if (half > 0) return half;
      errno = ENOSPC;
      return -1;
    }
    case Verdict::kFail:
      break;
  }
  return -1;
}

/// A call without bytes.
template <class Call>
int change(std::string_view call, std::string_view name, const Call& go) {
  if (name.empty()) return go();
  return Faults::get().judge(call, name) == Verdict::kGo ? go() : -1;
}

/// A call that changes nothing.
template <class Call>
auto read_file(std::string_view call, std::string_view name, const Call& go) -> decltype(go()) {
  auto& faults = Faults::get();
  if (name.empty() || !faults.counts_reads()) return go();
  return faults.judge(call, name) == Verdict::kGo ? go() : -1;
}

std::string joined(const iovec* pieces, int n_pieces) {
  std::string text;
  for (int i = 0; i < n_pieces; ++i) {
    text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  return text;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list words;
  va_start(words, flags);
  const auto mode = mode_of(flags, words);
  va_end(words);
  return open_file(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list words;
  va_start(words, flags);
  const auto mode = mode_of(flags, words);
  va_end(words);
  return open_file(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  std::va_list words;
  va_start(words, flags);
  const auto mode = mode_of(flags, words);
  va_end(words);
  if (folder == AT_FDCWD) return open_file(path, flags, mode);
  static auto* const kOpen = real<int(int, const char*, int, ...)>("openat");
  return kOpen(folder, path, flags, mode);
}

std::FILE* fopen(const char* path, const char* mode) { return open_stream(path, mode); }
std::FILE* fopen64(const char* path, const char* mode) { return open_stream(path, mode); }

int fclose(std::FILE* stream) {
  static auto* const kClose = real<int(std::FILE*)>("fclose");
  Faults::get().track(::fileno(stream), {});
  return kClose(stream);
}

int close(int descriptor) {
  static auto* const kClose = real<int(int)>("close");
  Faults::get().track(descriptor, {});
  return kClose(descriptor);
}

ssize_t write(int descriptor, const void* data, std::size_t n) {
  static auto* const kWrite = real<ssize_t(int, const void*, std::size_t)>("write");
  if (descriptor == STDOUT_FILENO) {
    Faults::get().log("tell", {static_cast<const char*>(data), n});
  }
  return write_file(descriptor, n,
                    [&](std::size_t some) { return kWrite(descriptor, data, some); });
}

ssize_t writev(int descriptor, const iovec* pieces, int n_pieces) {
  static auto* const kWrite = real<ssize_t(int, const iovec*, int)>("writev");
  static auto* const kWriteSome = real<ssize_t(int, const void*, std::size_t)>("write");
  if (Faults::get().name_of(descriptor).empty()) return kWrite(descriptor, pieces, n_pieces);
  const auto text = joined(pieces, n_pieces);
  return write_file(descriptor, text.size(),
                    [&](std::size_t some) { return kWriteSome(descriptor, text.data(), some); });
}

ssize_t read(int descriptor, void* to, std::size_t n) {
  static auto* const kRead = real<ssize_t(int, void*, std::size_t)>("read");
  return read_file("read", Faults::get().name_of(descriptor),
                   [&] { return kRead(descriptor, to, n); });
}

int stat(const char* path, struct stat* about) {
  static auto* const kStat = real<int(const char*, struct stat*)>("stat");
  return read_file("stat", Faults::get().name_of(path), [&] { return kStat(path, about); });
}

int fstat(int descriptor, struct stat* about) {
  static auto* const kStat = real<int(int, struct stat*)>("fstat");
  return read_file("stat", Faults::get().name_of(descriptor),
                   [&] { return kStat(descriptor, about); });
}

ssize_t pwrite64(int descriptor, const void* data, std::size_t n, off64_t at) {
  static auto* const kWrite = real<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  return write_file(descriptor, n,
                    [&](std::size_t some) { return kWrite(descriptor, data, some, at); });
}

ssize_t pwrite(int descriptor, const void* data, std::size_t n, off_t at) {
  return pwrite64(descriptor, data, n, at);
}

int fsync(int descriptor) {
  static auto* const kSync = real<int(int)>("fsync");
  return change("sync", Faults::get().name_of(descriptor), [&] { return kSync(descriptor); });
}

int fdatasync(int descriptor) {
  static auto* const kSync = real<int(int)>("fdatasync");
  return change("sync", Faults::get().name_of(descriptor), [&] { return kSync(descriptor); });
}

int ftruncate64(int descriptor, off64_t size) {
  static auto* const kTruncate = real<int(int, off64_t)>("ftruncate64");
  return change("truncate", Faults::get().name_of(descriptor),
                [&] { return kTruncate(descriptor, size); });
}

int ftruncate(int descriptor, off_t size) { return ftruncate64(descriptor, size); }

int rename(const char* from, const char* to) {
  static auto* const kRename = real<int(const char*, const char*)>("rename");
  return change("rename", Faults::get().name_of(to), [&] { return kRename(from, to); });
}

int remove(const char* path) {
  static auto* const kRemove = real<int(const char*)>("remove");
  return change("unlink", Faults::get().name_of(path), [&] { return kRemove(path); });
}

int unlink(const char* path) {
  static auto* const kUnlink = real<int(const char*)>("unlink");
  return change("unlink", Faults::get().name_of(path), [&] { return kUnlink(path); });
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  static auto* const kSend = real<ssize_t(int, const msghdr*, int)>("sendmsg");
  const auto text = joined(message->msg_iov, static_cast<int>(message->msg_iovlen));
  if (text.starts_with("HTTP/1.1 ")) Faults::get().log("tell", text);
  return kSend(descriptor, message, flags);
}

}  // extern "C"
