#include "store/event_writer.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <utility>

namespace vitrina::store {
namespace {

/// A commit costs a flush of the disk whatever its size, so it takes all that waits, up to what
/// keeps one commit, and with it the wait of the next one, within a few milliseconds.
constexpr std::size_t kRowsPerCommit = 4096;
/// About half a second's work: more would be told too late to be of use.
constexpr std::size_t kMaxWaiting = 32 * 1024;
constexpr std::size_t kRowsPerReplay = 50'000;
/// Events wait while the log is emptied, and a backup may be in its way for long.
constexpr std::chrono::seconds kBetweenTries(1);

template <class Duration>
std::int64_t microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

std::int64_t now_us() { return microseconds(std::chrono::system_clock::now().time_since_epoch()); }

}  // namespace

EventWriter::EventWriter(std::unique_ptr<EventStore> store, WriterActions actions,
                         std::int64_t after)
    : store_(std::move(store)),
      actions_(std::move(actions)),
      began_us_(std::max(now_us(), store_->last_arrival())) {
  replay(after);
  store_->let_go_of_links();  // no more rows are read
  empty_log();
  thread_ = std::thread([this] { work(); });
}

EventWriter::~EventWriter() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  is_any_.notify_one();
  thread_.join();
}

bool EventWriter::append(std::vector<NewEvent> events, std::function<void(Appended)> done) {
  std::size_t n_rows = 0;
  for (const auto& event : events) n_rows += event.kept.size();
  {
    const std::scoped_lock lock(mutex_);
    if (n_waiting_ + n_rows > kMaxWaiting && n_waiting_ > 0) return false;
    n_waiting_ += n_rows;
    const bool is_dated = date(events);
    waiting_.emplace_back(Append{std::move(events), std::move(done), n_rows, is_dated});
  }
  is_any_.notify_one();
  return true;
}

bool EventWriter::date(std::vector<NewEvent>& events) {
  bool is_dated = false;
  for (auto& event : events) {
    if (!event.is_now) continue;
    const auto now = actions_.now();
    if (!is_dated) pending_.push_back(now);
    is_dated = true;
    for (auto& kept : event.kept) kept.time_us = now;
  }
  return is_dated;
}

void EventWriter::change(std::function<void(EventStore&)> work,
                         std::function<void(const std::optional<Error>&)> done) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace_back(Change{std::move(work), std::move(done)});
  }
  is_any_.notify_one();
}

void EventWriter::change_now(const std::function<void(EventStore&)>& work) {
  std::promise<std::optional<Error>> told;
  change(work, [&](const std::optional<Error>& error) { told.set_value(error); });
  if (const auto error = told.get_future().get()) throw *error;
}

std::int64_t EventWriter::moment() const {
  const std::scoped_lock lock(mutex_);
  return pending_.empty() ? actions_.now() : pending_.front();
}

std::size_t EventWriter::n_waiting() const {
  const std::scoped_lock lock(mutex_);
  return n_waiting_;
}

std::int64_t EventWriter::id_time() const {
  return began_us_ + microseconds(std::chrono::steady_clock::now() - began_);
}

void EventWriter::replay(std::int64_t after) {
  const auto since = id_time() - RecentIds::kWindowUs;
  store_->read_keys(since, after,
                    [&](const EventKey& key, std::int64_t arrived) { recent_.add(key, arrived); });
  for (auto rows = store_->read(after, kRowsPerReplay); !rows.empty();
       rows = store_->read(after, kRowsPerReplay)) {
    std::vector<KeptEvent> events;
    events.reserve(rows.size());
    for (auto& row : rows) {
      if (row.key && row.arrived_us >= since) recent_.add(*row.key, row.arrived_us);
      events.push_back(std::move(row.event));
    }
    actions_.apply(events);
    n_replayed_ += events.size();
  }
}

void EventWriter::work() {
  for (auto jobs = take(); jobs; jobs = take()) {
    if (!jobs->empty()) do_all(*jobs);
    empty_log();
  }
}

void EventWriter::do_all(std::vector<Job>& jobs) {
  if (auto* change = std::get_if<Change>(&jobs.front())) {
    run(*change);
  } else {
    write(jobs);
  }
}

std::optional<std::vector<EventWriter::Job>> EventWriter::take() {
  std::unique_lock lock(mutex_);
  const auto is_any = [&] { return is_stopping_ || !waiting_.empty(); };
  if (!store_->has_traces()) {
    is_any_.wait(lock, is_any);
  } else if (!is_any_.wait_until(lock, next_try_, is_any)) {
    return std::vector<Job>{};
  }
  if (waiting_.empty()) return std::nullopt;
  std::vector<Job> jobs;
  std::size_t n_rows = 0;
  while (!waiting_.empty() && n_rows < kRowsPerCommit) {
    const auto* append = std::get_if<Append>(&waiting_.front());
    if (append == nullptr && !jobs.empty()) break;
    if (append != nullptr) n_rows += append->n_rows;
    jobs.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (std::holds_alternative<Change>(jobs.back())) break;
  }
  n_waiting_ -= n_rows;
  return jobs;
}

void EventWriter::write(std::vector<Job>& jobs) {
  const auto begin = std::chrono::steady_clock::now();
  const auto arrived = id_time();
  recent_.expire(arrived);
  const std::size_t n_recent = recent_.size();
  std::vector<Appended> told(jobs.size());
  std::vector<Row> rows;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    for (auto& event : std::get<Append>(jobs[j]).events) {
      told[j].is_stored.push_back(!event.key || recent_.add(*event.key, arrived));
      if (!told[j].is_stored.back()) continue;
      for (auto& kept : event.kept) {
        rows.push_back({std::move(kept), std::nullopt, arrived, event.recommendation});
      }
      rows[rows.size() - event.kept.size()].key = event.key;
    }
  }
  Commit commit{.n_rows = rows.size(), .is_done = true};
  try {
    if (!rows.empty()) store_->append(rows);
  } catch (const Error& error) {
    commit.is_done = false;
    recent_.shrink(n_recent);
    for (auto& each : told) each = {error, {}};
  }
  if (commit.is_done && !rows.empty()) {
    std::vector<KeptEvent> events;
    events.reserve(rows.size());
    for (auto& row : rows) events.push_back(std::move(row.event));
    actions_.apply(events);
  }
  forget_pending(jobs);
  commit.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  actions_.observe(commit);
  for (std::size_t j = 0; j < jobs.size(); ++j) std::get<Append>(jobs[j]).done(std::move(told[j]));
}

void EventWriter::forget_pending(const std::vector<Job>& jobs) {
  const std::scoped_lock lock(mutex_);
  for (const auto& job : jobs) {
    if (std::get<Append>(job).is_dated) pending_.pop_front();
  }
}

void EventWriter::run(Change& job) {
  std::optional<Error> error;
  try {
    job.work(*store_);
  } catch (const Error& caught) {
    error = caught;
    if (caught.code() == ErrorCode::kOutOfResources) actions_.observe({});
  }
  job.done(error);
}

void EventWriter::empty_log() {
  const auto now = std::chrono::steady_clock::now();
  if (!store_->has_traces() || now < next_try_) return;
  next_try_ = now + kBetweenTries;
  try {
    (void)store_->empty_log();
  } catch (const Error& error) {
    if (actions_.warn) actions_.warn(error);
  }
}

}  // namespace vitrina::store
