#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace vitrina {
namespace {

TEST(Parallel, EveryIndexOnceWithAnyNumberOfThreads) {
  for (const int threads : {1, 2, 5}) {
    std::vector<int> seen(1003, 0);
    parallel_chunks(seen.size(), 10, threads, [&](std::size_t begin, std::size_t end) {
      EXPECT_EQ(begin % 10, 0U);
      for (std::size_t i = begin; i < end; ++i) ++seen[i];
    });
    EXPECT_EQ(seen, std::vector<int>(1003, 1));
  }
}

TEST(Parallel, NothingToDoCallsNothing) {
  parallel_chunks(0, 10, 4, [](std::size_t, std::size_t) { FAIL(); });
}

TEST(Parallel, AnExceptionComesBackAfterAllThreadsEnded) {
  std::atomic<int> running{0};
  EXPECT_THROW(parallel_chunks(100, 1, 4,
                               [&](std::size_t begin, std::size_t) {
                                 ++running;
                                 if (begin == 7) {
                                   --running;
                                   throw std::runtime_error("seven");
                                 }
                                 --running;
                               }),
               std::runtime_error);
  EXPECT_EQ(running, 0);
}

TEST(Parallel, WorkersAreNumberedBelowTheThreads) {
  parallel_chunks_with_worker(
      50, 1, 3, [](std::size_t, std::size_t, std::size_t worker) { EXPECT_LT(worker, 3U); });
}

}  // namespace
}  // namespace vitrina
