#include "core/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/cancel.hpp"
#include "core/error.hpp"

namespace vitrina {

int resolve_threads(int requested) {
  if (requested < 0 || requested > kMaxThreads) {
    throw Error(ErrorCode::kConfig,
                fmt::format("threads: found {}, expected 0 to {}", requested, kMaxThreads));
  }
  if (requested > 0) return requested;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_chunks_with_worker(
    std::size_t n, std::size_t grain, int threads,
    const std::function<void(std::size_t, std::size_t, std::size_t)>& body) {
  if (n == 0) return;
  grain = std::max<std::size_t>(grain, 1);
  const std::size_t n_chunks = (n + grain - 1) / grain;
  const std::size_t n_workers =
      std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), n_chunks);
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const CancelFlag* const cancel = CancelScope::current();
  const auto work = [&](std::size_t worker) {
    const CancelScope scope(cancel);
    try {
      for (std::size_t chunk = next++; chunk < n_chunks; chunk = next++) {
        throw_if_cancelled();
        body(chunk * grain, std::min(n, (chunk + 1) * grain), worker);
      }
    } catch (...) {  // carried to the caller's thread below
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      next = n_chunks;
    }
  };
  std::vector<std::jthread> helpers;
  for (std::size_t worker = 1; worker < n_workers; ++worker) helpers.emplace_back(work, worker);
  work(0);
  helpers.clear();
  if (failure) std::rethrow_exception(failure);
}

void parallel_chunks(std::size_t n, std::size_t grain, int threads,
                     const std::function<void(std::size_t, std::size_t)>& body) {
  parallel_chunks_with_worker(
      n, grain, threads,
      [&](std::size_t begin, std::size_t end, std::size_t /*worker*/) { body(begin, end); });
}

void parallel_tasks(std::size_t n, int threads, const std::function<void(std::size_t, int)>& body) {
  const int at_once = threads > 1 && n > 1 ? 2 : 1;
  // rounded up: threads wait for each other often enough
  const int inner = std::max(1, (threads + at_once - 1) / at_once);
  parallel_chunks(n, 1, at_once, [&](std::size_t begin, std::size_t end) {
    for (std::size_t task = begin; task < end; ++task) body(task, inner);
  });
}

}  // namespace vitrina
