#include "core/temporary.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace vitrina {
namespace {

namespace fs = std::filesystem;

/// The paths of all that live.
struct Living {
  std::mutex mutex;
  std::vector<fs::path> paths;
  std::vector<std::string> prefixes;  ///< of folders whose files are not flushed
};

Living& living() {
  static auto* const all = new Living;  // never freed: threads may outlive static objects
  return *all;
}

std::string plain(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

template <class T>
void forget(std::vector<T>& all, const T& one) {
  const auto it = std::find(all.begin(), all.end(), one);
  if (it != all.end()) all.erase(it);
}

}  // namespace

TemporaryPath::TemporaryPath(fs::path path) : path_(std::move(path)) {
  const std::scoped_lock lock(living().mutex);
  living().paths.push_back(path_);
}

TemporaryPath::~TemporaryPath() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  const std::scoped_lock lock(living().mutex);
  forget(living().paths, path_);
}

TemporaryFolder::TemporaryFolder(fs::path path) : path_(std::move(path)) {
  const std::scoped_lock lock(living().mutex);
  living().prefixes.push_back(plain(path_.path() / ""));
}

TemporaryFolder::~TemporaryFolder() {
  const std::scoped_lock lock(living().mutex);
  forget(living().prefixes, plain(path_.path() / ""));
}

bool TemporaryFolder::holds(const fs::path& path) {
  const auto name = plain(path);
  const std::scoped_lock lock(living().mutex);
  const auto& prefixes = living().prefixes;
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

void remove_temporaries() {
  living().mutex.lock();  // for good
  // The last one first: files before the folders that hold them. A thread may be writing into a
  // folder that goes, so once may not be enough.
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    for (auto path = living().paths.rbegin(); path != living().paths.rend(); ++path) {
      std::error_code ignored;
      fs::remove_all(*path, ignored);
    }
  }
}

}  // namespace vitrina
