#pragma once

#include <filesystem>
#include <string>

namespace vitrina {

/// A file or folder that goes with its owner, and with the process when that ends by
/// remove_temporaries(). Making one touches no file; its name must not be another one's.
class TemporaryPath {
 public:
  enum class Goes { kAlways, kWhenEmpty };

  explicit TemporaryPath(std::filesystem::path path, Goes goes = Goes::kAlways);
  ~TemporaryPath();
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// It stays: what has its name from now on is another one's.
  void keep();

 private:
  std::filesystem::path path_;
  Goes goes_;
  bool is_kept_ = false;
};

/// A temporary folder. While it lives, files in it and below are not flushed to disk when they are
/// written (core/file.hpp): they go however the process ends.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::filesystem::path path);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_.path(); }
  /// Whether `path` is in a folder that lives.
  static bool holds(const std::filesystem::path& path);

 private:
  TemporaryPath path_;
};

/// Removes every temporary file and folder, and stops every thread that would make or remove
/// another one. For a process that ends now: nothing but the end may follow.
void remove_temporaries();

}  // namespace vitrina
