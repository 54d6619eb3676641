#include "server/snapshots.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/file_error.hpp"
#include "core/hash.hpp"
#include "core/temporary.hpp"

/// Of jemalloc, which the program is linked with and the tests are not.
extern "C" int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                       std::size_t new_size) __attribute__((weak));

namespace vitrina::server {
namespace {

/// Gives memory that is not in use back to the system.
void release_memory() {
  if (mallctl != nullptr) {
    (void)mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // 4096: of all arenas
  } else {
    ::malloc_trim(0);
  }
}

namespace json = boost::json;

void warn(const Snapshots::Options& options, const std::exception& error, std::string_view so) {
  if (options.on_warning) options.on_warning(fmt::format("snapshot: {}{}", error.what(), so));
}

/// Seconds of UTC since 1970; 0 where there is no such file.
std::int64_t time_of(const std::filesystem::path& file) {
  std::error_code status;
  const auto time = std::filesystem::last_write_time(file, status);
  if (status) return 0;
  const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(since).count();
}

std::string note_of(const store::EventStore& store, std::int64_t last_row,
                    const Snapshots::Options& options) {
  return json::serialize(
      json::value{{"last_row", last_row}, {"store", store.mark(last_row)}, {"data", options.data}});
}

}  // namespace

std::string Snapshots::describe(const std::filesystem::path& data,
                                const std::filesystem::path& schema) {
  std::vector<std::string> files;
  const auto add = [&](const std::filesystem::path& file) {
    std::error_code status;
    const auto time = std::filesystem::last_write_time(file, status).time_since_epoch().count();
    files.push_back(fmt::format("{} {} {}", std::filesystem::absolute(file, status).string(),
                                std::filesystem::file_size(file, status), time));
  };
  std::error_code status;
  for (const auto& path : {data, schema}) {
    if (path.empty()) continue;
    if (!std::filesystem::is_directory(path, status)) {
      add(path);
      continue;
    }
    // of a log that is a folder of parts too; nobody looks deeper
    constexpr auto kSkip = std::filesystem::directory_options::skip_permission_denied;
    for (std::filesystem::recursive_directory_iterator at(path, kSkip, status), end;
         !status && at != end; at.increment(status)) {
      std::error_code ignored;
      if (at->is_regular_file(ignored)) add(at->path());
      if (at.depth() > 0) at.disable_recursion_pending();
    }
  }
  std::sort(files.begin(), files.end());
  return sha256_text(fmt::format("{}", fmt::join(files, "\n")));
}

std::optional<Snapshots::Restored> Snapshots::restore(const store::EventStore& store,
                                                      const Options& options, Live& live) {
  try {
    store.erase_new_snapshot();
    store.erase_old_snapshot();
  } catch (const Error& error) {
    warn(options, error, "");
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(store.snapshot(), ignored)) return std::nullopt;
  Restored restored;
  const auto is_wanted = [&](std::string_view note) {
    json::error_code status;
    const auto told = json::parse(note, status);
    const auto* fields = status ? nullptr : told.if_object();
    const auto* last = fields == nullptr ? nullptr : fields->if_contains("last_row");
    if (last == nullptr || !last->is_int64()) return false;
    restored = {last->get_int64(), std::string(note), time_of(store.snapshot())};
    return note == note_of(store, restored.last_row, options);
  };
  try {
    if (live.restore(store.snapshot(), is_wanted)) return restored;
  } catch (const Error& error) {
    warn(options, error, "; the store is read in its place");
  }
  return std::nullopt;
}

Snapshots::Snapshots(Live& live, store::EventWriter& writer, Options options)
    : live_(live),
      writer_(writer),
      options_(std::move(options)),
      saved_(options_.restored),
      last_s_(options_.restored_of_s) {
  if (saved_.empty()) pack();
  thread_ = std::thread([this] { work(); });
}

Snapshots::~Snapshots() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  is_over_.notify_one();
  thread_.join();
  save();
}

void Snapshots::work() {
  const auto tidy_and_save = [&] {
    if (options_.tidy) options_.tidy([this] { return is_over(); });
    save();
  };
  if (options_.tidy) tidy_and_save();
  std::unique_lock lock(mutex_);
  while (!is_over_.wait_for(lock, options_.every, [&] { return is_stopping_; })) {
    lock.unlock();
    tidy_and_save();
    lock.lock();
  }
}

bool Snapshots::is_over() {
  const std::scoped_lock lock(mutex_);
  return is_stopping_;
}

Snapshots::Mark Snapshots::mark() {
  Mark mark;
  writer_.change_now([&](store::EventStore& store) {
    mark.n_forgets = store.n_forgets();
    mark.note = note_of(store, store.last_row(), options_);
    mark.file = store.snapshot();
    mark.new_file = store.new_snapshot();
  });
  return mark;
}

void Snapshots::save() {
  if (live_.n_events() < options_.min_events) return;
  try {
    const auto now = mark();
    std::error_code ignored;
    if (now.note == saved_ && std::filesystem::exists(now.file, ignored)) return;
    std::exception_ptr failure;
    TemporaryPath copy(now.new_file);
    try {
      (void)live_.save(now.new_file, now.note);
    } catch (...) {
      failure = std::current_exception();
    }
    writer_.change_now([&](store::EventStore& store) {
      copy.keep();
      // which has taken the file away, or not yet all of it
      if (store.n_forgets() != now.n_forgets) {
        failure = nullptr;
        return store.erase_new_snapshot();
      }
      if (failure) return;
      std::error_code status;
      std::filesystem::rename(now.new_file, now.file, status);
      if (status) throw file_error(now.file, "write", status.value());
      saved_ = now.note;
      last_s_ = time_of(now.file);
    });
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    ++n_failed_;
    warn(options_, error, "");
  }
}

void Snapshots::pack() {
  save();
  if (saved_.empty()) return;
  try {
    const auto now = mark();
    if (now.note != saved_) return;
    (void)live_.restore(now.file, [&](std::string_view note) { return note == saved_; });
    // what the events took while they came one by one goes back to the system
    release_memory();
  } catch (const std::exception& error) {
    warn(options_, error, "; memory stays as it is");
  }
}

}  // namespace vitrina::server
