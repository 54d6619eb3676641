#include "core/cancel.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace vitrina {
namespace {

TEST(Cancel, WorkOfOtherScopesGoesOn) {
  CancelFlag ours;
  CancelFlag another;
  another.request();
  const CancelScope scope(&ours);
  EXPECT_NO_THROW(throw_if_cancelled());
  {
    const CancelScope inner(&another);
    EXPECT_THROW(throw_if_cancelled(), Error);
  }
  EXPECT_NO_THROW(throw_if_cancelled());
}

TEST(Cancel, ChunksOfEveryThreadEndEarly) {
  for (const int threads : {1, 3}) {
    CancelFlag flag;
    const CancelScope scope(&flag);
    std::atomic<int> n_done = 0;
    try {
      parallel_chunks(1000, 1, threads, [&](std::size_t, std::size_t) {
        if (++n_done == 5) flag.request();
      });
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kCancelled);
    }
    EXPECT_LE(n_done, 5 + threads);
  }
}

}  // namespace
}  // namespace vitrina
