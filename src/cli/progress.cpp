#include "cli/progress.hpp"

#include <chrono>
#include <utility>

namespace vitrina::cli {

ProgressReporter::ProgressReporter(std::string_view command,
                                   std::unique_ptr<ProgressRenderer> renderer, Clock clock)
    : command_(command),
      renderer_(std::move(renderer)),
      clock_(std::move(clock)),
      start_(clock_()) {}

ProgressReporter::~ProgressReporter() {
  if (is_open_) renderer_->abandon();
}

void ProgressReporter::begin(std::string_view step, std::uint64_t total, std::string_view unit) {
  const std::scoped_lock lock(mutex_);
  if (is_open_) end_step("");
  // `fit: models`, not `fit: fit models`: in `run` the same step is `run: fit models`
  if (step.starts_with(command_) && step.substr(command_.size()).starts_with(' ')) {
    step.remove_prefix(command_.size() + 1);
  }
  step_ = step;
  unit_ = unit;
  total_ = total;
  step_start_ = clock_();
  is_open_ = true;
  has_shown_ = true;
  done_ = 0;
  renderer_->begin(state(step_start_));
  next_ = step_start_ + renderer_->interval_seconds();
}

void ProgressReporter::advance(std::uint64_t n) {
  done_.fetch_add(n, std::memory_order_relaxed);
  const double now = clock_();
  if (now < next_.load(std::memory_order_relaxed)) return;
  // A thread that finds another one drawing goes back to its work.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !is_open_ || now < next_) return;
  renderer_->advance(state(now));
  next_ = now + renderer_->interval_seconds();
}

void ProgressReporter::end(std::string_view summary) {
  const std::scoped_lock lock(mutex_);
  if (is_open_) end_step(summary);
}

void ProgressReporter::warn(std::string_view message) {
  const std::scoped_lock lock(mutex_);
  renderer_->warn(command_, message);
}

void ProgressReporter::end_step(std::string_view summary) {
  renderer_->end(state(clock_()), summary);
  is_open_ = false;
}

void ProgressReporter::finish(bool always, std::uint64_t peak_bytes) {
  const std::scoped_lock lock(mutex_);
  if (is_open_) end_step("");
  if (always || has_shown_) renderer_->finish(command_, clock_() - start_, peak_bytes);
}

StepState ProgressReporter::state(double now) const {
  return {command_, step_, unit_, done_.load(), total_, now - step_start_};
}

double monotonic_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace vitrina::cli
