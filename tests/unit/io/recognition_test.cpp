// Exports of shops: what is understood without being told, and what is refused.

#include <cmath>
#include <string>
#include <vector>

#include "data/log_checks.hpp"
#include "io/catalog_reader.hpp"
#include "io/log_reader.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

class Warnings final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t, std::string_view) override {}
  void advance(std::uint64_t) override {}
  void end(std::string_view summary) override { last_end = summary; }
  void warn(std::string_view message) override { all.emplace_back(message); }

  std::vector<std::string> all;
  std::string last_end;
};

class RecognitionTest : public ScratchTest {
 protected:
  RawLog read(const std::filesystem::path& path, const LogSchema& schema = {}) {
    return read_log(path, schema, kNoTime, 1, progress_);
  }
  static std::vector<std::string> times_of(const RawLog& log) {
    std::vector<std::string> times;
    for (const auto time : log.time) times.push_back(format_time(time));
    return times;
  }

  Warnings progress_;
};

using Texts = std::vector<std::string>;

TEST_F(RecognitionTest, ARussianExport) {
  const auto path = put("train_actions.csv",
                        "user_id;action;date;products\r\n"
                        "\xc0\xed\xed\xe0;0;28.09.2024 9:05;\"['1', '2']\"\r\n"
                        "7;5;28.09.2024;2\r\n");
  const auto log = read(path.parent_path());
  ASSERT_EQ(log.user.size(), 3U);
  EXPECT_EQ(log.users.text(0), "\u0410\u043d\u043d\u0430");
  EXPECT_EQ(times_of(log),
            (Texts{"2024-09-28T09:05:00", "2024-09-28T09:05:00", "2024-09-28T00:00:00"}));
  EXPECT_EQ(log.notes.recognised,
            (Texts{"log: columns separated by ';'", "log: text in Windows-1251",
                   "log: dates that are not ISO"}));
  EXPECT_NE(progress_.last_end.find("Windows-1251"), std::string::npos);
}

TEST_F(RecognitionTest, PlainFilesAreNotRemarkedOn) {
  const auto log = read(put("a.csv", "user_id,action,date,products\nu,5,2024-09-28,1\n"));
  EXPECT_TRUE(log.notes.recognised.empty());
  EXPECT_TRUE(log.notes.zone.empty());
  EXPECT_TRUE(progress_.all.empty());
}

TEST_F(RecognitionTest, PricesOfACatalog) {
  put("catalog.csv",
      "product_id\tprice\ttitle\n1\t1200 \u0440\u0443\u0431\tA\n2\t1 299,90 \u20bd\tB\n"
      "3\tpo zaprosu\tC\n4\t\tD\n");
  const auto catalog = read_catalog(folder_, {}, progress_);
  ASSERT_TRUE(catalog.has_value());
  EXPECT_FLOAT_EQ(catalog->price[0], 1200);
  EXPECT_FLOAT_EQ(catalog->price[1], 1299.9F);
  EXPECT_EQ(catalog->n_prices_unread, 1U) << "an empty price is none";
  EXPECT_EQ(catalog->price_unread, "po zaprosu");
}

TEST_F(RecognitionTest, PricesAreCountedByRow) {
  const auto type = arrow::dictionary(arrow::int8(), arrow::utf8());
  const auto text = json_array(type, R"(["1,299", "5", "1,299", "-5", "1,299", "-5"])");
  const auto product = json_array(arrow::int64(), "[1, 2, 3, 4, 5, 6]");
  put_table("catalog.pq",
            *arrow::Table::Make(arrow::schema({arrow::field("product_id", arrow::int64()),
                                               arrow::field("price", type)}),
                                {product, text}));
  const auto catalog = read_catalog(folder_, {}, progress_);
  ASSERT_TRUE(catalog.has_value());
  EXPECT_EQ(catalog->n_prices_unread, 3U);
  EXPECT_EQ(catalog->price_unread, "1,299");
  EXPECT_EQ(catalog->n_prices_negative, 2U);
  EXPECT_EQ(catalog->price_negative, "-5");
  EXPECT_FLOAT_EQ(catalog->price[1], 5);
  EXPECT_TRUE(std::isnan(catalog->price[3])) << "nobody is paid for taking a product";
  EXPECT_NE(progress_.last_end.find("2 prices below 0 taken for unknown, such as '-5'"),
            std::string::npos);
}

TEST_F(RecognitionTest, SlashesNeedTheSchema) {
  const auto path =
      put("log.csv", "user_id,action,date,products\nu,5,03/04/2024,1\nv,5,13/04/2024,1\n");
  const auto log = read(path);
  EXPECT_EQ(log.counts.count(BadRow::kNullDate), 2U);
  const auto error = error_of([&] { check_bad_share(log.counts, 0.2); });
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "such as '03/04/2024'"));
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "date_format"));
  LogSchema schema;
  schema.date_format = DateFormat::kDaySlash;
  EXPECT_EQ(times_of(read(path, schema)), (Texts{"2024-04-03T00:00:00", "2024-04-13T00:00:00"}));
}

TEST_F(RecognitionTest, IdsThatAreNoUtf8AreBad) {
  const std::string text =
      "user_id,action,date,products\n\xff\x81,5,2024-09-28,1\nu,5,2024-09-28,\xff\x82\n";
  const auto log = read(put("log.csv", text));
  EXPECT_EQ(log.counts.count(BadRow::kJunkUser), 1U);
  EXPECT_EQ(log.counts.count(BadRow::kJunkProduct), 1U);
  EXPECT_EQ(log.counts.example[static_cast<std::size_t>(BadRow::kJunkUser)], "\xff\x81");
  EXPECT_EQ(log.users.size(), 1U);
  EXPECT_EQ(log.items.size(), 0U);
}

TEST_F(RecognitionTest, CellsThatHoldNoIdsAreNotReadAsSome) {
  const auto items_of = [&](const std::string& cell) {
    std::string quoted;
    for (const char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
    const auto log = read(put("log.csv", "user_id,action,date,products\nu,5,2024-09-28,\"" +
                                             quoted + "\"\nu,5,2024-09-28,sound\n"));
    const auto unread = log.counts.unread_cells;
    EXPECT_EQ(log.counts.product_cells, 2U) << cell;
    EXPECT_EQ(log.counts.unread_cell, unread > 0 ? cell : "");
    EXPECT_EQ(log.counts.count(BadRow::kJunkProduct), unread) << cell;
    Texts items;
    for (std::size_t i = 0; i + 1 < log.items.size(); ++i) items.emplace_back(log.items.text(i));
    return unread > 0 && items.empty() ? Texts{"unread"} : items;
  };
  for (const auto* cell :
       {R"([{"id": 101}])", R"([{"id":101},{"id":102}])", "[[101, 2]]", "[[101,2],[102,1]]",
        "[(101, 2)]", R"([["101"]])", R"(["a": 1])", R"(["a"b])", "[101, {102}]", "[101],[102]",
        "[np.int64(101), np.int64(102)]", "[np.str_('101')]", "[Item{id=101}]", R"({"id": 101})",
        "{101,102}", "{101}"}) {
    EXPECT_EQ(items_of(cell), Texts{"unread"}) << cell;
  }
  EXPECT_EQ(items_of("[sku:12, it's, a(b)]"), (Texts{"sku:12", "it's", "a(b)"}));
  EXPECT_EQ(items_of(R"(["{a}", '[b]' "c"] )"), (Texts{"{a}", "[b]", "c"}));
  EXPECT_EQ(items_of("{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"),
            Texts{"{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"});
}

TEST_F(RecognitionTest, ALogOfObjectsIsRefused) {
  std::string text = "user_id,action,date,products\nu,7,2024-09-28,\nu,5,2024-09-28,7\n";
  for (int i = 0; i < 3; ++i) text += "u,5,2024-09-28,8\n";
  text += "u,5,2024-09-28,[[101 2]]\n";
  EXPECT_NO_THROW(check_bad_share(read(put("log.csv", text)).counts, 0.2));
  text += "u,5,2024-09-28,[{id:101}]\n";
  const auto counts = read(put("log.csv", text)).counts;
  EXPECT_TRUE(says(error_of([&] { check_bad_share(counts, 0.2); }), ErrorCode::kBadData,
                   "log: 2 of 6 cells of products hold something else than ids, such as "
                   "'[[101 2]]', expected at most 20%; write one id, or a list such as"));
  EXPECT_NE(progress_.all.back().find("'[[101 2]]', and name nothing"), std::string::npos);

  text = "user_id,action,date,products\nu,5,2024-09-28,[{id:1}]\n";
  for (int i = 0; i < 9; ++i) text += "u,0,2024-09-28,8\n";
  const auto views = read(put("log.csv", text));
  EXPECT_NO_THROW(check_bad_share(views.counts, 0.2));
  EXPECT_TRUE(says(error_of([&] { check_actions(views, LogUse::kLearn, progress_); }),
                   ErrorCode::kBadData, "1 of 10 cells of products hold something else than ids"));
}

TEST_F(RecognitionTest, AQuoteThatNothingClosesEndsTheReading) {
  const std::string head = "user_id;action;date;products\n";
  const std::string row = "u;5;2024-09-28;1\n";
  for (const auto* cell : {"27\" monitor", "\"27\"\" monitor\"", "\"a;b\nc\"", "\"\""}) {
    const auto path = put("log.csv", head + "u;5;2024-09-28;" + cell + "\n" + row);
    EXPECT_EQ(read(path).counts.rows_read, 2U) << cell;
  }
  EXPECT_EQ(read(put("log.csv", head + "u;5;2024-09-28;\"1\"")).counts.rows_read, 1U);
  const auto path = put("log.csv", head + row + "u;5;2024-09-28;\"Star, 10 pcs\n" + row);
  EXPECT_TRUE(says(error_of([&] { read(path); }), ErrorCode::kBadData,
                   "log.csv: has a quote that is not closed, at '\"Star, 10 pcs"));
}

TEST_F(RecognitionTest, ZonesAreSaidAndKept) {
  const auto zoned = [&](const std::string& zone) {
    const auto column = [](const std::string& name, std::shared_ptr<arrow::Array> array) {
      return std::pair(arrow::field(name, array->type()), array);
    };
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const auto& [field, array] :
         {column("user_id", json_array(arrow::utf8(), R"(["u"])")),
          column("action", json_array(arrow::int64(), "[5]")),
          column("date", json_array(arrow::timestamp(arrow::TimeUnit::SECOND, zone), "[82800]")),
          column("products", json_array(arrow::utf8(), R"(["p"])"))}) {
      fields.push_back(field);
      arrays.push_back(array);
    }
    return put_table("log.pq", *arrow::Table::Make(arrow::schema(fields), arrays));
  };
  auto log = read(zoned("UTC"));
  EXPECT_EQ(times_of(log), (Texts{"1970-01-01T23:00:00"}));
  EXPECT_EQ(log.notes.zone, "UTC");
  EXPECT_TRUE(progress_.all.empty());

  log = read(zoned("+03:00"));
  EXPECT_EQ(times_of(log), (Texts{"1970-01-01T23:00:00"}));
  ASSERT_EQ(progress_.all.size(), 1U);
  EXPECT_NE(progress_.all[0].find("time_zone: +03:00"), std::string::npos);

  LogSchema schema;
  schema.time_zone = "+03:00";
  log = read(zoned("UTC"), schema);
  EXPECT_EQ(times_of(log), (Texts{"1970-01-02T02:00:00"}));
  EXPECT_EQ(log.notes.clock, "+03:00");
  EXPECT_EQ(progress_.all.size(), 1U);

  const auto texts = put("log.csv",
                         "user_id,action,date,products\nu,5,2024-09-28T23:00:00+05:00,1\n"
                         "u,5,2024-09-28T23:00:00,1\n");
  log = read(texts, schema);
  EXPECT_EQ(times_of(log), (Texts{"2024-09-28T21:00:00", "2024-09-28T23:00:00"}));
  EXPECT_EQ(log.notes.zone, "+05:00");
  ASSERT_EQ(progress_.all.size(), 2U);
  EXPECT_NE(progress_.all[1].find("some dates have a zone (+05:00) and some have none, such as "
                                  "2024-09-28T23:00:00: those are read as +03:00"),
            std::string::npos)
      << progress_.all[1];

  read(put("plain.csv", "user_id,action,date,products\nu,5,2024-09-28,1\n"), schema);
  ASSERT_EQ(progress_.all.size(), 3U);
  EXPECT_NE(progress_.all[2].find("changes nothing"), std::string::npos);
}

TEST_F(RecognitionTest, TwoClocksInTwoPartsAreSaid) {
  const std::string head = "user_id,action,date,products\n";
  put("train_actions/a.csv", head + "u,5,2024-09-28T10:00:00Z,1\n");
  put("train_actions/b.csv", head + "u,5,2024-09-29,1\nu,5,soon,1\n");
  read(folder_);
  ASSERT_EQ(progress_.all.size(), 1U);
  EXPECT_NE(progress_.all[0].find("have none, such as 2024-09-29T00:00:00: those are read as UTC"),
            std::string::npos)
      << progress_.all[0];
}

TEST_F(RecognitionTest, TimesOfSparkAreOfUtc) {
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("user_id", arrow::utf8()), arrow::field("action", arrow::int64()),
                     arrow::field("date", arrow::timestamp(arrow::TimeUnit::MICRO)),
                     arrow::field("products", arrow::utf8())}),
      {json_array(arrow::utf8(), R"(["u", "v"])"), json_array(arrow::int64(), "[5, 5]"),
       json_array(arrow::timestamp(arrow::TimeUnit::MICRO), "[82800000000, null]"),
       json_array(arrow::utf8(), R"(["p", "p"])")});
  const auto path = folder_ / "log.pq";
  const auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  const auto as_spark =
      parquet::ArrowWriterProperties::Builder().enable_deprecated_int96_timestamps()->build();
  ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file, 10,
                                         parquet::default_writer_properties(), as_spark)
                  .ok());
  ASSERT_TRUE(file->Close().ok());

  auto log = read(path);
  EXPECT_EQ(times_of(log), Texts{"1970-01-01T23:00:00"});
  EXPECT_EQ(log.notes.recognised, Texts{"log: INT96 times, as Spark writes them: UTC"});
  ASSERT_EQ(progress_.all.size(), 1U);
  EXPECT_NE(progress_.all[0].find("--set ingest.time_zone"), std::string::npos);

  LogSchema schema;
  schema.time_zone = "+03:00";
  log = read(path, schema);
  EXPECT_EQ(times_of(log), Texts{"1970-01-02T02:00:00"});
  EXPECT_EQ(log.notes.clock, "+03:00");
  EXPECT_EQ(progress_.all.size(), 1U);
}

TEST_F(RecognitionTest, SecondsMayHaveAFraction) {
  const std::string head = "user_id,action,date,products\n";
  const auto path = put("log.csv", head +
                                       "u,5,1725178451.497,1\nu,5,-0.25,1\nu,5,1725178451.0,1\n"
                                       "u,5,nan,1\nu,5,1e300,1\n");
  EXPECT_EQ(read(path).counts.count(BadRow::kNullDate), 5U);
  LogSchema schema;
  schema.date_unit = DateUnit::kSeconds;
  auto log = read(path, schema);
  EXPECT_EQ(log.time, (std::vector<TimeUs>{1725178451497000, -250000, 1725178451000000}));
  EXPECT_EQ(log.counts.count(BadRow::kNullDate), 2U);
  schema.date_unit = DateUnit::kMilliseconds;
  log = read(put("ms.csv", head + "u,5,1725178451497.5,1\n"), schema);
  EXPECT_EQ(log.time, std::vector<TimeUs>{1725178451497500});
}

TEST_F(RecognitionTest, OneIdInTwoSpellingsIsPointedAt) {
  const std::string head = "user_id,action,date,products\n";
  read(put("log.csv", head + "7,5,2024-09-28,101.\n7.0,5,2024-09-28,101\n8 ,5,2024-09-28,v1\n"
                             "8,5,2024-09-28,v1.0\n90,5,2024-09-28,1.5\n9,5,2024-09-28,1\n"));
  ASSERT_EQ(progress_.all.size(), 2U);
  EXPECT_NE(progress_.all[0].find("2 ids in user_id stand there in two spellings, such as '7' and "
                                  "'7.0'"),
            std::string::npos)
      << progress_.all[0];
  EXPECT_NE(progress_.all[1].find("1 ids in products stand there in two spellings, such as '101' "
                                  "and '101.'"),
            std::string::npos)
      << progress_.all[1];
}

TEST_F(RecognitionTest, WholeNumbersReadAsDecimalsArePointedAt) {
  const std::string head = "user_id,action,date,products\n";
  const auto log = read(put("all.csv", head + "26.0,5,2024-09-28,1\n7.0,5,2024-09-28,10.0\n"));
  EXPECT_EQ(log.users.text(0), "26.0") << "ids stay as they are";
  ASSERT_EQ(progress_.all.size(), 1U);
  EXPECT_NE(progress_.all[0].find("every id in user_id ends with .0, such as '26.0'"),
            std::string::npos);
  read(put("some.csv", head + "26.0,5,2024-09-28,1\n7,5,2024-09-28,1.5\n"));
  EXPECT_EQ(progress_.all.size(), 1U);
  read(put("points.csv", head + "u,5,2024-09-28,[1. 2.]\n"));
  ASSERT_EQ(progress_.all.size(), 2U);
  EXPECT_NE(progress_.all[1].find("every id in products ends with ., such as '1.'"),
            std::string::npos);
}

}  // namespace
}  // namespace vitrina::io
