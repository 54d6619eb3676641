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

/// Forgets customers, one after the other. Their rows, which may lie anywhere in a large store, are
/// found by a reader on a thread of its own: the writer's, for which events wait, only erases them.
class Forgetter {
 public:
  /// Erases with the rows that were found, on the writer's thread.
  using Work = std::function<void(EventStore&, const FoundRows&)>;
  /// Gets what went wrong, if anything did.
  using Done = std::function<void(const std::optional<Error>&)>;

  Forgetter(std::filesystem::path folder, EventWriter& writer);
  Forgetter(const Forgetter&) = delete;
  Forgetter& operator=(const Forgetter&) = delete;
  /// Whose turn has not come is told Error(kOutOfResources).
  ~Forgetter();

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
