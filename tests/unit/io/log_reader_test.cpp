#include "io/log_reader.hpp"

#include <arrow/io/compressed.h>
#include <arrow/util/compression.h>
#include <sys/stat.h>

#include <numeric>
#include <vector>

#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

/// Reads the log and prints its rows: `user item action time page device`, `-` for none.
std::vector<std::string> rows_of(const RawLog& log) {
  std::vector<std::string> rows;
  rows.reserve(log.user.size());
  const auto text = [](const StringTable& table, std::uint32_t code) {
    return code == kNoCode ? std::string("-") : std::string(table.text(code));
  };
  for (std::size_t i = 0; i < log.user.size(); ++i) {
    rows.push_back(text(log.users, log.user[i]) + " " + text(log.items, log.item[i]) + " " +
                   std::to_string(log.action[i]) + " " + std::to_string(log.time[i]) + " " +
                   std::to_string(log.page[i]) + " " + text(log.devices, log.device[i]));
  }
  return rows;
}

using Rows = std::vector<std::string>;

class LogReaderTest : public ScratchTest {
 protected:
  static RawLog read(const std::filesystem::path& path, const LogSchema& schema = {},
                     TimeUs as_of = kNoTime, int threads = 1) {
    SilentProgress progress;
    return read_log(path, schema, as_of, threads, progress);
  }

  /// A table in the case's own schema.
  static std::shared_ptr<arrow::Table> case_table() {
    return table(
        {{"user_id", json_array(arrow::utf8(), R"(["u1", "u2", "u1", null, "u3"])")},
         {"loc_user_id", json_array(arrow::utf8(), R"(["d1", "/*", null, "d9", "d1"])")},
         {"action", json_array(arrow::int64(), "[0, 6, 7, 5, 5]")},
         {"date", json_array(arrow::timestamp(arrow::TimeUnit::MICRO), "[10, 20, 30, 40, 50]")},
         {"products", json_array(arrow::list(arrow::utf8()),
                                 R"([["a"], ["b", "/*", null, "a"], [], ["z"], null])")},
         {"pageId", json_array(arrow::uint32(), "[7, 4294967295, null, 1, 2]")}});
  }

  using NamedArrays = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;
  static std::shared_ptr<arrow::Table> table(const NamedArrays& columns) {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const auto& [name, array] : columns) {
      fields.push_back(arrow::field(name, array->type()));
      arrays.push_back(array);
    }
    return arrow::Table::Make(arrow::schema(fields), arrays);
  }

  /// A log of two rows whose users, actions, dates and products are given as columns.
  static std::shared_ptr<arrow::Table> small(std::shared_ptr<arrow::Array> user,
                                             std::shared_ptr<arrow::Array> action,
                                             std::shared_ptr<arrow::Array> date,
                                             std::shared_ptr<arrow::Array> products) {
    return table({{"user_id", std::move(user)},
                  {"action", std::move(action)},
                  {"date", std::move(date)},
                  {"products", std::move(products)}});
  }
  static std::shared_ptr<arrow::Array> texts(std::string_view json) {
    return json_array(arrow::utf8(), json);
  }
  static std::shared_ptr<arrow::Array> actions() { return json_array(arrow::int64(), "[0, 5]"); }
  static std::shared_ptr<arrow::Array> dates() {
    return json_array(arrow::timestamp(arrow::TimeUnit::MICRO), "[1, 2]");
  }
  static std::shared_ptr<arrow::Array> products() {
    return json_array(arrow::list(arrow::utf8()), R"([["a"], ["b"]])");
  }
};

const Rows kCaseRows{"u1 a 0 10 7 d1", "u2 b 6 20 4294967295 -", "u2 a 6 20 4294967295 -",
                     "u1 - 7 30 0 -", "u3 - 5 50 2 d1"};

TEST_F(LogReaderTest, ExplodesRowsAndCountsBadOnes) {
  const auto log = read(put_table("train_actions.pq", *case_table()).parent_path());
  EXPECT_EQ(rows_of(log), kCaseRows);
  EXPECT_EQ(log.counts.rows_read, 5U);
  EXPECT_EQ(log.counts.events, 5U);
  EXPECT_EQ(log.counts.rows_hidden, 0U);
  EXPECT_EQ(log.counts.count(BadRow::kJunkUser), 1U);
  EXPECT_EQ(log.counts.count(BadRow::kJunkProduct), 2U);
  EXPECT_EQ(log.items.size(), 2U) << "the product of a bad row must get no code";
  EXPECT_EQ(log.devices.size(), 1U);
}

TEST_F(LogReaderTest, LayoutAndThreadsChangeNothing) {
  for (const auto compression :
       {parquet::Compression::UNCOMPRESSED, parquet::Compression::SNAPPY,
        parquet::Compression::GZIP, parquet::Compression::ZSTD, parquet::Compression::LZ4_HADOOP}) {
    for (const std::int64_t row_group_rows : {1, 2, 100}) {
      const auto path = put_table("log.pq", *case_table(), row_group_rows, compression);
      EXPECT_EQ(rows_of(read(path, {}, kNoTime, 1)), kCaseRows);
      EXPECT_EQ(rows_of(read(path, {}, kNoTime, 4)), kCaseRows);
    }
  }
}

TEST_F(LogReaderTest, HiddenRowsAreOnlyCounted) {
  const auto log = read(put_table("train_actions.pq", *case_table()), {}, 30);
  EXPECT_EQ(rows_of(log), Rows(kCaseRows.begin(), kCaseRows.begin() + 3));
  EXPECT_EQ(log.counts.rows_hidden, 3U);
  EXPECT_EQ(log.counts.count(BadRow::kJunkUser), 0U) << "the bad row is after the cut";
  EXPECT_EQ(log.users.size(), 2U);
}

TEST_F(LogReaderTest, ReadsEveryKindOfText) {
  const Rows expected{"7 a 0 1 0 -", "8 b 5 2 0 -"};
  const std::vector<std::shared_ptr<arrow::Array>> users{
      texts(R"(["7", "8"])"),
      json_array(arrow::large_utf8(), R"(["7", "8"])"),
      json_array(arrow::utf8_view(), R"(["7", "8"])"),
      json_array(arrow::binary(), R"(["7", "8"])"),
      json_array(arrow::binary_view(), R"(["7", "8"])"),
      json_array(arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["7", "8"])"),
      json_array(arrow::dictionary(arrow::uint32(), arrow::large_utf8()), R"(["7", "8"])"),
      json_array(arrow::int8(), "[7, 8]"),
      json_array(arrow::uint64(), "[7, 8]"),
      json_array(arrow::int64(), "[7, 8]"),
      json_array(arrow::float64(), "[7.0, 8.0]"),
      json_array(arrow::float32(), "[7.0, 8.0]"),
      json_array(arrow::decimal128(5, 0), R"(["7", "8"])")};
  for (const auto& user : users) {
    const auto path = put_table("log.pq", *small(user, actions(), dates(), products()));
    EXPECT_EQ(rows_of(read(path)), expected) << user->type()->ToString();
  }
}

TEST_F(LogReaderTest, PrintsTheWidestIds) {
  const auto wide = json_array(arrow::uint64(), "[18446744073709551615, 0]");
  const auto low = json_array(arrow::list(arrow::int64()), "[[-9223372036854775808], [12]]");
  const auto log = read(put_table("log.pq", *small(wide, actions(), dates(), low)));
  EXPECT_EQ(rows_of(log),
            (Rows{"18446744073709551615 -9223372036854775808 0 1 0 -", "0 12 5 2 0 -"}));
}

TEST_F(LogReaderTest, ReadsEveryKindOfList) {
  const Rows expected{"u a 0 1 0 -", "u b 0 1 0 -", "v b 5 2 0 -"};
  const auto dictionary = arrow::dictionary(arrow::int32(), arrow::utf8());
  const std::vector<std::shared_ptr<arrow::Array>> lists{
      json_array(arrow::list(arrow::utf8()), R"([["a", "b"], ["b"]])"),
      json_array(arrow::large_list(arrow::large_utf8()), R"([["a", "b"], ["b"]])"),
      json_array(arrow::list(arrow::utf8_view()), R"([["a", "b"], ["b"]])"),
      json_array(arrow::list(dictionary), R"([["a", "b"], ["b"]])"),
      json_array(arrow::list_view(arrow::utf8()), R"([["a", "b"], ["b"]])"),
      json_array(arrow::large_list_view(arrow::utf8()), R"([["a", "b"], ["b"]])"),
      json_array(arrow::fixed_size_list(arrow::utf8(), 2), R"([["a", "b"], ["b", null]])"),
      texts(R"(["['a', 'b']", "b"])"),
      texts(R"(["[\"a\", \"b\"]", "[b]"])")};
  for (const auto& list : lists) {
    const auto path =
        put_table("log.pq", *small(texts(R"(["u", "v"])"), actions(), dates(), list), 1);
    EXPECT_EQ(rows_of(read(path)), expected) << list->type()->ToString();
  }
}

TEST_F(LogReaderTest, EmptyDictionaryListsDoNotShiftTheNext) {
  const auto type = arrow::list(arrow::dictionary(arrow::int32(), arrow::utf8()));
  const auto users = texts(R"(["u", "v"])");
  const auto list = json_array(type, R"([[], ["b"]])");
  const auto path = put_table("log.pq", *small(users, actions(), dates(), list), 1);
  EXPECT_EQ(rows_of(read(path)), (Rows{"u - 0 1 0 -", "v b 5 2 0 -"}));
}

TEST_F(LogReaderTest, ReadsEveryKindOfDate) {
  constexpr TimeUs kDay = 1'000 * kUsPerDay;
  const std::string midnight = "[" + std::to_string(kDay / kUsPerSecond) + ", null]";
  const std::string in_ms = "[" + std::to_string(kDay / 1'000) + ", null]";
  const std::string in_us = "[" + std::to_string(kDay) + ", null]";
  const std::string in_ns = "[" + std::to_string(kDay * 1'000) + ", null]";
  const std::vector<std::shared_ptr<arrow::Array>> columns{
      json_array(arrow::timestamp(arrow::TimeUnit::SECOND), midnight),
      json_array(arrow::timestamp(arrow::TimeUnit::MILLI), in_ms),
      json_array(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), in_us),
      json_array(arrow::timestamp(arrow::TimeUnit::NANO, "Europe/Moscow"), in_ns),
      json_array(arrow::date32(), "[1000, null]"),
      json_array(arrow::date64(), in_ms),
      texts(R"(["1972-09-27", "yesterday"])"),
      texts(R"(["1972-09-27 00:00:00", ""])")};
  for (const auto& date : columns) {
    const auto path =
        put_table("log.pq", *small(texts(R"(["u", "v"])"), actions(), date, products()));
    const auto log = read(path);
    EXPECT_EQ(log.time, std::vector<TimeUs>{kDay}) << date->type()->ToString();
    EXPECT_EQ(log.counts.count(BadRow::kNullDate), 1U) << date->type()->ToString();
  }
}

TEST_F(LogReaderTest, ReadsPlainNumbersAsDatesOnlyWhenToldTheUnit) {
  const auto date = json_array(arrow::int64(), "[3, 9223372036854775807]");
  const auto path =
      put_table("log.pq", *small(texts(R"(["u", "v"])"), actions(), date, products()));
  EXPECT_TRUE(says(error_of([&] { read(path); }), ErrorCode::kBadData,
                   "column 'date': found type int64, expected timestamps"));
  LogSchema schema;
  schema.date_unit = DateUnit::kSeconds;
  const auto log = read(path, schema);
  EXPECT_EQ(log.time, std::vector<TimeUs>{3 * kUsPerSecond});
  EXPECT_EQ(log.counts.count(BadRow::kNullDate), 1U) << "a date that overflows is none";
}

TEST_F(LogReaderTest, ReadsActionsAsNumbersOrNames) {
  LogSchema schema;
  schema.actions = {{"buy", Action::kOrder}, {"12", Action::kView}};
  const auto read_actions = [&](std::shared_ptr<arrow::Array> column) {
    const auto path =
        put_table("log.pq", *small(texts(R"(["u", "v"])"), std::move(column), dates(), products()));
    return read(path, schema);
  };
  for (const auto& type : {arrow::int8(), arrow::uint16(), arrow::int64(), arrow::float64()}) {
    const auto log = read_actions(json_array(type, "[12, 5]"));
    EXPECT_EQ(rows_of(log), Rows{"u a 0 1 0 -"}) << type->ToString();
    EXPECT_EQ(log.counts.count(BadRow::kUnknownAction), 1U);
  }
  EXPECT_EQ(rows_of(read_actions(texts(R"(["buy", null])"))), Rows{"u a 5 1 0 -"});
  const auto dictionary = arrow::dictionary(arrow::int8(), arrow::utf8());
  EXPECT_EQ(rows_of(read_actions(json_array(dictionary, R"(["12", "buy"])"))),
            (Rows{"u a 0 1 0 -", "v b 5 2 0 -"}));
}

TEST_F(LogReaderTest, ReadsCsvOfAnyWriter) {
  const std::string text =
      "\xef\xbb\xbf"
      "extra,user_id,loc_user_id,action,date,products,pageId\n"
      "x,u1,d1,0,1970-01-01T00:00:10,['a'],7\n"
      "x,u2,/*,6,1970-01-01 00:00:20,\"['b', '/*', None, 'a']\",8\n"
      "x,u1,,7,1970-01-01 00:00:30.5,[],\n"
      "x,007,,5.0,1970-01-01 00:00:40,12,1.0\n"
      "x,u4,,5,1970-01-01 00:00:41,\"['b'\n 'a']\",x\n"
      "x,/*,,5,1970-01-01 00:00:50,12,1\n"
      "x,u1,,77,1970-01-01 00:00:50,12,1\n"
      "x,u1,,5,soon,12,1\n";
  const Rows expected{"u1 a 0 10000000 7 d1", "u2 b 6 20000000 8 -",   "u2 a 6 20000000 8 -",
                      "u1 - 7 30500000 0 -",  "007 12 5 40000000 1 -", "u4 b 5 41000000 0 -",
                      "u4 a 5 41000000 0 -"};
  const auto log = read(put("train_actions.csv", text).parent_path());
  EXPECT_EQ(rows_of(log), expected);
  EXPECT_EQ(log.counts.count(BadRow::kJunkUser), 1U);
  EXPECT_EQ(log.counts.count(BadRow::kUnknownAction), 1U);
  EXPECT_EQ(log.counts.count(BadRow::kNullDate), 1U);
  EXPECT_EQ(log.counts.count(BadRow::kJunkProduct), 2U);

  std::filesystem::remove(folder_ / "train_actions.csv");
  const auto path = folder_ / "train_actions.csv.gz";
  const auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP).ValueOrDie();
  const auto raw = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  const auto out = arrow::io::CompressedOutputStream::Make(codec.get(), raw).ValueOrDie();
  ASSERT_TRUE(out->Write(text).ok());
  ASSERT_TRUE(out->Close().ok());
  EXPECT_EQ(rows_of(read(folder_)), expected);
}

TEST_F(LogReaderTest, ANamedFileIsTextWhereItsEndingSaysSo) {
  for (const auto* name : {"L.CSV", "log.tsv", "log.Txt"}) {
    const auto path = put(name, "user_id\taction\tdate\tproducts\nu\t5\t1970-01-01\ta\n");
    EXPECT_EQ(rows_of(read(path)), (Rows{"u a 5 0 0 -"})) << name;
  }
}

TEST_F(LogReaderTest, APipeIsNoLog) {
  const auto path = folder_ / "log.csv";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(says(error_of([&] { read(path); }), ErrorCode::kMissingInput, "is a pipe"));
}

TEST_F(LogReaderTest, FindsPartFilesInOrder) {
  const auto whole = case_table();
  put_table("train_actions/part-1.parquet", *whole->Slice(2));
  put_table("train_actions/part-0.parquet", *whole->Slice(0, 2));
  put("train_actions/_SUCCESS", "");
  put_table("catalog.pq", *case_table());
  EXPECT_EQ(rows_of(read(folder_)), kCaseRows);
  EXPECT_EQ(rows_of(read(folder_ / "train_actions")), kCaseRows);
}

TEST_F(LogReaderTest, SaysWhichColumnIsMissing) {
  const auto path = put_table(
      "train_actions.pq",
      *table({{"userid", texts(R"(["u"])")}, {"action", json_array(arrow::int64(), "[0]")}}));
  const auto error = error_of([&] { read(path); });
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "column 'user_id' is missing"));
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "the nearest is 'userid'"));
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "--schema"));
}

TEST_F(LogReaderTest, RefusesAColumnThatStandsTwice) {
  const auto path = put("log.csv", "user_id,user_id,action,date,products\nu,v,5,1970-01-01,a\n");
  EXPECT_TRUE(says(error_of([&] { read(path); }), ErrorCode::kBadData,
                   "log.csv: column 'user_id' stands there 2 times"));
}

TEST_F(LogReaderTest, WhatASchemaNamesMustBeThere) {
  const auto path = put("log.csv", "user_id,action,date,products\nu,5,1970-01-01,a\n");
  LogSchema schema;
  EXPECT_EQ(read(path, schema).item.size(), 1U);
  schema.device = "devise_id";
  EXPECT_TRUE(says(error_of([&] { read(path, schema); }), ErrorCode::kBadData,
                   "column 'devise_id' is missing"));
}

TEST_F(LogReaderTest, SaysWhatItLookedFor) {
  EXPECT_TRUE(says(error_of([&] { read(folder_); }), ErrorCode::kMissingInput,
                   "looked for train_actions.pq"));
  EXPECT_TRUE(says(error_of([&] { read(folder_ / "no"); }), ErrorCode::kMissingInput, "no"));
}

TEST_F(LogReaderTest, RefusesColumnsOfNoUse) {
  const auto lists = json_array(arrow::list(arrow::boolean()), "[[true], [false]]");
  const auto path = put_table("log.pq", *small(texts(R"(["u", "v"])"), actions(), dates(), lists));
  EXPECT_TRUE(says(error_of([&] { read(path); }), ErrorCode::kBadData,
                   "column 'products': found type bool"));
}

TEST_F(LogReaderTest, BrokenFilesEndInOneErrorLine) {
  const auto path = put_table("log.pq", *case_table());
  std::string sound(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(sound.data(), std::ssize(sound));
  std::size_t n_refused = 0;
  for (std::size_t at = 0; at < sound.size(); at += 7) {
    std::string broken = sound;
    broken[at] = static_cast<char>(static_cast<unsigned char>(broken[at]) ^ 0x55U);
    try {
      read(put("broken.pq", broken));
    } catch (const Error& error) {
      ++n_refused;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      EXPECT_NE(std::string(error.what()).find("broken.pq"), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(n_refused, sound.size() / 7 / 4);
  for (const std::size_t size : {0UL, 4UL, 11UL, 100UL, sound.size() - 9}) {
    const auto cut = put("cut.pq", std::string_view(sound).substr(0, size));
    EXPECT_TRUE(says(error_of([&] { read(cut); }), ErrorCode::kBadData, "cut.pq"));
  }
}

TEST_F(LogReaderTest, ReadsMoreRowsThanABatch) {
  constexpr std::int64_t kRows = 300'000;
  arrow::Int64Builder users;
  arrow::Int8Builder codes;
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO),
                                arrow::default_memory_pool());
  arrow::Int32Builder items;
  for (std::int64_t i = 0; i < kRows; ++i) {
    ASSERT_TRUE(users.Append(i % 1'000).ok());
    ASSERT_TRUE(codes.Append(static_cast<std::int8_t>(i % 11)).ok());
    ASSERT_TRUE(times.Append(i).ok());
    ASSERT_TRUE(items.Append(static_cast<std::int32_t>(i / 3)).ok());
  }
  const auto path = put_table("log.pq",
                              *small(users.Finish().ValueOrDie(), codes.Finish().ValueOrDie(),
                                     times.Finish().ValueOrDie(), items.Finish().ValueOrDie()),
                              70'000);
  const auto log = read(path, {}, kNoTime, 2);
  EXPECT_EQ(log.counts.count(BadRow::kUnknownAction), kRows / 11);
  EXPECT_EQ(log.user.size() + log.counts.count(BadRow::kUnknownAction), std::size_t{kRows});
  for (std::size_t i = 0; i < log.user.size(); ++i) {
    ASSERT_EQ(log.users.text(log.user[i]), std::to_string(log.time[i] % 1'000));
    ASSERT_EQ(log.items.text(log.item[i]), std::to_string(log.time[i] / 3));
    ASSERT_EQ(log.action[i], log.time[i] % 11);
  }
}

}  // namespace
}  // namespace vitrina::io
