#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "store/event_store.hpp"
#include "store/recent_ids.hpp"

namespace vitrina::store {

/// A told event on its way into the store.
struct NewEvent {
  std::optional<EventKey> key;      ///< of its `event_id`
  std::vector<KeptEvent> kept;      ///< its rows
  bool is_now = true;               ///< it is dated when it is taken, whatever its rows say
  std::string recommendation = {};  ///< id of the answer that it came of; empty: none
};

/// What came of a call, told on the writer's thread.
struct Appended {
  std::optional<Error> error;   ///< then nothing was stored
  std::vector<bool> is_stored;  ///< by event; false where its id had been stored before
};

/// One commit, for metrics.
struct Commit {
  std::size_t n_rows = 0;
  double seconds = 0;
  bool is_done = false;  ///< otherwise the disk said no
};

/// What is done with what is on the disk, on the writer's thread.
struct WriterActions {
  std::function<std::int64_t()> now;  ///< the log's own clock; no moment comes twice; any thread
  std::function<void(const std::vector<KeptEvent>&)> apply;  ///< before it is told
  std::function<void(const Commit&)> observe;                ///< of a change only that it failed
  std::function<void(const Error&)> warn = {};               ///< of what nobody has asked for
};

/// Writes events from many threads into a store, by one thread: what waits while the disk is busy
/// goes into the next commit together. An event is told to be stored when it is on the disk and in
/// memory, in this order, and never otherwise.
class EventWriter {
 public:
  /// Reads the store once: every row behind that of number `after` goes to `actions.apply`, some at
  /// a time; memory has those before.
  EventWriter(std::unique_ptr<EventStore> store, WriterActions actions, std::int64_t after = 0);
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;
  /// Writes what waits, then stops.
  ~EventWriter();

  /// Whether the events were taken; false, and `done` is not called, while too many wait.
  [[nodiscard]] bool append(std::vector<NewEvent> events, std::function<void(Appended)> done);
  /// Has `work` done with the store on the writer's thread, after all that was taken before; `done`
  /// gets what went wrong with it, if anything did.
  void change(std::function<void(EventStore&)> work,
              std::function<void(const std::optional<Error>&)> done);

  /// The same, waiting for it; throws what went wrong.
  void change_now(const std::function<void(EventStore&)>& work);

  /// A moment to answer as of: every event that was told to be stored is before it, and none that
  /// is still on its way. So an answer is what it would be by the events of the store alone.
  [[nodiscard]] std::int64_t moment() const;

  /// Rows that wait.
  [[nodiscard]] std::size_t n_waiting() const;
  /// Rows that the store had to begin with.
  [[nodiscard]] std::size_t n_replayed() const { return n_replayed_; }

 private:
  struct Append {
    std::vector<NewEvent> events;
    std::function<void(Appended)> done;
    std::size_t n_rows = 0;
    bool is_dated = false;  ///< one of its events is of now
  };
  struct Change {
    std::function<void(EventStore&)> work;
    std::function<void(const std::optional<Error>&)> done;
  };
  using Job = std::variant<Append, Change>;

  /// Dates the events of now; whether there are any. Under the mutex: the queue is in the order of
  /// its moments.
  bool date(std::vector<NewEvent>& events);
  /// The clock of arrivals, and of the window of ids: the machine's at the start, or the newest
  /// row's where that is later, and from then on what has passed, to whatever the machine's is set.
  [[nodiscard]] std::int64_t id_time() const;
  void replay(std::int64_t after);
  void work();
  /// The jobs of the next commit: appends up to a number of rows, or one change; none where it is
  /// time to empty the log first. Nothing: stopped.
  std::optional<std::vector<Job>> take();
  void do_all(std::vector<Job>& jobs);
  void write(std::vector<Job>& jobs);
  void forget_pending(const std::vector<Job>& jobs);
  void run(Change& job);
  /// Where there are traces in the store's log and it is time to try.
  void empty_log();

  std::unique_ptr<EventStore> store_;
  WriterActions actions_;
  std::int64_t began_us_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  RecentIds recent_;
  std::size_t n_replayed_ = 0;
  std::chrono::steady_clock::time_point next_try_;  ///< to empty the log

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable is_any_;
  std::deque<Job> waiting_;
  std::size_t n_waiting_ = 0;
  /// First moments of those that are not applied yet and have an event of now, in their order.
  std::deque<std::int64_t> pending_;
  bool is_stopping_ = false;

  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace vitrina::store
