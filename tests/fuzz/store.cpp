#include <cstring>
#include <future>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/time.hpp"
#include "fuzz/folder.hpp"
#include "fuzz/target.hpp"
#include "store/event_store.hpp"
#include "store/event_writer.hpp"

// What a server finds in its store at a start: the database and the log ahead of it, whatever has
// become of them. Four bytes say how long the database is, little-endian; the log follows it.

namespace vitrina::fuzz {
namespace {

using store::EventStore;

constexpr const char* kDatabase = "events.db";
constexpr const char* kLogAhead = "events.db-wal";

std::filesystem::path store_of(std::string_view bytes) {
  auto path = folder("store");
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  std::uint32_t n = 0;
  std::memcpy(&n, bytes.data(), std::min(sizeof(n), bytes.size()));
  bytes.remove_prefix(std::min(sizeof(n), bytes.size()));
  write_plain(path / kDatabase, bytes.substr(0, n));
  if (bytes.size() > n) write_plain(path / kLogAhead, bytes.substr(n));
  return path;
}

KeptEvent event() {
  return {.customer = "7", .action = 0, .product = "1", .page = 2, .time_us = 1};
}

/// Reads the store as a server does and tells it an event; whether it says that it is kept.
bool tell(const std::filesystem::path& path) {
  std::size_t n_read = 0;
  std::int64_t now = 0;
  store::EventWriter writer(
      std::make_unique<EventStore>(path, EventStore::Access::kWrite),
      {.now = [&] { return ++now; },
       .apply =
           [&](const std::vector<KeptEvent>& events) {
             n_read += events.size();
             for (const auto& each : events) {
               require(each.action >= 0 && each.action <= 9 && !each.customer.empty(),
                       "what is read is an event");
             }
           },
       .observe = [](const store::Commit&) {}});
  require(n_read == writer.n_replayed(), "all that is read is told");
  std::promise<bool> is_kept;
  const bool is_taken =
      writer.append({{std::nullopt, {event()}, false}},
                    [&](const store::Appended& told) { is_kept.set_value(!told.error); });
  require(is_taken, "one event does not wait for too many");
  return is_kept.get_future().get();
}

void run(Bytes input) {
  const auto path = store_of(text_of(input));
  try {
    if (!tell(path)) return;
    EventStore again(path, EventStore::Access::kRead);
    (void)again.receipt(store::Kind::kUser, "7");
    again.products().read([](const ProductFacts&) {});
    std::int64_t after = 0;
    while (!again.read(after, 1000).empty()) {
    }
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kBadData || error.code() == ErrorCode::kOutOfResources ||
                error.code() == ErrorCode::kIncompatibleArtifact,
            error.what());
    require(std::string_view(error.what()).find('\n') == std::string_view::npos,
            "an error is one line");
  }
}

std::string bytes_of(const std::filesystem::path& path) {
  const auto database = read_file(path / kDatabase);
  const auto n = static_cast<std::uint32_t>(database.size());
  std::string bytes(sizeof(n), '\0');
  std::memcpy(bytes.data(), &n, sizeof(n));
  bytes += database;
  if (exists(path / kLogAhead)) bytes += read_file(path / kLogAhead);
  return bytes;
}

std::vector<Seed> seeds() {
  const auto path = folder("store_seed");
  std::vector<Seed> seeds;
  {
    EventStore store(path, EventStore::Access::kWrite);
    seeds.push_back({"empty", bytes_of(path)});
    std::vector<store::Row> rows;
    for (int e = 0; e < 20; ++e) {
      auto each = event();
      each.is_visit = e % 3 == 0;
      each.action = e % 10;
      each.device = e % 2 == 0 ? "d" : "";
      each.time_us = e * kUsPerHour;
      rows.push_back({each, store::EventKey::of(std::to_string(e)), e, {}});
    }
    store.append(rows);
    seeds.push_back({"ahead", bytes_of(path)});
    store.forget(store::Kind::kUser, "7");
    (void)store.empty_log();
    seeds.push_back({"forgotten", bytes_of(path)});
  }
  seeds.push_back({"closed", bytes_of(path)});
  return seeds;
}

}  // namespace

const Target kStoreTarget{"store", "the events' database, read at a start", run, seeds};

}  // namespace vitrina::fuzz
