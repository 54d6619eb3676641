#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/time.hpp"
#include "server/keys.hpp"
#include "server/metrics.hpp"
#include "server/rate_limit.hpp"
#include "server/snapshots.hpp"
#include "store/event_writer.hpp"
#include "store/forgetter.hpp"
#include "store/retention.hpp"
#include "vitrina/live.hpp"

namespace vitrina::server {

struct AppOptions {
  std::filesystem::path bundle;
  std::filesystem::path store;
  std::filesystem::path catalog = {};  ///< in the place of the bundle's; empty: the bundle's
  std::filesystem::path data = {};     ///< a log from before, kept in memory alone; empty: none
  std::filesystem::path schema = {};   ///< of the two above
  std::filesystem::path keys = {};     ///< empty: nobody is asked for one
  std::string time_zone = {};          ///< as LiveOptions::time_zone; empty: the store's first
  int threads = 0;
  /// Days that events are kept, by their times and the clock of live events; 0: for ever.
  int keep_days = 0;
  double rate_limit = 0;  ///< requests a second of one key, or of one address; 0: any number
  /// While so many requests have no answer yet, which all but a few threads' wait for the disk, no
  /// more events are taken: who asks is to find a connection that is free.
  std::size_t max_unanswered = 512;
  /// Fewer events are read from store and log at every start.
  std::size_t min_snapshot_events = 50'000;
  std::chrono::seconds snapshot_every = std::chrono::hours(1);
  WarningHandler on_warning = {};  ///< called from any thread
};

/// All that requests share: the engine, the store behind it, keys and counts. Handlers are free
/// functions over it. Thread-safe.
class App {
 public:
  /// Loads the bundle, then the log from before, then what the store has. Throws Error.
  explicit App(AppOptions options);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App() = default;

  [[nodiscard]] const AppOptions& options() const { return options_; }
  [[nodiscard]] Live& live() { return live_; }
  [[nodiscard]] store::EventWriter& writer() { return *writer_; }
  [[nodiscard]] store::Forgetter& forgetter() { return *forgetter_; }
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] const Snapshots& snapshots() const { return *snapshots_; }
  [[nodiscard]] std::shared_ptr<const Keys> keys() const;
  [[nodiscard]] RateLimit& rate_limit() { return rate_limit_; }

  /// Reads the file of keys again, where there is one; whether it did. Throws as Keys::read(), and
  /// Error(kConfig) where it is no file any more: the keys stay as they were then.
  bool reload_keys();
  /// Until all that was told to be stored up to now is on the disk, or refused.
  void wait_for_disk();

  /// Unlike any other one, of this process or another.
  [[nodiscard]] std::string new_id();

  /// Not ready any more: new requests should go elsewhere.
  void begin_to_drain() { is_draining_ = true; }
  [[nodiscard]] bool is_draining() const { return is_draining_; }

  /// Counts a request from its handler's call to its answer.
  void begin_request() { ++n_unanswered_; }
  void end_request() { --n_unanswered_; }
  [[nodiscard]] bool has_too_many_waiting() const {
    return n_unanswered_ >= options_.max_unanswered;
  }

  // What the shop's port says of itself, once there is one.
  std::function<std::size_t()> n_connections = [] { return std::size_t{0}; };
  std::function<bool()> is_overloaded = [] { return false; };
  std::function<double()> loop_lag_s = [] { return 0.0; };

  void warn(const std::string& message) const {
    if (options_.on_warning) options_.on_warning(message);
  }
  /// Where the bundle knows next to none of the products that events name.
  void warn_of_other_shop() const;
  /// Where what the bundle learned of is over a week old.
  void warn_of_old_bundle() const;
  /// How old it is, on the log's own clock.
  [[nodiscard]] TimeUs bundle_age() const;
  /// Of what goes wrong with the store: every request may meet it, so the same is said once a
  /// minute.
  void warn_of_store(const Error& error);

 private:
  using Clock = std::chrono::steady_clock;

  /// The log from before, without who was forgotten since.
  void read_data(const store::EventStore& store);
  /// The moment from which on events are kept: by the machine's clock, or by what has passed since
  /// the start, where that is less. A clock that is set ahead would erase all there is.
  [[nodiscard]] TimeUs kept_from() const;
  /// Where the start finds none to keep, the clock is rather wrong: they are given some time.
  void beware_of_clock(const store::EventStore& store);
  [[nodiscard]] bool is_dropping() const { return Clock::now() >= drops_from_; }
  /// Has older ones leave memory and store.
  void drop_old(const std::function<bool()>& is_over);

  AppOptions options_;
  mutable std::mutex keys_mutex_;  ///< of the next one
  std::shared_ptr<const Keys> keys_;
  RateLimit rate_limit_;
  Metrics metrics_;
  std::mutex warned_mutex_;  ///< of the next two
  std::string warned_;       ///< the last of warn_of_store()
  Clock::time_point warned_at_;
  Live live_;
  Clock::time_point began_ = Clock::now();
  TimeUs began_us_ = 0;           ///< the same on the log's own clock
  Clock::time_point drops_from_;  ///< old events, from then on
  std::unique_ptr<store::EventWriter> writer_;
  std::unique_ptr<store::Forgetter> forgetter_;
  std::unique_ptr<store::Retention> retention_;
  std::unique_ptr<Snapshots> snapshots_;
  std::string id_prefix_;
  std::atomic<std::uint64_t> n_ids_{0};
  std::atomic<bool> is_draining_{false};
  std::atomic<std::size_t> n_unanswered_{0};
};

}  // namespace vitrina::server
