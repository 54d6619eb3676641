#include "store/event_writer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/scratch.hpp"

namespace vitrina::store {
namespace {

NewEvent view(const std::string& id, const std::string& customer, std::int64_t time = 0) {
  return {id.empty() ? std::nullopt : std::optional(EventKey::of(id)),
          {{.customer = customer, .action = 0, .product = "p", .time_us = time},
           {.customer = customer, .action = 0, .product = "q", .time_us = time}}};
}

/// A writer, and what it has told to memory: only its own thread touches that while it lives.
struct Written {
  explicit Written(const std::filesystem::path& folder)
      : writer(std::make_unique<EventStore>(folder, EventStore::Access::kWrite),
               {.now = [this] { return ++clock; },
                .apply =
                    [this](const std::vector<KeptEvent>& events) {
                      if (on_apply) on_apply(events);
                      for (const auto& event : events) ++n_of[event.customer];
                    },
                .observe =
                    [this](const Commit& commit) {
                      ++n_commits;
                      if (!commit.is_done) ++n_failed;
                    }}) {}

  Appended append(std::vector<NewEvent> events) {
    std::promise<Appended> told;
    EXPECT_TRUE(
        writer.append(std::move(events), [&](Appended a) { told.set_value(std::move(a)); }));
    return told.get_future().get();
  }
  std::int64_t forget(const std::string& customer) {
    std::int64_t n_rows = 0;
    change([&](EventStore& store) {
      n_rows = store.forget(Kind::kUser, customer).n_rows;
      n_of.erase(customer);
    });
    return n_rows;
  }
  std::optional<Error> change(std::function<void(EventStore&)> work) {
    std::promise<std::optional<Error>> told;
    writer.change(std::move(work), [&](const auto& error) { told.set_value(error); });
    return told.get_future().get();
  }

  std::atomic<std::int64_t> clock{100};
  std::function<void(const std::vector<KeptEvent>&)> on_apply;
  std::map<std::string, int> n_of;
  std::atomic<int> n_commits{0};
  std::atomic<int> n_failed{0};
  EventWriter writer;
};

TEST(EventWriter, StoresAnEventOfOneIdOnceAlsoAfterARestart) {
  const test::ScratchFolder scratch;
  {
    Written written(scratch.path());
    EXPECT_EQ(written.append({view("1", "u"), view("", "w"), view("1", "u")}).is_stored,
              (std::vector<bool>{true, true, false}));
    EXPECT_EQ(written.append({view("1", "u"), view("", "w"), view("2", "u")}).is_stored,
              (std::vector<bool>{false, true, true}));
    EXPECT_EQ(written.n_of, (std::map<std::string, int>{{"u", 4}, {"w", 4}}));
  }
  Written again(scratch.path());
  EXPECT_EQ(again.n_of, (std::map<std::string, int>{{"u", 4}, {"w", 4}}));
  EXPECT_EQ(again.writer.n_replayed(), 8U);
  EXPECT_EQ(again.append({view("2", "u"), view("3", "u")}).is_stored,
            (std::vector<bool>{false, true}));
}

std::int64_t hours_ago(int hours) {
  const auto then = std::chrono::system_clock::now() - std::chrono::hours(hours);
  return std::chrono::duration_cast<std::chrono::microseconds>(then.time_since_epoch()).count();
}

/// As a writer of the past has left them: ids and when they arrived.
void leave(const std::filesystem::path& folder,
           const std::vector<std::pair<std::string, std::int64_t>>& arrivals) {
  EventStore store(folder, EventStore::Access::kWrite);
  std::vector<Row> rows;
  for (const auto& [id, arrived] : arrivals) {
    rows.push_back({{.customer = "u", .product = "p"}, EventKey::of(id), arrived});
  }
  store.append(rows);
}

TEST(EventWriter, KnowsAnIdThatWasStoredAgainWhenItsWindowWasOver) {
  const test::ScratchFolder scratch;
  leave(scratch.path(), {{"1", hours_ago(26)}, {"2", hours_ago(25)}, {"1", hours_ago(1)}});
  Written written(scratch.path());
  EXPECT_EQ(written.append({view("1", "u"), view("2", "u")}).is_stored,
            (std::vector<bool>{false, true}));
}

TEST(EventWriter, ArrivalsNeverFallWhateverTheClockWas) {
  const test::ScratchFolder scratch;
  leave(scratch.path(), {{"1", hours_ago(-3)}});
  {
    Written written(scratch.path());
    EXPECT_EQ(written.append({view("1", "u"), view("2", "u")}).is_stored,
              (std::vector<bool>{false, true}));
  }
  const EventStore store(scratch.path(), EventStore::Access::kRead);
  EXPECT_GE(store.last_arrival(), hours_ago(-2));
  Written again(scratch.path());
  EXPECT_EQ(again.append({view("2", "u"), view("3", "u")}).is_stored,
            (std::vector<bool>{false, true}));
}

TEST(EventWriter, NoEventOnItsWayIsBeforeTheMomentToAnswerAsOf) {
  const test::ScratchFolder scratch;
  Written written(scratch.path());
  EXPECT_EQ(written.writer.moment(), 101);
  std::vector<std::int64_t> moments;
  written.on_apply = [&](const std::vector<KeptEvent>& events) {
    moments = {events.front().time_us, written.writer.moment(), written.clock};
  };
  auto told_before = view("1", "u", 7);
  told_before.is_now = false;
  written.append({told_before, view("2", "u", 7), view("3", "u", 7)});
  EXPECT_EQ(moments, (std::vector<std::int64_t>{7, 102, 103})) << "one is of its own time";
  EXPECT_EQ(written.writer.moment(), 104);
  written.append({told_before});
  EXPECT_EQ(written.writer.moment(), 105);
}

TEST(EventWriter, ForgetsInMemoryAndStore) {
  const test::ScratchFolder scratch;
  {
    Written written(scratch.path());
    written.append({view("1", "u"), view("2", "w")});
    EXPECT_EQ(written.forget("u"), 2);
    EXPECT_EQ(written.n_of, (std::map<std::string, int>{{"w", 2}}));
  }
  EXPECT_EQ(Written(scratch.path()).n_of, (std::map<std::string, int>{{"w", 2}}));
}

TEST(EventWriter, EmptiesTheLogWhenAReaderHasGone) {
  const test::ScratchFolder scratch;
  const auto log = scratch.path() / "events.db-wal";
  Written written(scratch.path());
  written.append({view("1", "u"), view("2", "w")});
  {
    const Database reader(scratch.path() / "events.db", Database::Mode::kExisting);
    reader.run("BEGIN; SELECT count(*) FROM events");
    written.forget("u");
    EXPECT_FALSE(written.change([](EventStore& store) { EXPECT_TRUE(store.has_traces()); }));
    EXPECT_GT(std::filesystem::file_size(log), 0U);
  }
  while (std::filesystem::file_size(log) > 0) std::this_thread::yield();
  EXPECT_FALSE(written.change([](EventStore& store) { EXPECT_FALSE(store.has_traces()); }));
}

TEST(EventWriter, ManyThreadsShareCommits) {
  constexpr int kThreads = 8;
  constexpr int kEvents = 100;
  const test::ScratchFolder scratch;
  std::atomic<int> n_stored = 0;
  {
    Written written(scratch.path());
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int e = 0; e < kEvents; ++e) {
          // each id is sent by two threads
          const auto told = written.append({view(fmt::format("{} {}", t / 2, e), "u", e)});
          n_stored += told.is_stored.at(0) ? 1 : 0;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_LT(written.n_commits, kThreads * kEvents);
  }
  EXPECT_EQ(n_stored, kThreads * kEvents / 2);
  EXPECT_EQ(Written(scratch.path()).n_of["u"], kThreads * kEvents);
}

TEST(EventWriter, WritesWhatWaitsBeforeItStops) {
  const test::ScratchFolder scratch;
  std::atomic<int> n_told = 0;
  {
    Written written(scratch.path());
    for (int e = 0; e < 200; ++e) {
      ASSERT_TRUE(written.writer.append({view(fmt::to_string(e), "u")}, [&](const Appended& told) {
        n_told += told.error ? 0 : 1;
      }));
    }
  }
  EXPECT_EQ(n_told, 200);
  EXPECT_EQ(Written(scratch.path()).n_of["u"], 400);
}

TEST(EventWriter, AFullDiskStoresNothingAndIsNoEnd) {
  const test::ScratchFolder scratch;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    Written written(scratch.path());
    EXPECT_FALSE(written.append({view("0", "u")}).error);
    const rlimit small{.rlim_cur = 64 * 1024, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::vector<NewEvent> many;
    for (int e = 0; e < 2000; ++e) many.push_back(view(fmt::format("many {}", e), "u", e));
    const auto told = written.append(many);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_TRUE(told.error);
    EXPECT_EQ(told.error->code(), ErrorCode::kOutOfResources) << told.error->what();
    EXPECT_EQ(written.n_failed, 1);
    EXPECT_EQ(written.n_of["u"], 2);
    // there is room again, and none of the ids counts as stored
    EXPECT_EQ(written.append(many).is_stored, std::vector<bool>(2000, true));
  }
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(Written(scratch.path()).n_of["u"], 4002);
}

}  // namespace
}  // namespace vitrina::store
