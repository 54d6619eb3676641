#include "store/forgetter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina::store {
namespace {

using Access = EventStore::Access;

Row row_of(const std::string& customer, bool is_visit = false) {
  return {{.is_visit = is_visit, .customer = customer, .product = "p"}, {}, 1};
}

/// Rows by customer, as the store has them.
std::map<std::string, int> counts(const EventStore& store) {
  std::map<std::string, int> n_of;
  std::int64_t after = 0;
  for (const auto& row : store.read(after, 100'000)) ++n_of[row.event.customer];
  return n_of;
}

TEST(FoundRows, AreForgottenWithThoseThatCameSince) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  store.append(std::vector{row_of("u"), row_of("w"), row_of("tab", true), row_of("u")});
  store.link("tab", "u");
  EventStore reader(scratch.path(), Access::kRead);
  int n_between = 0;
  const auto found = reader.find(Kind::kUser, "u", [&] { ++n_between; });
  EXPECT_EQ(found.until, 4);
  EXPECT_EQ(found.rows, (std::vector<std::int64_t>{1, 3, 4}));
  EXPECT_EQ(found.visits, std::vector<std::string>{"tab"});
  EXPECT_EQ(n_between, 1);
  store.append(std::vector{row_of("w"), row_of("u"), row_of("tab", true)});
  EXPECT_TRUE(store.covers(Kind::kUser, "u", found));
  EXPECT_EQ(store.forget(Kind::kUser, "u", found).n_rows, 5);
  EXPECT_EQ(counts(store), (std::map<std::string, int>{{"w", 2}}));
}

TEST(FoundRows, DoNotCoverAVisitThatWasLinkedSince) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  store.append(std::vector{row_of("tab", true), row_of("u"), row_of("other", true)});
  EventStore reader(scratch.path(), Access::kRead);
  const auto found = reader.find(Kind::kUser, "u");
  EXPECT_TRUE(store.covers(Kind::kUser, "u", found));
  EXPECT_TRUE(store.covers(Kind::kVisit, "tab", found));
  store.link("tab", "u");
  EXPECT_FALSE(store.covers(Kind::kUser, "u", found));
  EXPECT_EQ(store.forget(Kind::kUser, "u", found).n_rows, 2) << "all rows are read then";
  EXPECT_EQ(counts(store), (std::map<std::string, int>{{"other", 1}}));
}

TEST(FoundRows, AreNeverRowsOfOthersThatCameSince) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  store.append(std::vector{row_of("w"), row_of("u"), row_of("u")});
  const auto found = EventStore(scratch.path(), Access::kRead).find(Kind::kUser, "u");
  EXPECT_EQ(store.forget(Kind::kUser, "u", found).n_rows, 2);
  store.append(std::vector{row_of("w")});
  EXPECT_EQ(store.last_row(), 4) << "a number of its own";
  EXPECT_EQ(store.forget(Kind::kUser, "u", found).n_rows, 0) << "asked for twice at once";
  EXPECT_EQ(counts(store), (std::map<std::string, int>{{"w", 2}}));
}

/// A writer over some rows, and who forgets in its store.
struct Forgetting {
  explicit Forgetting(const std::filesystem::path& folder)
      : writer(std::make_unique<EventStore>(folder, Access::kWrite),
               {.now = [] { return 1; },
                .apply = [](const std::vector<KeptEvent>&) {},
                .observe = [](const Commit&) {}}),
        forgetter(std::make_unique<Forgetter>(folder, writer)) {
    writer.change_now([](EventStore& store) {
      store.append(std::vector{row_of("u"), row_of("w"), row_of("tab", true)});
    });
  }

  std::future<std::optional<Error>> forget(Kind kind, const std::string& id) {
    auto told = std::make_shared<std::promise<std::optional<Error>>>();
    forgetter->forget(
        kind, id,
        [kind, id](EventStore& store, const FoundRows& found) {
          (void)store.forget(kind, id, found);
        },
        [told](const std::optional<Error>& error) { told->set_value(error); });
    return told->get_future();
  }
  std::map<std::string, int> rows() {
    std::map<std::string, int> n_of;
    writer.change_now([&](EventStore& store) { n_of = counts(store); });
    return n_of;
  }

  EventWriter writer;
  std::unique_ptr<Forgetter> forgetter;
};

TEST(Forgetter, ForgetsOneAfterTheOther) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  auto first = forgetting.forget(Kind::kUser, "u");
  auto second = forgetting.forget(Kind::kVisit, "tab");
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(second.get());
  EXPECT_EQ(forgetting.rows(), (std::map<std::string, int>{{"w", 1}}));
}

TEST(Forgetter, TellsWhatIsRefused) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  forgetting.writer.change_now([](EventStore& store) { store.link("tab", "u"); });
  const auto error = forgetting.forget(Kind::kVisit, "tab").get();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kBadData) << error->what();
}

TEST(Forgetter, LooksAnewForAVisitThatIsLinkedMeanwhile) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  std::promise<void> is_going;
  std::promise<void> goes_on;
  forgetting.writer.change(
      [&](EventStore&) {
        is_going.set_value();
        goes_on.get_future().wait();
      },
      [](const auto&) {});
  is_going.get_future().wait();
  // before the erasing, whatever was found by then
  forgetting.writer.change([](EventStore& store) { store.link("tab", "u"); }, [](const auto&) {});
  auto told = forgetting.forget(Kind::kUser, "u");
  goes_on.set_value();
  EXPECT_FALSE(told.get());
  EXPECT_EQ(forgetting.rows(), (std::map<std::string, int>{{"w", 1}}));
}

TEST(Forgetter, OverwritesTheCopyOfMemoryFirst) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  const auto copy = scratch.path() / "snapshot.bin";
  const auto erased = scratch.path() / "another name";
  write_file(copy, "of u, too");
  std::filesystem::create_hard_link(copy, erased);
  EXPECT_FALSE(forgetting.forget(Kind::kUser, "u").get());
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_FALSE(std::filesystem::exists(scratch.path() / "snapshot.old"));
  EXPECT_EQ(read_file(erased), std::string(9, '\0'));
}

TEST(Forgetter, WhoComesAfterAStopIsToldSo) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  EXPECT_FALSE(forgetting.forget(Kind::kUser, "w").get());
  forgetting.forgetter->stop();
  const auto error = forgetting.forget(Kind::kUser, "u").get();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::kOutOfResources) << error->what();
  EXPECT_EQ(forgetting.rows(), (std::map<std::string, int>{{"tab", 1}, {"u", 1}}));
}

TEST(Forgetter, WhoseTurnHasNotComeIsToldAtAStop) {
  const test::ScratchFolder scratch;
  Forgetting forgetting(scratch.path());
  std::promise<void> goes_on;
  forgetting.writer.change([&](EventStore&) { goes_on.get_future().wait(); }, [](const auto&) {});
  std::vector<std::future<std::optional<Error>>> told;
  for (const auto* user : {"u", "w"}) told.push_back(forgetting.forget(Kind::kUser, user));
  auto stop = std::async(std::launch::async, [&] { forgetting.forgetter.reset(); });
  goes_on.set_value();
  stop.get();
  int n_rows = 1;  // the visit's
  for (auto& each : told) {
    const auto error = each.get();
    if (!error) continue;
    ++n_rows;
    EXPECT_EQ(error->code(), ErrorCode::kOutOfResources) << error->what();
  }
  int n_left = 0;
  for (const auto& [_, n] : forgetting.rows()) n_left += n;
  EXPECT_EQ(n_left, n_rows);
}

}  // namespace
}  // namespace vitrina::store
