#pragma once

#include <atomic>

namespace vitrina {

/// Asks the work that looks at it to stop.
class CancelFlag {
 public:
  void request() noexcept { is_requested_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_requested() const noexcept {
    return is_requested_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> is_requested_{false};
};

/// While one lives, the work of this thread, and of threads that it starts by core/parallel.hpp,
/// looks at `flag`; null: at none. The scopes of a thread end in the reverse order.
class CancelScope {
 public:
  explicit CancelScope(const CancelFlag* flag) noexcept;
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

  /// The flag of this thread.
  static const CancelFlag* current() noexcept;

 private:
  const CancelFlag* outer_;
};

/// Throws Error(kCancelled) when this thread's work was asked to stop. Every chunk of
/// core/parallel.hpp asks by itself; loops of more than about 0.1 s outside them have to.
void throw_if_cancelled();

}  // namespace vitrina
