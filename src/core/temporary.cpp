#include "core/temporary.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace vitrina {
namespace {

namespace fs = std::filesystem;

struct Entry {
  fs::path path;
  TemporaryPath::Goes goes;
  bool operator==(const Entry&) const = default;
};

void remove(const Entry& entry) {
  std::error_code ignored;
  if (entry.goes == TemporaryPath::Goes::kAlways) {
    fs::remove_all(entry.path, ignored);
  } else {
    fs::remove(entry.path, ignored);  // which fails when something is in it
  }
}

/// All that live.
struct Living {
  std::mutex mutex;
  std::vector<Entry> entries;
  std::vector<std::string> prefixes;  ///< of folders whose files are not flushed
};

Living& living() {
  static auto* const kAll = new Living;  // never freed: threads may outlive static objects
  return *kAll;
}

std::string plain(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

template <class T>
void forget(std::vector<T>& all, const T& one) {
  const auto it = std::find(all.begin(), all.end(), one);
  if (it != all.end()) all.erase(it);
}

}  // namespace

TemporaryPath::TemporaryPath(fs::path path, Goes goes) : path_(std::move(path)), goes_(goes) {
  const std::scoped_lock lock(living().mutex);
  living().entries.push_back({path_, goes_});
}

TemporaryPath::~TemporaryPath() {
  if (is_kept_) return;
  remove({path_, goes_});
  keep();
}

void TemporaryPath::keep() {
  is_kept_ = true;
  const std::scoped_lock lock(living().mutex);
  forget(living().entries, {path_, goes_});
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
    for (auto it = living().entries.rbegin(); it != living().entries.rend(); ++it) remove(*it);
  }
}

}  // namespace vitrina
