#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/temporary.hpp"

namespace vitrina {

/// An exclusive lock on a file or folder, held by the kernel: it is free when the process ends,
/// however it ends.
class Lock {
 public:
  /// Opens `path` with open(2)'s `flags` and locks it. Nothing when another one holds it. On a
  /// disk that knows no locks every lock is granted. Throws Error when `path` cannot be opened.
  static std::optional<Lock> try_take(const std::filesystem::path& path, int flags);

  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&& other) noexcept;
  ~Lock();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

/// One command at a time writes into a folder: while one lives, a file `.vitrina.lock` in it is
/// locked and says which command that is. The folder is made when missing, and goes again if it
/// was and nothing was written into it.
class FolderLock {
 public:
  /// `holder` is the command, for the message to others. Throws Error(kOutOfResources) that names
  /// the command which has the folder.
  FolderLock(const std::filesystem::path& folder, std::string_view holder);
  ~FolderLock() = default;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  // In the order of their making: the file goes before the lock is free, so that nobody else's
  // is removed.
  std::optional<TemporaryPath> new_folder_;
  std::optional<Lock> lock_;
  std::optional<TemporaryPath> file_;
};

}  // namespace vitrina
