#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/progress.hpp"

namespace vitrina::cli {

enum class ProgressMode { kAuto, kPlain, kJson, kNone };

/// The mode of `auto`, `plain`, `json` or `none`; nothing for any other word.
std::optional<ProgressMode> parse_progress_mode(std::string_view word);

/// The current step as a renderer sees it.
struct StepState {
  std::string_view command;
  std::string_view step;
  std::string_view unit;
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: unknown
  double seconds = 0;       ///< since the step began
};

/// One way to show progress. Calls come one at a time.
class ProgressRenderer {
 public:
  ProgressRenderer() = default;
  ProgressRenderer(const ProgressRenderer&) = delete;
  ProgressRenderer& operator=(const ProgressRenderer&) = delete;
  virtual ~ProgressRenderer() = default;

  /// The time between two calls of advance() within a step is at least this.
  [[nodiscard]] virtual double interval_seconds() const = 0;
  virtual void begin(const StepState& state) = 0;
  virtual void advance(const StepState& state) = 0;
  virtual void end(const StepState& state, std::string_view summary) = 0;
  /// A line on its own, whether a step is open or not.
  virtual void warn(std::string_view command, std::string_view message) = 0;
  /// The command ended as it should.
  virtual void finish(std::string_view command, double seconds, std::uint64_t peak_bytes) = 0;
  /// The command failed within a step: what follows must start on a line of its own.
  virtual void abandon() = 0;
};

/// Takes text that is one or more whole lines, or a redrawn line of a terminal.
using TextSink = std::function<void(std::string_view)>;

/// The renderer of a mode; kAuto must have been resolved. `columns` > 0: a terminal that wide.
std::unique_ptr<ProgressRenderer> make_renderer(ProgressMode mode, std::size_t columns,
                                                TextSink sink);

/// The renderer for standard error: kAuto redraws one line on a terminal, else prints plain lines.
std::unique_ptr<ProgressRenderer> make_stderr_renderer(ProgressMode mode);

/// Counts what any thread reports and passes it to a renderer, no more often than that asks for.
class ProgressReporter final : public Progress {
 public:
  /// Monotonic seconds; a parameter so that tests do not wait.
  using Clock = std::function<double()>;

  ProgressReporter(std::string_view command, std::unique_ptr<ProgressRenderer> renderer,
                   Clock clock);
  ~ProgressReporter() override;

  void begin(std::string_view step, std::uint64_t total, std::string_view unit) override;
  void advance(std::uint64_t n) override;
  void end(std::string_view summary) override;
  void warn(std::string_view message) override;

  /// Says that the command is done, if it showed a step or `always`.
  void finish(bool always, std::uint64_t peak_bytes);

 private:
  [[nodiscard]] StepState state(double now) const;
  void end_step(std::string_view summary);

  const std::string command_;
  const std::unique_ptr<ProgressRenderer> renderer_;
  const Clock clock_;
  const double start_;
  std::mutex mutex_;  // guards what follows but the atomics
  std::string step_;
  std::string unit_;
  std::uint64_t total_ = 0;
  double step_start_ = 0;
  bool is_open_ = false;
  bool has_shown_ = false;
  std::atomic<std::uint64_t> done_{0};
  std::atomic<double> next_{0};
};

/// A clock for ProgressReporter.
double monotonic_seconds();

}  // namespace vitrina::cli
