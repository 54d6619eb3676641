#pragma once

#include <cstddef>
#include <functional>

namespace vitrina {

/// The most threads that may be asked for.
inline constexpr int kMaxThreads = 1024;

/// The number of threads to use: `requested`, or every processor when it is 0. Throws
/// Error(kConfig) outside of 0 to kMaxThreads.
int resolve_threads(int requested);

/// Calls `body(begin, end)` for consecutive chunks of [0, n) of `grain` indices on `threads`
/// threads. Chunk borders depend on n and grain only, so a body that writes by index (or keeps a
/// partial result per chunk) gives the same bytes with any number of threads. The first exception
/// of a body is rethrown here after all threads have ended.
///
/// Plain threads rather than a task library: a call costs tens of microseconds, bodies last
/// milliseconds, and every access is visible to the thread sanitizer.
void parallel_chunks(std::size_t n, std::size_t grain, int threads,
                     const std::function<void(std::size_t begin, std::size_t end)>& body);

/// As above with the index of the worker, 0 <= worker < threads, for scratch memory.
void parallel_chunks_with_worker(
    std::size_t n, std::size_t grain, int threads,
    const std::function<void(std::size_t begin, std::size_t end, std::size_t worker)>& body);

/// Calls `body(task, threads of the task)` for every task in [0, n), two at a time, each with half
/// of the threads: what a task does in one thread only, the other's threads make good. Only two,
/// since every task that runs holds its memory. Exceptions as above.
void parallel_tasks(std::size_t n, int threads,
                    const std::function<void(std::size_t task, int threads)>& body);

}  // namespace vitrina
