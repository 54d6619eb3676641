#include "store/event_store.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "support/scratch.hpp"

namespace vitrina::store {
namespace {

using Access = EventStore::Access;

std::vector<Row> some_rows() {
  KeptEvent full{.customer = "ünder 'quotes'",
                 .action = 2,
                 .product = "p\"1",
                 .page = 4'000'000'000U,
                 .device = "d",
                 .time_us = 1'710'000'000'123'456};
  KeptEvent bare{.is_visit = true, .customer = "v", .action = 7, .time_us = -5};
  return {{full, EventKey::of("one"), 10, "r-1"}, {bare, std::nullopt, 11}};
}

std::vector<Row> read_all(const EventStore& store) {
  std::int64_t after = 0;
  return store.read(after, 1000);
}

void expect_rows(const std::vector<Row>& found, const std::vector<Row>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t r = 0; r < found.size(); ++r) {
    EXPECT_EQ(found[r].event, expected[r].event);
    EXPECT_EQ(found[r].key, expected[r].key);
    EXPECT_EQ(found[r].arrived_us, expected[r].arrived_us);
    EXPECT_EQ(found[r].recommendation, expected[r].recommendation);
  }
}

template <class Action>
std::string refusal(ErrorCode code, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "nothing was thrown";
}

/// Whether a file of the store's folder holds the text.
bool holds(const std::filesystem::path& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(EventStore, GivesBackWhatItWasGivenAfterARestart) {
  const test::ScratchFolder scratch;
  const auto rows = some_rows();
  {
    EventStore store(scratch.path() / "new" / "store", Access::kWrite);
    store.append(rows);
    expect_rows(read_all(store), rows);
  }
  EventStore store(scratch.path() / "new" / "store", Access::kWrite);
  expect_rows(read_all(store), rows);
  std::int64_t after = 0;
  EXPECT_EQ(store.read(after, 1).size(), 1U);
  expect_rows(store.read(after, 1), {rows[1]});
  EXPECT_TRUE(store.read(after, 1).empty());
}

TEST(EventStore, HasOneWriterAndManyReaders) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path() / "s", Access::kWrite);
  store.append(some_rows());
  EXPECT_NE(
      refusal(ErrorCode::kOutOfResources, [&] { EventStore(scratch.path() / "s", Access::kWrite); })
          .find("'vitrina serve' (process"),
      std::string::npos);
  const EventStore reader(scratch.path() / "s", Access::kRead);
  EXPECT_EQ(reader.n_rows(), 2);
  store.append(some_rows());
  EXPECT_EQ(reader.n_rows(), 4);
}

TEST(EventStore, RefusesWhatIsNoStore) {
  const test::ScratchFolder scratch;
  EXPECT_NE(refusal(ErrorCode::kMissingInput, [&] { EventStore(scratch.path(), Access::kRead); })
                .find("events.db is not there"),
            std::string::npos);
  write_file(scratch.path() / "text" / "events.db", std::string(5000, 'x'));
  EXPECT_NE(
      refusal(ErrorCode::kBadData, [&] { EventStore(scratch.path() / "text", Access::kWrite); })
          .find("is no store of events"),
      std::string::npos);
  std::filesystem::create_directories(scratch.path() / "other");
  Database(scratch.path() / "other" / "events.db", Database::Mode::kCreate)
      .run("CREATE TABLE events (a)");
  EXPECT_NE(
      refusal(ErrorCode::kBadData, [&] { EventStore(scratch.path() / "other", Access::kWrite); })
          .find("is no store of events"),
      std::string::npos);
}

TEST(EventStore, RefusesAnotherVersion) {
  for (const int version : {2, 4}) {
    const test::ScratchFolder scratch;
    {
      const EventStore store(scratch.path(), Access::kWrite);
    }
    Database(scratch.path() / "events.db", Database::Mode::kExisting)
        .run(fmt::format("PRAGMA user_version = {}", version).c_str());
    for (const auto access : {Access::kRead, Access::kWrite}) {
      EXPECT_NE(
          refusal(ErrorCode::kIncompatibleArtifact, [&] { EventStore(scratch.path(), access); })
              .find(fmt::format("found a store of version {}, expected 3; use", version)),
          std::string::npos);
    }
  }
}

TEST(EventStore, RefusesTablesThatAreNotItsOwn) {
  for (const auto* change :
       {"ALTER TABLE events RENAME COLUMN kind TO \"k\nd\"", "DROP TABLE forgotten",
        "DROP TABLE about", "DROP TABLE events",
        "CREATE TRIGGER t BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END"}) {
    const test::ScratchFolder scratch;
    {
      const EventStore store(scratch.path(), Access::kWrite);
    }
    Database(scratch.path() / "events.db", Database::Mode::kExisting).run(change);
    const auto said = refusal(ErrorCode::kIncompatibleArtifact, [&] {
      EventStore store(scratch.path(), Access::kWrite);
      store.append(some_rows());
      (void)store.receipt(Kind::kUser, "7");
    });
    EXPECT_NE(said.find("is damaged ("), std::string::npos) << said;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

/// Ends the process with 0 where the store is refused, as somebody who may do nothing by right.
[[noreturn]] void open_as_nobody(const std::filesystem::path& folder) {
  constexpr ::uid_t kNobody = 65534;
  if (::geteuid() == 0 && ::setuid(kNobody) != 0) std::exit(2);
  try {
    const EventStore store(folder, Access::kWrite);
  } catch (const Error& error) {
    std::cerr << error.what();
    std::exit(error.code() == ErrorCode::kOutOfResources ? 0 : 3);
  }
  std::exit(1);
}

/// Has a table's first and last pages change places.
void mix_up_pages(const std::filesystem::path& file, const std::string& table) {
  std::int64_t root = 0;
  std::int64_t page_size = 0;
  {
    const Database database(file, Database::Mode::kExisting);
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto sql = "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'";
    root = database.whole(sql.c_str());
    page_size = database.whole("PRAGMA page_size");
  }
  // https://www.sqlite.org/fileformat2.html: an interior page has its last child's number at 8, and
  // from 12 on where its cells are, which begin with their child's
  auto bytes = read_file(file);
  const auto page = static_cast<std::size_t>((root - 1) * page_size);
  ASSERT_EQ(bytes[page], 5) << "an interior page";
  const auto cell = page + 256 * static_cast<unsigned char>(bytes[page + 12]) +
                    static_cast<unsigned char>(bytes[page + 13]);
  std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(cell),
                   bytes.begin() + static_cast<std::ptrdiff_t>(cell + 4),
                   bytes.begin() + static_cast<std::ptrdiff_t>(page + 8));
  write_file(file, bytes);
}

TEST(EventStore, RefusesRowsInAnotherOrder) {
  const test::ScratchFolder scratch;
  {
    EventStore store(scratch.path(), Access::kWrite);
    store.append(std::vector<Row>(500, some_rows()[0]));
  }
  mix_up_pages(scratch.path() / "events.db", "events");
  const EventStore store(scratch.path(), Access::kRead);
  EXPECT_NE(refusal(ErrorCode::kIncompatibleArtifact, [&] { (void)read_all(store); })
                .find("comes behind row"),
            std::string::npos);
  EXPECT_NE(refusal(ErrorCode::kIncompatibleArtifact,
                    [&] { store.read_times(0, 1000, 1000, [](std::int64_t, std::int64_t) {}); })
                .find("comes behind row"),
            std::string::npos);
}

TEST(EventStore, AFileThatCannotBeWrittenToIsRefused) {
  const test::ScratchFolder scratch;
  {
    EventStore store(scratch.path(), Access::kWrite);
    store.append(some_rows());
  }
  using std::filesystem::perms;
  std::filesystem::permissions(scratch.path().parent_path(), perms::all);
  std::filesystem::permissions(scratch.path(), perms::all);
  for (const auto& file : std::filesystem::directory_iterator(scratch.path())) {
    const bool is_store = file.path().filename() == "events.db";
    std::filesystem::permissions(file, is_store ? perms{0444} : perms{0666});
  }
  EXPECT_EXIT(open_as_nobody(scratch.path()), testing::ExitedWithCode(0),
              "events.db: cannot be written to; give it to the server's user");
}

TEST(EventStore, RefusesRowsThatAreNoEvents) {
  for (const auto* change : {"action = 10", "action = -1", "customer = ''", "page = 4294967296",
                             "customer = CAST(x'ff' AS TEXT)", "product = CAST(x'd1' AS TEXT)",
                             "device = CAST(x'6180' AS TEXT)", "time = -9223372036854775808"}) {
    const test::ScratchFolder scratch;
    EventStore store(scratch.path(), Access::kWrite);
    store.append(some_rows());
    Database(scratch.path() / "events.db", Database::Mode::kExisting)
        .run((std::string("UPDATE events SET ") + change + " WHERE seq = 2").c_str());
    EXPECT_NE(refusal(ErrorCode::kIncompatibleArtifact, [&] { (void)read_all(store); })
                  .find("row 2 is no event"),
              std::string::npos)
        << change;
  }
}

TEST(EventStore, ForgetsACustomerToTheLastByte) {
  const test::ScratchFolder scratch;
  const auto folder = scratch.path() / "s";
  std::vector<Row> rows;
  for (int r = 0; r < 500; ++r) {
    const auto customer = r % 3 == 0 ? "forget-me-please" : "somebody else";
    rows.push_back({{.customer = customer, .action = 0, .product = "p", .time_us = r}, {}, r});
  }
  rows.push_back({{.is_visit = true, .customer = "forget-me-please"}, {}, 500});
  EventStore store(folder, Access::kWrite);
  store.append(rows);
  EXPECT_FALSE(store.has_forgotten());
  EXPECT_TRUE(holds(folder, "forget-me-please"));
  EXPECT_EQ(store.n_rows_of(Kind::kUser, "forget-me-please"), 167);
  EXPECT_FALSE(store.receipt(Kind::kUser, "forget-me-please"));
  const auto receipt = store.forget(Kind::kUser, "forget-me-please");
  EXPECT_EQ(receipt.n_rows, 167);
  EXPECT_EQ(receipt.digest.size(), 64U);
  EXPECT_GT(receipt.at_s, 1'700'000'000);
  EXPECT_EQ(store.n_rows(), 334) << "a visit of that name is another one's";
  EXPECT_EQ(store.forget(Kind::kVisit, "forget-me-please").n_rows, 1);
  EXPECT_TRUE(store.has_traces());
  EXPECT_TRUE(store.empty_log());
  EXPECT_FALSE(store.has_traces());
  EXPECT_FALSE(holds(folder, "forget-me-please"));
  const auto kept = store.receipt(Kind::kUser, "forget-me-please");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->digest, receipt.digest);
  EXPECT_GE(kept->at_s, receipt.at_s);
  EXPECT_FALSE(store.receipt(Kind::kUser, "somebody else"));
  EXPECT_EQ(store.forget(Kind::kUser, "forget-me-please").n_rows, 0);
}

TEST(EventStore, ReadsALinkedVisitAsItsUsersAndForgetsItWithThem) {
  const test::ScratchFolder scratch;
  const auto folder = scratch.path() / "s";
  const Row before{{.is_visit = true, .customer = "guest-77", .time_us = 1}, {}, 1};
  const Row after{{.is_visit = true, .customer = "guest-77", .time_us = 2}, {}, 2};
  const Row other{{.is_visit = true, .customer = "other", .time_us = 3}, {}, 3};
  {
    EventStore store(folder, Access::kWrite);
    store.append(std::vector{before});
    EXPECT_TRUE(store.link("guest-77", "u"));
    EXPECT_TRUE(store.link("guest-77", "u")) << "again";
    EXPECT_FALSE(store.link("guest-77", "w"));
    store.append(std::vector{after, other});
  }
  EventStore store(folder, Access::kWrite);
  const auto rows = read_all(store);
  ASSERT_EQ(rows.size(), 3U);
  for (const auto& row : {rows[0], rows[1]}) {
    EXPECT_FALSE(row.event.is_visit);
    EXPECT_EQ(row.event.customer, "u");
  }
  EXPECT_EQ(rows[2].event, other.event);
  EXPECT_EQ(store.n_rows_of(Kind::kUser, "u"), 2);
  EXPECT_NE(refusal(ErrorCode::kBadData, [&] { store.forget(Kind::kVisit, "guest-77"); })
                .find("visit 'guest-77': is linked to user 'u'"),
            std::string::npos);
  EXPECT_EQ(store.n_rows_of(Kind::kUser, "u"), 2);
  EXPECT_EQ(store.forget(Kind::kUser, "u").n_rows, 2);
  EXPECT_TRUE(store.empty_log());
  EXPECT_FALSE(holds(folder, "guest-77"));
  EXPECT_TRUE(store.links().all().empty());
  EXPECT_TRUE(store.link("guest-77", "w")) << "nobody's any more";
  EXPECT_EQ(store.n_rows(), 1);
}

TEST(EventStore, EmptiesItsLogWhenNobodyReadsIt) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  store.append(some_rows());
  {
    const Database reader(scratch.path() / "events.db", Database::Mode::kExisting);
    reader.run("BEGIN; SELECT count(*) FROM events");
    store.forget(Kind::kVisit, "v");
    EXPECT_FALSE(store.empty_log());
    EXPECT_TRUE(store.has_traces());
    store.append(some_rows());
  }
  EXPECT_TRUE(store.empty_log());
  EXPECT_EQ(std::filesystem::file_size(scratch.path() / "events.db-wal"), 0U);
}

TEST(EventStore, TellsTextsThatHaveAnIdAsAPart) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  EXPECT_TRUE(store.texts_around("77").empty());
  store.append(std::vector<Row>{{{.customer = "77"}, {}, 1, "r-77"},
                                {{.customer = "775", .product = "p77", .device = "d77"}, {}, 2},
                                {{.customer = "775", .product = "7"}, {}, 3}});
  EXPECT_TRUE(store.link("guest-77", "u77"));
  store.products().put(std::vector<ProductFacts>{{.product_id = "p77", .title = "77 lamps"}});
  EXPECT_EQ(store.texts_around("77"),
            (std::vector<std::string>{"77 lamps", "775", "d77", "guest-77", "p77", "r-77", "u77"}));
}

TEST(EventStore, KeepsTheNewestOfEachFieldOfAProduct) {
  const test::ScratchFolder scratch;
  const auto all = [](EventStore& store) {
    std::vector<ProductFacts> facts;
    store.products().read([&](const ProductFacts& one) { facts.push_back(one); });
    return facts;
  };
  {
    EventStore store(scratch.path(), Access::kWrite);
    store.products().put(std::vector<ProductFacts>{
        {.product_id = "b", .price = 9.5, .available = false, .category = "", .title = "Lamp"},
        {.product_id = "a", .url = "https://a", .picture = "a.webp"},
        {.product_id = "b", .price = 8}});
    store.products().put(std::vector<ProductFacts>{{.product_id = "b", .available = true}});
  }
  EventStore store(scratch.path(), Access::kWrite);
  EXPECT_EQ(
      all(store),
      (std::vector<ProductFacts>{
          {.product_id = "a", .url = "https://a", .picture = "a.webp"},
          {.product_id = "b", .price = 8, .available = true, .category = "", .title = "Lamp"}}));
}

TEST(EventStore, KeepsTheClockOfItsTimes) {
  const test::ScratchFolder scratch;
  EXPECT_EQ(EventStore::clock_of(scratch.path()), "");
  {
    EventStore store(scratch.path(), Access::kWrite);
    EXPECT_EQ(store.clock(), "");
    store.set_clock("UTC");
    EXPECT_EQ(EventStore::clock_of(scratch.path()), "") << "no event is of it";
    store.set_clock("+03:00");
    store.append(some_rows());
  }
  EXPECT_EQ(EventStore::clock_of(scratch.path()), "+03:00");
  EXPECT_EQ(EventStore(scratch.path(), Access::kRead).clock(), "+03:00");
}

TEST(EventStore, KnowsTheLatestTimeOfItsNewestRows) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  EXPECT_EQ(store.latest(), 0);
  EXPECT_EQ(store.last_arrival(), 0);
  auto rows = some_rows();
  rows[0].event.time_us = 500;
  rows[1].event.time_us = 5000;
  store.append(rows);
  EXPECT_EQ(store.latest(), 5000);
  EXPECT_EQ(store.last_arrival(), rows.back().arrived_us);
}

TEST(EventStore, AReaderKnowsOfNoLinkOfWhoIsForgotten) {
  const test::ScratchFolder scratch;
  EventStore server(scratch.path(), Access::kWrite);
  server.link("tab", "ann");
  EventStore reader(scratch.path(), Access::kRead);
  server.forget(Kind::kUser, "ann");
  auto rows = some_rows();
  rows.resize(1);
  rows[0].event.is_visit = true;
  rows[0].event.customer = "tab";
  server.append(rows);
  reader.let_go_of_links();
  std::int64_t after = 0;
  const auto read = reader.read(after, 10);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].event.customer, "tab");
}

TEST(EventStore, ForgettingChangesTheMark) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  const auto before = store.mark(0);
  store.append(some_rows());
  EXPECT_EQ(store.mark(0), before) << "an export goes on while events come";
  store.forget(Kind::kUser, "whoever");
  EXPECT_NE(store.mark(0), before);
}

TEST(EventStore, ErasingTheFirstRowsByHandChangesTheMark) {
  const test::ScratchFolder scratch;
  EventStore store(scratch.path(), Access::kWrite);
  store.append(some_rows());
  const auto before = store.mark(2);
  store.append(some_rows());
  EXPECT_EQ(store.mark(2), before) << "of rows behind a copy it says nothing";
  Database(scratch.path() / "events.db", Database::Mode::kExisting)
      .run("DELETE FROM events WHERE seq <= 1");
  EXPECT_NE(store.mark(2), before);
}

TEST(EventStore, AStopLeavesAnEmptyLogForTheNextStart) {
  const test::ScratchFolder scratch;
  {
    EventStore store(scratch.path(), Access::kWrite);
    store.append(some_rows());
  }
  EXPECT_EQ(std::filesystem::file_size(scratch.path() / "events.db-wal"), 0U);
  EXPECT_TRUE(std::filesystem::exists(scratch.path() / "events.db-shm"));
  {
    const EventStore reader(scratch.path(), Access::kRead);
    EXPECT_EQ(reader.n_rows(), 2);
  }
  EXPECT_TRUE(std::filesystem::exists(scratch.path() / "events.db-shm"));
}

TEST(RecentIds, KnowsIdsForADay) {
  RecentIds recent;
  const auto a = EventKey::of("a");
  const auto b = EventKey::of("b");
  EXPECT_TRUE(recent.add(a, 0));
  EXPECT_FALSE(recent.add(a, 5));
  EXPECT_TRUE(recent.add(b, 10));
  recent.expire(RecentIds::kWindowUs + 1);
  EXPECT_TRUE(recent.add(a, 20));
  EXPECT_FALSE(recent.add(b, 20));
  recent.shrink(1);
  EXPECT_TRUE(recent.add(a, 30)) << "taken back";
  EXPECT_EQ(recent.size(), 2U);
}

}  // namespace
}  // namespace vitrina::store
