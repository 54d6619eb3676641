#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "server/process.hpp"

namespace vitrina::server {

/// Times in seconds, counted by size.
struct Histogram {
  static constexpr std::array<double, 14> kBounds{.0001, .00025, .0005, .001, .0025, .005, .01,
                                                  .025,  .05,    .1,    .25,  .5,    1,    5};
  std::array<std::uint64_t, kBounds.size() + 1> counts{};  ///< the last one: longer
  double sum = 0;

  void add(double seconds);
};

/// What of a server changes from moment to moment, as Gauges::text wants it.
struct Gauges {
  std::string bundle;
  std::string version;
  std::size_t n_events = 0;
  std::size_t n_customers = 0;
  std::size_t n_waiting = 0;  ///< events on their way to the disk
  std::size_t n_connections = 0;
  double loop_lag_s = 0;
  std::int64_t learned_until_s = 0;  ///< of UTC since 1970
  std::int64_t snapshot_s = 0;       ///< the same; 0: there is none
  std::uint64_t n_failed_snapshots = 0;
  Process process = {};
};

/// Counts what a server does, and says it in the text format of Prometheus. No label holds what a
/// request brought. Thread-safe.
class Metrics {
 public:
  void request(std::string_view route, int status, double seconds);
  /// A request that its route has not been asked: its time is no answer's.
  void refused(std::string_view route, int status);
  void events(std::uint64_t n_stored, std::uint64_t n_repeated);
  void commit(bool is_done, double seconds);
  /// Rows that left the store because of their age.
  void expired(std::uint64_t n_rows);
  void fallback(std::string_view reason);
  void reload(bool is_done);

  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  mutable std::mutex mutex_;  ///< of what follows
  std::map<std::pair<std::string_view, int>, std::uint64_t> requests_;
  std::map<std::string_view, Histogram> durations_;
  std::map<std::string, std::uint64_t, std::less<>> fallbacks_;
  Histogram commits_;
  std::uint64_t n_failed_commits_ = 0;
  std::uint64_t n_stored_ = 0;
  std::uint64_t n_repeated_ = 0;
  std::uint64_t n_expired_ = 0;
  std::array<std::uint64_t, 2> reloads_{};  ///< refused, done
};

}  // namespace vitrina::server
