#pragma once

#include <array>
#include <atomic>
#include <chrono>

namespace vitrina::server {

/// Whether threads that answer requests in turn have more of them than they can answer. A request
/// waits for such a thread before anything is known of it, so what is measured is a beat that waits
/// among them: how late it is. beat() is called by one thread at a time, the rest by any.
class Overload {
 public:
  using Clock = std::chrono::steady_clock;

  /// From one beat to the next that is due.
  static constexpr std::chrono::milliseconds kBeat{50};
  /// So late a beat is a reason to refuse what comes until it has run, since by then what waited
  /// with it is worked off, ...
  static constexpr std::chrono::milliseconds kLate{200};
  /// ... if it has not run so much later either: a machine that has stood still for a while has no
  /// more to do than before.
  static constexpr std::chrono::milliseconds kStill{50};

  /// The first beat is due kBeat from now.
  void begin(Clock::time_point now) { expect(now); }
  /// The beat has run.
  void beat(Clock::time_point now);
  /// Whether a request that is looked at now is to be refused.
  [[nodiscard]] bool is_too_much(Clock::time_point now);
  /// The latest that a beat was within the last 15 s, or a little before.
  [[nodiscard]] std::chrono::duration<double> lag(Clock::time_point now) const;

 private:
  /// Moments and times as atomics keep them.
  using Count = Clock::rep;
  static constexpr Count kNone = 0;
  static constexpr std::chrono::seconds kWindow{15};

  void expect(Clock::time_point now) { due_ = (now + kBeat).time_since_epoch().count(); }
  [[nodiscard]] Clock::duration lateness(Clock::time_point now) const {
    return now.time_since_epoch() - Clock::duration(due_);
  }

  std::atomic<Count> due_{kNone};
  std::atomic<Count> seen_late_{kNone};  ///< when the beat that is due was first
  Clock::time_point window_began_;
  std::array<std::atomic<Count>, 2> worst_{};  ///< of this window and of the one before
};

}  // namespace vitrina::server
