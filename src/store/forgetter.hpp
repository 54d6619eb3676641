#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/event_writer.hpp"

namespace vitrina::store {

/// Forgets customers, one after the other. What takes long in a large store is done on a thread of
/// its own: a reader finds the rows, which may lie anywhere, and a copy of memory is overwritten.
/// The writer's thread, for which events wait, only erases the rows.
class Forgetter {
 public:
  /// Erases with the rows that were found, on the writer's thread.
  using Work = std::function<void(EventStore&, const FoundRows&)>;
  /// Gets what went wrong, if anything did.
  using Done = std::function<void(const std::optional<Error>&)>;

  Forgetter(std::filesystem::path folder, EventWriter& writer);
  Forgetter(const Forgetter&) = delete;
  Forgetter& operator=(const Forgetter&) = delete;
  ~Forgetter();

  /// Whose turn has not come, or comes later, is told Error(kOutOfResources).
  void stop();

  void forget(Kind kind, std::string customer, Work work, Done done);

 private:
  struct Job {
    Kind kind;
    std::string customer;
    Work work;
    Done done;
  };

  void work();
  /// Nothing: stopped, and nobody waits.
  std::optional<Job> take();
  void run(const Job& job);
  void check_goes_on();

  std::filesystem::path folder_;
  EventWriter& writer_;
  std::mutex mutex_;  ///< of what follows
  std::condition_variable is_any_;
  std::deque<Job> waiting_;
  bool is_stopping_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace vitrina::store
