#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/event_writer.hpp"
#include "vitrina/live.hpp"

namespace vitrina::server {

/// Copies of what memory holds, in the store's folder, so that a restart need not read all of the
/// store and of a log from before: one at the end, and one an hour while anything changes.
class Snapshots {
 public:
  struct Options {
    /// What else memory comes of: tells the log from before from another one (describe()).
    std::string data;
    /// A copy of fewer events would save nobody's time.
    std::size_t min_events = 50'000;
    std::chrono::seconds every = std::chrono::hours(1);
    /// Note of the one that memory began with. Empty: one is made at once, and memory begins anew
    /// with it, which takes less then.
    std::string restored = {};
    std::int64_t restored_of_s = 0;  ///< when it was made, as Snapshots::last_s()
    WarningHandler on_warning = {};
    /// Called before each copy but the last, and at the start: drops what is not to be in it. It
    /// should end soon where `is_over`.
    std::function<void(const std::function<bool()>& is_over)> tidy = {};
  };

  /// Files, sizes and times of a log and of the file that tells its columns.
  static std::string describe(const std::filesystem::path& data,
                              const std::filesystem::path& schema);

  /// A copy that memory began with.
  struct Restored {
    std::int64_t last_row = 0;  ///< of the store, that it has
    std::string note;
    std::int64_t of_s = 0;  ///< when it was made, as Snapshots::last_s()
  };
  /// Has `live` begin with the copy there is, if it is of this store and log.
  static std::optional<Restored> restore(const store::EventStore& store, const Options& options,
                                         Live& live);

  Snapshots(Live& live, store::EventWriter& writer, Options options);
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;
  /// Makes the last one.
  ~Snapshots();

  /// When the last one was made, seconds of UTC since 1970; 0: there is none.
  [[nodiscard]] std::int64_t last_s() const { return last_s_; }
  [[nodiscard]] std::uint64_t n_failed() const { return n_failed_; }

 private:
  struct Mark {
    std::size_t n_forgets = 0;
    std::string note;
    std::filesystem::path file;
    std::filesystem::path new_file;
  };

  void work();
  [[nodiscard]] bool is_over();
  /// Makes one now, if it is worth it and anything has changed. What goes wrong is a warning:
  /// everything is in the store all the same.
  void save();
  void pack();
  Mark mark();

  Live& live_;
  store::EventWriter& writer_;
  Options options_;
  std::string saved_;  ///< note of the last one
  std::atomic<std::int64_t> last_s_;
  std::atomic<std::uint64_t> n_failed_{0};
  std::mutex mutex_;  ///< of what follows
  std::condition_variable is_over_;
  bool is_stopping_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace vitrina::server
