#include "cli/signals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <ctime>
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
  timespec patience{};
  sigset_t signals{};
  CancelFlag cancel;
  std::atomic<int> came{0};            ///< the first signal
  std::atomic<bool> is_ending{false};  ///< taken by who ends the program
};

/// Never freed: its thread lives as long as the process.
Watch& watch() {
  static auto* const kIt = new Watch;
  return *kIt;
}

/// Ends the process from the watching thread.
[[noreturn]] void end_now() {
  remove_temporaries();
  // What is drawn of a step stays on the terminal's line above.
  const auto line = fmt::format("{}{}: error: {}\n", ::isatty(STDERR_FILENO) == 1 ? "\n" : "",
                                watch().place, cancelled_text());
  (void)!::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(info(ErrorCode::kCancelled).exit_code);
}

void wait_for_signals() {
  int first = 0;
  while (::sigwait(&watch().signals, &first) != 0) {
  }
  watch().came = first;
  watch().cancel.request();
  const int second = ::sigtimedwait(&watch().signals, nullptr, &watch().patience);
  if (!watch().is_ending.exchange(true)) end_now();
  // The program is already saying how it ended; if even that takes too long, it stops.
  int next = second;
  while (next <= 0) next = ::sigtimedwait(&watch().signals, nullptr, &watch().patience);
  ::_exit(info(ErrorCode::kCancelled).exit_code);
}

}  // namespace

void watch_signals(std::string_view place, int patience_seconds) {
  watch().place = place;
  watch().patience.tv_sec = patience_seconds;
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
