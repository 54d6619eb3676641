#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace vitrina {
namespace {

TEST(Parallel, EveryIndexIsMetOnce) {
  for (const int threads : {1, 2, 4, 16}) {
    for (const std::size_t n : {0U, 1U, 7U, 1000U}) {
      std::vector<std::atomic<int>> met(n);
      parallel_chunks(n, 3, threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) ++met[i];
      });
      for (const auto& times : met) EXPECT_EQ(times, 1);
    }
  }
}

TEST(Parallel, ChunksDependOnSizeAndGrainOnly) {
  const auto chunks_of = [](int threads) {
    std::set<std::pair<std::size_t, std::size_t>> chunks;
    std::mutex mutex;
    parallel_chunks(25, 10, threads, [&](std::size_t begin, std::size_t end) {
      const std::scoped_lock lock(mutex);
      chunks.emplace(begin, end);
    });
    return chunks;
  };
  const std::set<std::pair<std::size_t, std::size_t>> expected{{0, 10}, {10, 20}, {20, 25}};
  for (const int threads : {1, 3, 8}) EXPECT_EQ(chunks_of(threads), expected);
}

TEST(Parallel, WorkersAreNumberedBelowTheThreads) {
  constexpr int kThreads = 3;
  std::vector<std::atomic<int>> calls(kThreads);
  parallel_chunks_with_worker(100, 1, kThreads, [&](std::size_t, std::size_t, std::size_t worker) {
    ASSERT_LT(worker, calls.size());
    ++calls[worker];
  });
  EXPECT_EQ(calls[0] + calls[1] + calls[2], 100);
}

TEST(Parallel, AnExceptionReachesTheCallerAndStopsTheRest) {
  for (const int threads : {1, 4}) {
    std::atomic<int> calls{0};
    const auto run = [&] {
      parallel_chunks(100'000, 1, threads, [&](std::size_t begin, std::size_t) {
        ++calls;
        if (begin == 5) throw std::runtime_error("five");
        // Unwinding takes its time on a busy machine: the others must not run out of chunks in it.
        if (begin > 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      });
    };
    EXPECT_THROW(run(), std::runtime_error);
    EXPECT_LT(calls, 100'000);
  }
}

TEST(Parallel, TasksShareTheThreadsTwoAtATime) {
  for (const auto& [threads, of_task] : {std::pair{1, 1}, {2, 1}, {3, 2}, {8, 4}}) {
    std::vector<std::atomic<int>> met(9);
    std::atomic<int> running{0};
    parallel_tasks(met.size(), threads, [&](std::size_t task, int inner) {
      EXPECT_LE(++running, 2);
      EXPECT_EQ(inner, of_task);
      ++met[task];
      --running;
    });
    for (const auto& times : met) EXPECT_EQ(times, 1);
  }
  parallel_tasks(1, 8, [](std::size_t, int inner) { EXPECT_EQ(inner, 8) << "nobody beside it"; });
  const auto fails = [](std::size_t task, int) {
    if (task == 1) throw std::runtime_error("one");
  };
  EXPECT_THROW(parallel_tasks(3, 2, fails), std::runtime_error);
}

TEST(Parallel, ZeroThreadsMeansAllProcessors) {
  EXPECT_EQ(resolve_threads(3), 3);
  EXPECT_GE(resolve_threads(0), 1);
  EXPECT_THROW((void)resolve_threads(-1), Error);
  EXPECT_THROW((void)resolve_threads(kMaxThreads + 1), Error);
}

}  // namespace
}  // namespace vitrina
