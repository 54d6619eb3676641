#include "server/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina::server {
namespace {

void write_stat(const std::filesystem::path& proc, int start_ticks) {
  write_file(proc / "self" / "stat",
             fmt::format("7 (a (b) 1 2) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 {} "
                         "1000000 25 0\n",
                         start_ticks));
}

TEST(Process, IsSaidByTheSystem) {
  const auto before = this_process();
  ASSERT_TRUE(before.resident_bytes && before.n_descriptors && before.max_descriptors &&
              before.start_s && before.processor_s);
  EXPECT_GT(*before.resident_bytes, 1U << 20U);
  EXPECT_GE(*before.max_descriptors, *before.n_descriptors);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_GT(*before.start_s, 1e9);
  EXPECT_LT(*before.start_s, now.count() + 1);
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(this_process().n_descriptors, *before.n_descriptors + 1);
  ::close(descriptor);
}

TEST(Process, IsReadWhateverItsNameIs) {
  const test::ScratchFolder scratch;
  const auto& proc = scratch.path();
  write_stat(proc, 6000);
  write_file(proc / "self" / "limits",
             "Limit                     Soft Limit           Hard Limit           Units\n"
             "Max open files            1024                 4096                 files\n");
  write_file(proc / "self" / "fd" / "0", "");
  const auto process = this_process(proc);
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_EQ(process.processor_s, 300 / ticks);
  EXPECT_EQ(process.resident_bytes, 25U * static_cast<unsigned>(::getpagesize()));
  EXPECT_EQ(process.max_descriptors, 1024U);
  EXPECT_EQ(process.n_descriptors, 1U);
}

/// A sandbox may show processes alone: no /proc/stat with the machine's start.
TEST(Process, StartsWhenItsOwnFileSaysSo) {
  const test::ScratchFolder scratch;
  write_stat(scratch.path(), 6000);
  const auto earlier = this_process(scratch.path());
  write_stat(scratch.path(), 7000);
  const auto later = this_process(scratch.path());
  ASSERT_TRUE(earlier.start_s && later.start_s);
  EXPECT_NEAR(*later.start_s - *earlier.start_s, 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK)),
              1e-3);
  const auto started = this_process().start_s;
  EXPECT_EQ(this_process().start_s, started) << "is said the same each time";
}

TEST(Process, IsNothingWhereNothingIsSaid) {
  const test::ScratchFolder scratch;
  const auto expect_nothing = [&] {
    const auto process = this_process(scratch.path());
    EXPECT_FALSE(process.resident_bytes || process.n_descriptors || process.max_descriptors ||
                 process.start_s || process.processor_s);
  };
  expect_nothing();
  write_file(scratch.path() / "self" / "stat", "7 (short) S 1 2\n");
  write_file(scratch.path() / "self" / "limits", "Max open files            unlimited   files\n");
  expect_nothing();
}

}  // namespace
}  // namespace vitrina::server
