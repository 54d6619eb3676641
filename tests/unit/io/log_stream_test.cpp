#include <arrow/c/bridge.h>

#include <vector>

#include "io/log_reader.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using NamedArrays = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

std::shared_ptr<arrow::RecordBatch> batch_of(const NamedArrays& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), arrays.front()->length(), arrays);
}

NamedArrays columns() {
  return {
      {"user_id", json_array(arrow::utf8(), R"(["u1", "u2", "/*", "u1"])")},
      {"action", json_array(arrow::int64(), "[0, 5, 0, 6]")},
      {"date", json_array(arrow::timestamp(arrow::TimeUnit::MILLI), "[1, 2, 3, 4]")},
      {"products", json_array(arrow::list(arrow::utf8()), R"([["a"], ["b", "a"], ["c"], null])")}};
}

ArrowArrayStream stream_of(const arrow::RecordBatchVector& batches) {
  ArrowArrayStream stream;
  const auto reader =
      arrow::RecordBatchReader::Make(batches, batches.front()->schema()).ValueOrDie();
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &stream).ok());
  return stream;
}

RawLog read(const arrow::RecordBatchVector& batches, TimeUs as_of = kNoTime, int threads = 1) {
  SilentProgress progress;
  auto stream = stream_of(batches);
  auto log = read_log_stream(&stream, {}, as_of, threads, progress);
  EXPECT_EQ(stream.release, nullptr);
  return log;
}

Error error_for(const arrow::RecordBatchVector& batches) {
  SilentProgress progress;
  auto stream = stream_of(batches);
  const auto error = error_of([&] { read_log_stream(&stream, {}, kNoTime, 1, progress); });
  EXPECT_EQ(stream.release, nullptr);
  return error;
}

/// Prints rows as `user item action time`, `-` for no item.
std::vector<std::string> raw_rows(const RawLog& log) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < log.user.size(); ++i) {
    const auto item = log.item[i] == kNoCode ? "-" : std::string(log.items.text(log.item[i]));
    rows.push_back(std::string(log.users.text(log.user[i])) + " " + item + " " +
                   std::to_string(log.action[i]) + " " + std::to_string(log.time[i]));
  }
  return rows;
}

using Rows = std::vector<std::string>;
const Rows kRows{"u1 a 0 1000", "u2 b 5 2000", "u2 a 5 2000", "u1 - 6 4000"};

TEST(LogStream, ReadsTheRowsOfAllBatches) {
  const auto batch = batch_of(columns());
  EXPECT_EQ(raw_rows(read({batch})), kRows);
  EXPECT_EQ(raw_rows(read({batch->Slice(0, 1), batch->Slice(1, 0), batch->Slice(1)}, kNoTime, 4)),
            kRows);
  const auto log = read({batch}, 3000);
  EXPECT_EQ(raw_rows(log), Rows(kRows.begin(), kRows.end() - 1));
  EXPECT_EQ(log.counts.rows_read, 4U);
  EXPECT_EQ(log.counts.rows_hidden, 2U);
}

TEST(LogStream, ReadsTheTypesOfOtherLibraries) {
  auto table = columns();
  table[0].second = json_array(arrow::utf8_view(), R"(["u1", "u2", "/*", "u1"])");
  table[1].second = json_array(arrow::float64(), "[0, 5, 0, 6]");
  table[2].second = json_array(arrow::timestamp(arrow::TimeUnit::NANO, "UTC"),
                               "[1000000, 2000000, 3000000, 4000000]");
  table[3].second =
      json_array(arrow::large_list(arrow::large_utf8()), R"([["a"], ["b", "a"], ["c"], null])");
  EXPECT_EQ(raw_rows(read({batch_of(table)})), kRows);
  table[0].second = json_array(arrow::dictionary(arrow::uint32(), arrow::large_utf8()),
                               R"(["u1", "u2", "/*", "u1"])");
  table[3].second =
      json_array(arrow::list_view(arrow::utf8_view()), R"([["a"], ["b", "a"], ["c"], null])");
  EXPECT_EQ(raw_rows(read({batch_of(table)})), kRows);
}

TEST(LogStream, ReadsABatchLargerThanItsOwnPieces) {
  constexpr std::int64_t kRowCount = 300'000;
  arrow::StringBuilder user;
  arrow::Int64Builder date;
  for (std::int64_t i = 0; i < kRowCount; ++i) {
    EXPECT_TRUE(user.Append("u" + std::to_string(i % 1000)).ok());
    EXPECT_TRUE(date.Append(i).ok());
  }
  const auto users = user.Finish().ValueOrDie();
  const auto times =
      date.Finish().ValueOrDie()->View(arrow::timestamp(arrow::TimeUnit::MICRO)).ValueOrDie();
  const auto actions = arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), kRowCount).ValueOrDie();
  const auto log = read(
      {batch_of({{"user_id", users}, {"action", actions}, {"date", times}, {"products", users}})});
  ASSERT_EQ(log.time.size(), static_cast<std::size_t>(kRowCount));
  for (std::size_t i = 0; i < log.time.size(); ++i) {
    ASSERT_EQ(log.time[i], static_cast<TimeUs>(i));
    ASSERT_EQ(log.items.text(log.item[i]), "u" + std::to_string(i % 1000));
  }
}

TEST(LogStream, SaysWhichColumnIsWrong) {
  auto table = columns();
  table[0].first = "user";
  EXPECT_TRUE(says(error_for({batch_of(table)}), ErrorCode::kBadData,
                   "events: column 'user_id' is missing, found columns user, action, date, "
                   "products"));
  table = columns();
  table[2].second = json_array(arrow::boolean(), "[true, true, true, true]");
  EXPECT_TRUE(says(error_for({batch_of(table)}), ErrorCode::kBadData, "events: column 'date'"));
}

TEST(LogStream, DoesNotTrustTheBuffers) {
  auto table = columns();
  const auto offsets = arrow::Buffer::FromVector(std::vector<std::int32_t>{0, 2, 1'000'000, 4, 5});
  table[0].second = arrow::MakeArray(arrow::ArrayData::Make(
      arrow::utf8(), 4, {nullptr, offsets, arrow::Buffer::FromString("u1u2u")}));
  EXPECT_TRUE(says(error_for({batch_of(table)}), ErrorCode::kBadData, "events: column 'user_id'"));
}

TEST(LogStream, PassesOnWhatTheOtherLibrarySays) {
  class BrokenReader final : public arrow::RecordBatchReader {
   public:
    [[nodiscard]] std::shared_ptr<arrow::Schema> schema() const override {
      return batch_of(columns())->schema();
    }
    arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* /*batch*/) override {
      return arrow::Status::IOError("the line\nis dead");
    }
  };
  SilentProgress progress;
  ArrowArrayStream stream;
  ASSERT_TRUE(arrow::ExportRecordBatchReader(std::make_shared<BrokenReader>(), &stream).ok());
  const auto error = error_of([&] { read_log_stream(&stream, {}, kNoTime, 1, progress); });
  EXPECT_TRUE(says(error, ErrorCode::kBadData, "the line is dead"));
  EXPECT_EQ(stream.release, nullptr);
}

TEST(LogStream, RefusesNoStreamAndAStreamThatIsOver) {
  SilentProgress progress;
  EXPECT_TRUE(says(error_of([&] { read_log_stream(nullptr, {}, kNoTime, 1, progress); }),
                   ErrorCode::kBadData, "events: there is no stream"));
  auto stream = stream_of({batch_of(columns())});
  release_stream(&stream);
  release_stream(&stream);
  release_stream(nullptr);
  EXPECT_TRUE(says(error_of([&] { read_log_stream(&stream, {}, kNoTime, 1, progress); }),
                   ErrorCode::kBadData, "events: "));
}

}  // namespace
}  // namespace vitrina::io
