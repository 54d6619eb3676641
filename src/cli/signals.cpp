#include "cli/signals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>

#include "core/cancel.hpp"
#include "core/error.hpp"
#include "core/temporary.hpp"

namespace vitrina::cli {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 3> kSignals{
    {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}}};

/// What the watching thread shares with the others.
struct Watch {
  std::string place;
  std::chrono::seconds patience{0};
  sigset_t signals{};
  CancelFlag cancel;
  std::atomic<int> came{0};            ///< the first signal
  std::atomic<bool> is_ending{false};  ///< taken by who ends the program
  std::atomic<bool> takes_hangups{false};
  std::atomic<bool> came_hangup{false};
  std::mutex mutex;     ///< of the next one
  std::string warning;  ///< of who ends well; empty: that is not so yet
};

/// Never freed: its thread lives as long as the process.
Watch& watch() {
  static auto* const kIt = new Watch;
  return *kIt;
}

std::string warning() {
  const std::scoped_lock lock(watch().mutex);
  return watch().warning;
}

[[noreturn]] void leave() {
  ::_exit(warning().empty() ? info(ErrorCode::kCancelled).exit_code : EXIT_SUCCESS);
}

/// Ends the process from the watching thread.
[[noreturn]] void end_now() {
  remove_temporaries();
  const auto well = warning();
  // What is drawn of a step stays on the terminal's line above.
  const auto line =
      fmt::format("{}{}: {}: {}\n", ::isatty(STDERR_FILENO) == 1 ? "\n" : "", watch().place,
                  well.empty() ? "error" : "warning", well.empty() ? cancelled_text() : well);
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  leave();
}

/// The next signal that ends something; 0 where none has come until then.
int next_signal(std::chrono::steady_clock::time_point until) {
  using std::chrono::nanoseconds;
  while (true) {
    const nanoseconds left =
        std::max<nanoseconds>(until - std::chrono::steady_clock::now(), nanoseconds(0));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec patience{seconds.count(), (left - seconds).count()};
    const int came = ::sigtimedwait(&watch().signals, nullptr, &patience);
    if (came < 0 && errno == EAGAIN) return 0;
    if (came == SIGHUP && watch().takes_hangups) {
      watch().came_hangup = true;
    } else if (came > 0) {
      return came;
    }
  }
}

/// The same, however long that takes.
int next_signal() {
  while (true) {
    const auto a_while = std::chrono::steady_clock::now() + std::chrono::hours(1);
    if (const int came = next_signal(a_while); came != 0) return came;
  }
}

void wait_for_signals() {
  watch().came = next_signal();
  watch().cancel.request();
  const int second = next_signal(std::chrono::steady_clock::now() + watch().patience);
  if (!watch().is_ending.exchange(true)) end_now();
  // The program is already saying how it ended; if even that takes too long, it stops.
  if (second == 0) (void)next_signal();
  leave();
}

}  // namespace

void watch_signals(std::string_view place, int patience_seconds) {
  watch().place = place;
  watch().patience = std::chrono::seconds(patience_seconds);
  sigemptyset(&watch().signals);
  bool is_any = false;
  for (const auto& [signal, name] : kSignals) {
    struct sigaction now{};
    const bool is_ignored = ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
    if (!is_ignored) sigaddset(&watch().signals, signal);
    is_any = is_any || !is_ignored;
  }
  if (!is_any) return;
  // Blocked in every thread that follows, so that they come to the one that waits for them.
  ::pthread_sigmask(SIG_BLOCK, &watch().signals, nullptr);
  std::thread(wait_for_signals).detach();
  static const CancelScope kScope(&watch().cancel);
}

void take_hangups() { watch().takes_hangups = true; }

bool came_hangup() { return watch().came_hangup.exchange(false); }

void end_well(std::string_view warning) {
  const std::scoped_lock lock(watch().mutex);
  watch().warning = warning;
}

std::string cancelled_text() {
  std::string_view by = "request";
  for (const auto& [signal, name] : kSignals) {
    if (signal == watch().came) by = name;
  }
  return fmt::format("cancelled by {}; nothing half-written is left", by);
}

void take_the_end() {
  if (!watch().is_ending.exchange(true)) return;
  while (true) ::pause();
}

}  // namespace vitrina::cli
