#include "store/forgetter.hpp"

#include <utility>

#include "core/error.hpp"

namespace vitrina::store {
namespace {

Error stopping() { return {ErrorCode::kOutOfResources, "the server is stopping"}; }

}  // namespace

Forgetter::Forgetter(std::filesystem::path folder, EventWriter& writer)
    : folder_(std::move(folder)), writer_(writer) {
  thread_ = std::thread([this] { work(); });
}

Forgetter::~Forgetter() {
  stop();
  thread_.join();
}

void Forgetter::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  is_any_.notify_one();
}

void Forgetter::forget(Kind kind, std::string customer, Work work, Done done) {
  {
    std::unique_lock lock(mutex_);
    if (is_stopping_) {  // nobody may look any more
      lock.unlock();
      return done(stopping());
    }
    waiting_.push_back({kind, std::move(customer), std::move(work), std::move(done)});
  }
  is_any_.notify_one();
}

void Forgetter::work() {
  for (auto job = take(); job; job = take()) {
    std::optional<Error> error;
    try {
      run(*job);
    } catch (const Error& caught) {
      error = caught;
    }
    job->done(error);
  }
}

std::optional<Forgetter::Job> Forgetter::take() {
  std::unique_lock lock(mutex_);
  is_any_.wait(lock, [&] { return is_stopping_ || !waiting_.empty(); });
  if (waiting_.empty()) return std::nullopt;
  auto job = std::move(waiting_.front());
  waiting_.pop_front();
  return job;
}

void Forgetter::run(const Job& job) {
  EventStore reader(folder_, EventStore::Access::kRead);
  for (bool is_done = false; !is_done;) {
    check_goes_on();
    const bool is_refused = reader.refusal(job.kind, job.customer).has_value();
    const auto found =
        is_refused ? FoundRows{} : reader.find(job.kind, job.customer, [this] { check_goes_on(); });
    if (!is_refused) {
      writer_.change_now([](const EventStore& store) { store.put_snapshot_aside(); });
      reader.erase_old_snapshot();
    }
    writer_.change_now([&](EventStore& store) {
      // a visit was linked meanwhile, or is so no more: its rows would have to be looked for here
      const bool is_still = store.refusal(job.kind, job.customer).has_value() == is_refused;
      is_done = is_still && store.covers(job.kind, job.customer, found);
      if (is_done) job.work(store, found);
    });
  }
}

void Forgetter::check_goes_on() {
  const std::scoped_lock lock(mutex_);
  if (is_stopping_) throw stopping();
}

}  // namespace vitrina::store
