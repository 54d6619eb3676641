#include "server/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vitrina::server {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void single(std::string& out, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  head(out, name, type, help);
  out += fmt::format("{} {}\n", name, value);
}

/// Nothing where the system does not say it.
template <class Value>
void said(std::string& out, std::string_view name, std::string_view type, std::string_view help,
          const std::optional<Value>& value) {
  if (!value) return;
  head(out, name, type, help);
  out += fmt::format("{} {}\n", name, *value);
}

/// By the names that the client libraries of Prometheus give them.
void rows(std::string& out, const Process& process) {
  said(out, "process_resident_memory_bytes", "gauge", "memory that the process has",
       process.resident_bytes);
  said(out, "process_open_fds", "gauge", "files and connections that are open",
       process.n_descriptors);
  said(out, "process_max_fds", "gauge", "how many may be", process.max_descriptors);
  said(out, "process_start_time_seconds", "gauge", "of UTC since 1970", process.start_s);
  said(out, "process_cpu_seconds_total", "counter", "time of processors, the system's for it too",
       process.processor_s);
}

/// `labels` is empty or ends with a comma.
void rows(std::string& out, std::string_view name, std::string_view labels,
          const Histogram& histogram) {
  std::uint64_t n = 0;
  for (std::size_t b = 0; b < histogram.counts.size(); ++b) {
    n += histogram.counts[b];
    const auto bound =
        b < Histogram::kBounds.size() ? fmt::to_string(Histogram::kBounds[b]) : std::string("+Inf");
    out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, labels, bound, n);
  }
  const auto bare = labels.substr(0, labels.size() - (labels.empty() ? 0 : 1));
  const auto braced = bare.empty() ? std::string{} : fmt::format("{{{}}}", bare);
  out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, braced, histogram.sum, name, braced, n);
}

}  // namespace

void Histogram::add(double seconds) {
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts[static_cast<std::size_t>(bound - kBounds.begin())];
  sum += seconds;
}

void Metrics::request(std::string_view route, int status, double seconds) {
  const std::scoped_lock lock(mutex_);
  ++requests_[{route, status}];
  durations_[route].add(seconds);
}

void Metrics::refused(std::string_view route, int status) {
  const std::scoped_lock lock(mutex_);
  ++requests_[{route, status}];
}

void Metrics::events(std::uint64_t n_stored, std::uint64_t n_repeated) {
  const std::scoped_lock lock(mutex_);
  n_stored_ += n_stored;
  n_repeated_ += n_repeated;
}

void Metrics::commit(bool is_done, double seconds) {
  const std::scoped_lock lock(mutex_);
  commits_.add(seconds);
  if (!is_done) ++n_failed_commits_;
}

void Metrics::expired(std::uint64_t n_rows) {
  const std::scoped_lock lock(mutex_);
  n_expired_ += n_rows;
}

void Metrics::fallback(std::string_view reason) {
  const std::scoped_lock lock(mutex_);
  ++fallbacks_.try_emplace(std::string(reason)).first->second;
}

void Metrics::reload(bool is_done) {
  const std::scoped_lock lock(mutex_);
  ++reloads_[is_done ? 1 : 0];
}

std::string Metrics::text(const Gauges& gauges) const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  head(out, "vitrina_model_info", "gauge", "the bundle that answers and the program's version");
  out += fmt::format("vitrina_model_info{{bundle=\"{}\",version=\"{}\"}} 1\n", gauges.bundle,
                     gauges.version);
  head(out, "vitrina_http_requests_total", "counter", "requests answered");
  for (const auto& [key, n] : requests_) {
    out += fmt::format("vitrina_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first,
                       key.second, n);
  }
  head(out, "vitrina_http_request_duration_seconds", "histogram",
       "from when a thread has read a request to its answer, of those that their route was asked");
  for (const auto& [route, histogram] : durations_) {
    rows(out, "vitrina_http_request_duration_seconds", fmt::format("route=\"{}\",", route),
         histogram);
  }
  single(out, "vitrina_events_acked_total", "counter", "events told to be stored", n_stored_);
  single(out, "vitrina_events_repeated_total", "counter", "events whose id had been stored before",
         n_repeated_);
  single(out, "vitrina_events_expired_total", "counter",
         "events that left the store because of their age, a product an event", n_expired_);
  head(out, "vitrina_event_commit_seconds", "histogram", "one commit of the store, applied");
  rows(out, "vitrina_event_commit_seconds", "", commits_);
  single(out, "vitrina_event_commit_failures_total", "counter", "commits that the disk refused",
         n_failed_commits_);
  single(out, "vitrina_event_queue_depth", "gauge", "events on their way to the disk",
         gauges.n_waiting);
  head(out, "vitrina_fallback_total", "counter", "answers that know nothing of who asks");
  for (const auto& [reason, n] : fallbacks_) {
    out += fmt::format("vitrina_fallback_total{{reason=\"{}\"}} {}\n", reason, n);
  }
  head(out, "vitrina_model_reload_total", "counter", "bundles offered to a running server");
  out += fmt::format("vitrina_model_reload_total{{result=\"done\"}} {}\n", reloads_[1]);
  out += fmt::format("vitrina_model_reload_total{{result=\"refused\"}} {}\n", reloads_[0]);
  single(out, "vitrina_events_in_memory", "gauge", "events kept, a product an event",
         gauges.n_events);
  single(out, "vitrina_customers_in_memory", "gauge", "users and visits with events",
         gauges.n_customers);
  single(out, "vitrina_open_connections", "gauge", "connections that are open",
         gauges.n_connections);
  head(out, "vitrina_loop_lag_seconds", "gauge",
       "how long requests waited for a thread, at worst of the last 15 seconds");
  out += fmt::format("vitrina_loop_lag_seconds {}\n", gauges.loop_lag_s);
  head(out, "vitrina_model_learned_until_seconds", "gauge",
       "the newest moment that the bundle learned of, of UTC since 1970");
  out += fmt::format("vitrina_model_learned_until_seconds {}\n", gauges.learned_until_s);
  head(out, "vitrina_snapshot_time_seconds", "gauge",
       "when the last copy of memory was made, of UTC since 1970; 0: never");
  out += fmt::format("vitrina_snapshot_time_seconds {}\n", gauges.snapshot_s);
  single(out, "vitrina_snapshot_failures_total", "counter",
         "copies of memory that could not be made", gauges.n_failed_snapshots);
  rows(out, gauges.process);
  return out;
}

}  // namespace vitrina::server
