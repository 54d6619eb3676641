#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"
#include "data/build.hpp"
#include "fuzz/folder.hpp"
#include "fuzz/target.hpp"
#include "io/log_reader.hpp"
#include "io/parquet_writer.hpp"
#include "support/events.hpp"
#include "support/random_shop.hpp"

// A click log, as CSV and as Parquet, read and made a shop of.

namespace vitrina::fuzz {
namespace {

void check(const Shop& shop) {
  const auto& events = shop.events;
  require(events.n_users() == shop.users.size(), "every user has a row");
  require(events.offsets.back() == events.n_events(), "users' rows are all events");
  for (const auto item : events.item) {
    require(!item.valid() || item.value < shop.items.size(), "an event's product is known");
  }
}

void read(const std::string& name, Bytes input) {
  const auto file = folder("log_" + name) / ("train_actions." + name);
  write_plain(file, text_of(input));
  try {
    SilentProgress silent;
    auto raw = io::read_log(file.parent_path(), {}, kNoTime, 1, silent);
    drop_implausible(raw, plausible_range(raw.time));
    check(build_shop(raw, nullptr, 1));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kBadData || error.code() == ErrorCode::kOutOfResources,
            error.what());
    require(std::string_view(error.what()).find('\n') == std::string_view::npos,
            "an error is one line");
  }
}

void run_csv(Bytes input) { read("csv", input); }
void run_parquet(Bytes input) { read("pq", input); }

std::vector<Seed> csv_seeds() {
  const test::RandomShop config{.seed = 3, .n_users = 4, .n_items = 4, .n_events = 12};
  return {
      {"case", test::log_csv(test::random_events(config))},
      {"semicolons",
       "user_id;action;date;products\n1;0;28.09.2024 10:11;\"['5', '6']\"\n"
       "2;view;2024-09-28T10:11:12Z;[7]\n"},
      {"tabs", "\xEF\xBB\xBFuser_id\taction\tdate\tproducts\r\n1\t5\t1727518272\t[1,2]\r\n"},
      {"quotes", "user_id,action,date,products\n\"a\"\"b\",3,2024-01-01,\"[\"\"x\"\"]\"\n/*,0,,\n"},
      {"windows", "user_id|action|date|products\n\xE6\xF3\xEA|0|2024/01/02|\xE6\n"},
  };
}

std::string parquet(bool with_lists) {
  const test::RandomShop config{.seed = 4, .n_users = 4, .n_items = 4, .n_events = 20};
  const auto events = test::random_events(config);
  std::vector<std::string> user;
  std::vector<std::uint32_t> action;
  std::vector<std::int64_t> date;
  std::vector<std::string> item;
  std::vector<std::uint32_t> code;
  std::vector<std::uint64_t> offsets{0};
  for (const auto& event : events) {
    user.push_back(event.user);
    action.push_back(static_cast<std::uint32_t>(event.action));
    date.push_back(event.time);
    code.push_back(static_cast<std::uint32_t>(item.size()));
    item.push_back(event.item);
    offsets.push_back(item.size());
  }
  const auto file = folder("log_seed") / "seed.pq";
  using io::ColumnType;
  io::write_table(
      file,
      {{"user_id", ColumnType::kString},
       {"action", ColumnType::kUint32},
       {"date", ColumnType::kTimestampUs},
       {"products", with_lists ? ColumnType::kStringList : ColumnType::kLargeString}},
      [&](io::TableWriter& writer) {
        const io::CodedTexts texts{code, item};
        const auto products = with_lists ? io::ColumnData(io::CodedLists{offsets, texts})
                                         : io::ColumnData(std::span<const std::string>(item));
        writer.append({std::span<const std::string>(user), std::span<const std::uint32_t>(action),
                       std::span<const std::int64_t>(date), products});
      });
  return read_file(file);
}

std::vector<Seed> parquet_seeds() { return {{"lists", parquet(true)}, {"texts", parquet(false)}}; }

}  // namespace

const Target kLogCsvTarget{"log_csv", "a log as CSV", run_csv, csv_seeds};
const Target kLogParquetTarget{"log_parquet", "a log as Parquet", run_parquet, parquet_seeds};

}  // namespace vitrina::fuzz
