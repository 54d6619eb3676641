#include "store/retention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "support/scratch.hpp"

namespace vitrina::store {
namespace {

std::unique_ptr<EventWriter> writer_in(const std::filesystem::path& folder) {
  return std::make_unique<EventWriter>(
      std::make_unique<EventStore>(folder, EventStore::Access::kWrite),
      WriterActions{.now = [] { return 1; },
                    .apply = [](const std::vector<KeptEvent>&) {},
                    .observe = [](const Commit&) {}});
}

/// Events of these moments.
void tell(EventWriter& writer, const std::vector<std::int64_t>& times) {
  std::vector<Row> rows;
  for (const auto time : times) rows.push_back({{.customer = "u", .time_us = time}, {}, 1});
  writer.change_now([&](EventStore& store) { store.append(rows); });
}

std::vector<std::int64_t> times(const std::filesystem::path& folder) {
  const EventStore store(folder, EventStore::Access::kRead);
  std::vector<std::int64_t> found;
  std::int64_t after = 0;
  for (const auto& row : store.read(after, 1'000'000)) found.push_back(row.event.time_us);
  return found;
}

bool never() { return false; }

TEST(Retention, ErasesWhatIsFromBeforeWhereverItLies) {
  const test::ScratchFolder scratch;
  const auto writer = writer_in(scratch.path());
  Retention retention(scratch.path(), *writer);
  EXPECT_EQ(retention.erase_before(10, never), 0U) << "nothing is there";
  tell(*writer, {5, 12, 9, 10, 30, -1});
  EXPECT_EQ(retention.erase_before(10, never), 3U);
  EXPECT_EQ(times(scratch.path()), (std::vector<std::int64_t>{12, 10, 30}));
  EXPECT_EQ(retention.erase_before(10, never), 0U);
  tell(*writer, {7, 40});
  EXPECT_EQ(retention.erase_before(11, never), 2U);
  EXPECT_EQ(times(scratch.path()), (std::vector<std::int64_t>{12, 30, 40}));
}

TEST(Retention, KnowsWhichOfManyRowsAreOld) {
  const test::ScratchFolder scratch;
  const auto writer = writer_in(scratch.path());
  Retention retention(scratch.path(), *writer);
  std::vector<std::int64_t> left;
  for (std::int64_t r = 0; r < 50'000; ++r) left.push_back(r % 7 == 0 ? r / 2 : r);
  tell(*writer, left);
  for (const std::int64_t before : {100, 100, 21'000, 20'500, 30'000, 70'000}) {
    const auto n = static_cast<std::size_t>(
        std::erase_if(left, [&](std::int64_t time) { return time < before; }));
    EXPECT_EQ(retention.erase_before(before, never), n) << before;
    EXPECT_EQ(times(scratch.path()), left) << before;
    if (before == 30'000) continue;
    tell(*writer, {60'000, 20'000});
    left.insert(left.end(), {60'000, 20'000});
  }
}

TEST(Retention, GoesOnAfterARestart) {
  const test::ScratchFolder scratch;
  std::vector<std::int64_t> all(10'000, 1);
  all.push_back(20);
  std::size_t n_erased = 0;
  {
    const auto writer = writer_in(scratch.path());
    tell(*writer, all);
    int n_asked = 0;
    n_erased = Retention(scratch.path(), *writer).erase_before(10, [&] { return ++n_asked > 2; });
    EXPECT_GT(n_erased, 0U);
    EXPECT_LT(n_erased, 10'000U);
    EXPECT_EQ(times(scratch.path()).size(), all.size() - n_erased);
  }
  const auto writer = writer_in(scratch.path());
  Retention retention(scratch.path(), *writer);
  EXPECT_EQ(n_erased + retention.erase_before(10, never), 10'000U);
  EXPECT_EQ(times(scratch.path()), std::vector<std::int64_t>{20});
}

}  // namespace
}  // namespace vitrina::store
