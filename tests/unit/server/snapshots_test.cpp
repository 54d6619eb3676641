#include "server/snapshots.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/file.hpp"
#include "unit/server/router_fixture.hpp"

// A restart from a copy of what memory held.

namespace vitrina::server {
namespace {

class SnapshotsTest : public RouterTest {
 protected:
  AppOptions options() {
    return {.bundle = folder() / "bundle",
            .store = scratch_.path() / "store",
            .data = scratch_.path() / "log",
            .min_snapshot_events = 1,
            .on_warning = [this](const std::string& text) { warnings_.push_back(text); }};
  }
  void SetUp() override {
    write_file(scratch_.path() / "log" / "train_actions.csv", test::log_csv(events()));
  }
  [[nodiscard]] std::filesystem::path snapshot() const {
    return scratch_.path() / "store" / "snapshot.bin";
  }

  static void tell(App& app, const std::string& id, const std::string& user) {
    Router router(app, Door::kShop);
    std::promise<Response> told;
    router.handle(
        {.method = Method::kPost,
         .target = "/v1/events",
         .body = fmt::format(R"({{"events":[{{"event_id":"{}","user_id":"{}","action":"view",)"
                             R"("products":["new {}"]}}]}})",
                             id, user, id),
         .content_type = "application/json"},
        [&](Response response) { told.set_value(std::move(response)); });
    last_status() = told.get_future().get().body;
  }
  static std::string& last_status() {
    static std::string text;
    return text;
  }
  static void forget(App& app, const std::string& user) {
    Router router(app, Door::kShop);
    std::promise<Response> told;
    router.handle({.method = Method::kDelete, .target = "/v1/users/" + user},
                  [&](Response response) { told.set_value(std::move(response)); });
    const auto response = told.get_future().get();
    EXPECT_EQ(response.status, 200) << response.body;
  }
  /// Of the store's folder, without the lock.
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.path() / "store")) {
      if (!entry.path().filename().string().starts_with('.')) names.insert(entry.path().filename());
    }
    return names;
  }
  /// All events of all users of the log, and those told since.
  static std::string state(App& app) {
    std::string text;
    for (const auto& event : events()) {
      for (const auto& kept : app.live().events_of(event.user)) {
        text += fmt::format("{} {} {} {} {} {};", kept.customer, kept.time_us, kept.action,
                            kept.product, kept.page, kept.device);
      }
    }
    return text;
  }

  std::vector<std::string> warnings_;
};

TEST_F(SnapshotsTest, ARestartHasWhatWasThereAndTheRowsBehind) {
  const auto user = events().front().user;
  std::string before;
  std::size_t n_events = 0;
  {
    App app(options());
    EXPECT_TRUE(std::filesystem::exists(snapshot())) << "made at the first start";
    tell(app, "1", user);
    before = state(app);
    n_events = app.live().n_events();
  }
  // the log is of the snapshot: were it read, it would fail
  const auto log = scratch_.path() / "log" / "train_actions.csv";
  const auto time = std::filesystem::last_write_time(log);
  write_file(log, std::string(std::filesystem::file_size(log), 'x'));
  std::filesystem::last_write_time(log, time);
  {
    App app(options());
    EXPECT_EQ(state(app), before);
    EXPECT_EQ(app.live().n_events(), n_events);
    tell(app, "1", user);
    EXPECT_EQ(last_status(), R"({"statuses":["repeated"]})") << "ids are known as before";
    tell(app, "2", user);
    before = state(app);
    // as a kill would: what is behind the snapshot is in the store alone
    std::filesystem::copy_file(snapshot(), scratch_.path() / "kept");
  }
  std::filesystem::rename(scratch_.path() / "kept", snapshot());
  App app(options());
  EXPECT_EQ(state(app), before);
  EXPECT_EQ(app.live().n_events(), n_events + 1);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(SnapshotsTest, WhatHasNotChangedIsNotWrittenAgain) {
  std::int64_t made = 0;
  {
    const App app(options());
    made = app.snapshots().last_s();
    EXPECT_GT(made, 1'700'000'000);
  }
  const auto time = std::filesystem::last_write_time(snapshot());
  {
    const App app(options());
    EXPECT_EQ(app.snapshots().last_s(), made);
  }
  EXPECT_EQ(std::filesystem::last_write_time(snapshot()), time);
}

TEST_F(SnapshotsTest, ACopyOfAnotherKindIsNotRead) {
  const auto user = events().front().user;
  std::string before;
  {
    App app(options());
    tell(app, "1", user);
    before = state(app);
    (void)app.live().save(snapshot(), "[7]");
  }
  App app(options());
  EXPECT_EQ(state(app), before);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(SnapshotsTest, WhatLiesBesideALogDoesNotStandInTheWay) {
  const auto log = scratch_.path() / "log";
  const auto describe = [&] { return Snapshots::describe(log, {}); };
  const auto before = describe();
  EXPECT_LT(before.size(), 100U) << "it is a note of every copy";
  write_file(log / "photos" / "2024" / "deep.jpg", "jpg");
  EXPECT_EQ(describe(), before) << "nobody reads a log there";
  std::filesystem::permissions(log / "photos", std::filesystem::perms::none);
  EXPECT_NO_THROW((void)describe());
  std::filesystem::permissions(log / "photos", std::filesystem::perms::owner_all);
  write_file(log / "part-1.csv", "x");
  EXPECT_NE(describe(), before);
}

TEST_F(SnapshotsTest, WhoIsForgottenIsInNoSnapshot) {
  const auto user = events().front().user;
  std::size_t n_events = 0;
  {
    App app(options());
    forget(app, user);
    EXPECT_FALSE(std::filesystem::exists(snapshot()));
    n_events = app.live().n_events();
  }
  EXPECT_TRUE(std::filesystem::exists(snapshot())) << "a new one, at the stop";
  App app(options());
  EXPECT_TRUE(app.live().events_of(user).empty());
  EXPECT_EQ(app.live().n_events(), n_events);
  EXPECT_GT(n_events, 0U);
}

TEST_F(SnapshotsTest, WhoIsForgottenIsInNoFileWhateverIsLeftOfCopies) {
  const auto user = events().front().user;
  const auto store = scratch_.path() / "store";
  App app(options());
  for (const auto* name : {"snapshot.new", "snapshot.new.tmp", "snapshot.old"}) {
    std::filesystem::copy_file(snapshot(), store / name);
  }
  forget(app, user);
  EXPECT_EQ(files(), (std::set<std::string>{"events.db", "events.db-shm", "events.db-wal"}));
}

TEST_F(SnapshotsTest, WhoIsForgottenWhileACopyIsMadeIsInNoFile) {
  auto always = options();
  always.snapshot_every = std::chrono::seconds(0);
  {
    App app(always);
    for (int i = 0; i < 50; ++i) {
      const auto user = fmt::format("leaver {:02}", i);
      tell(app, std::to_string(i), user);
      while (!std::filesystem::exists(snapshot())) std::this_thread::yield();
      tell(app, fmt::format("{} again", i), user);  // and another one is made
      forget(app, user);
      for (const auto& name : files()) {
        std::ifstream in(scratch_.path() / "store" / name, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        EXPECT_EQ(bytes.find(user), std::string::npos) << user << " in " << name;
      }
    }
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(warnings_, "\n")), "");
}

TEST_F(SnapshotsTest, OneFromBeforeAForgettingIsNotUsed) {
  const auto user = events().front().user;
  {
    App app(options());
    tell(app, "1", user);
    tell(app, "2", events().back().user);  // the last row stays
  }
  std::filesystem::copy_file(snapshot(), scratch_.path() / "backup");
  {
    App app(options());
    forget(app, user);
  }
  std::filesystem::rename(scratch_.path() / "backup", snapshot());
  App app(options());
  EXPECT_TRUE(app.live().events_of(user).empty());
}

TEST_F(SnapshotsTest, AStartLeavesNothingOfThoseThatWereNotFinished) {
  {
    const App app(options());
  }
  for (const auto* name : {"snapshot.new", "snapshot.new.tmp", "snapshot.old"}) {
    write_file(scratch_.path() / "store" / name, "of whoever there was");
  }
  App app(options());
  EXPECT_EQ(files(),
            (std::set<std::string>{"events.db", "events.db-shm", "events.db-wal", "snapshot.bin"}));
}

TEST_F(SnapshotsTest, OneThatCannotTakeItsPlaceIsAWarningAndOneThatCannotGoAnError) {
  write_file(snapshot() / "in the way", "");
  App app(options());
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("snapshot.bin: cannot write: "), std::string::npos) << warnings_[0];
  EXPECT_EQ(app.snapshots().n_failed(), 1U);
  EXPECT_EQ(app.snapshots().last_s(), 0);
  Router router(app, Door::kShop);
  std::promise<Response> told;
  router.handle({.method = Method::kDelete, .target = "/v1/users/7"},
                [&](Response response) { told.set_value(std::move(response)); });
  const auto response = told.get_future().get();
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.body.find("snapshot.old: cannot erase: "), std::string::npos) << response.body;
}

TEST_F(SnapshotsTest, OneThatIsDamagedOrOfAnotherLogIsNotUsed) {
  std::string before;
  {
    App app(options());
    before = state(app);
  }
  const auto good = read_file(snapshot());
  for (const auto& bad : {good.substr(0, good.size() / 2), good + "x", std::string("short"), [&] {
                            auto flipped = good;
                            auto& byte = flipped[flipped.size() / 2];
                            byte = byte == 'x' ? 'y' : 'x';
                            return flipped;
                          }()}) {
    warnings_.clear();
    write_file(snapshot(), bad);
    App app(options());
    EXPECT_EQ(state(app), before);
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_NE(warnings_[0].find("snapshot.bin: "), std::string::npos) << warnings_[0];
    EXPECT_NE(warnings_[0].find("the store is read in its place"), std::string::npos);
  }
  warnings_.clear();
  auto fewer = events();
  fewer.resize(fewer.size() / 2);
  write_file(scratch_.path() / "log" / "train_actions.csv", test::log_csv(fewer));
  App app(options());
  EXPECT_NE(state(app), before);
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(SnapshotsTest, AStoreThatIsAnotherOneHasNoUseOfIt) {
  const auto user = events().front().user;
  {
    App app(options());
    tell(app, "1", user);
  }
  for (const auto* file : {"events.db", "events.db-wal", "events.db-shm"}) {
    std::filesystem::remove(scratch_.path() / "store" / file);
  }
  App app(options());
  for (const auto& kept : app.live().events_of(user)) EXPECT_NE(kept.product, "new 1");
}

}  // namespace
}  // namespace vitrina::server
