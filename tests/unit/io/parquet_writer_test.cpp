#include "io/parquet_writer.hpp"

#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <cmath>
#include <tuple>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/time.hpp"
#include "data/raw_log.hpp"
#include "unit/io/scratch.hpp"

namespace vitrina::io {
namespace {

using ParquetWriterTest = ScratchTest;

std::shared_ptr<arrow::Table> read_back(const std::filesystem::path& path) {
  const auto file = arrow::io::ReadableFile::Open(path.string()).ValueOrDie();
  const auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool()).ValueOrDie();
  return reader->ReadTable().ValueOrDie();
}

void expect_column(const arrow::Table& table, const std::string& name,
                   const std::shared_ptr<arrow::DataType>& type, std::string_view json) {
  const auto column = table.GetColumnByName(name);
  ASSERT_NE(column, nullptr) << name;
  EXPECT_TRUE(column->type()->Equals(*type)) << name << ": " << column->type()->ToString();
  const arrow::ChunkedArray expected(json_array(type, json));
  EXPECT_TRUE(column->Equals(expected)) << name << ": " << column->ToString();
}

TEST_F(ParquetWriterTest, WritesEveryType) {
  const std::vector<std::string> table{"a", "b"};
  const std::vector<std::uint32_t> codes{1, kNoCode};
  const std::vector<std::string> texts{"x", ""};
  const std::vector<std::string_view> views{"v", "w"};
  const std::vector<std::uint64_t> offsets{0, 2, 2};
  const std::vector<std::uint32_t> elements{0, 1};
  const std::vector<std::int32_t> ints{-1, 2};
  const std::vector<std::uint8_t> bytes{5, 255};
  const std::vector<std::uint32_t> pages{0, 4294967295U};
  const std::vector<float> floats{0.5F, NAN};
  const std::vector<double> doubles{0.25, 1e300};
  const std::vector<TimeUs> times{7, kNoTime};
  const auto path = folder_ / "sub" / "t.parquet";
  write_table(path,
              {{"coded", ColumnType::kString},
               {"text", ColumnType::kLargeString},
               {"view", ColumnType::kString},
               {"list", ColumnType::kStringList},
               {"int32", ColumnType::kInt32},
               {"action", ColumnType::kInt64},
               {"page", ColumnType::kUint32},
               {"price", ColumnType::kInt32},
               {"float", ColumnType::kFloat},
               {"double", ColumnType::kDouble},
               {"time", ColumnType::kTimestampUs}},
              [&](TableWriter& writer) {
                writer.append({CodedTexts{codes, table}, std::span(texts), std::span(views),
                               CodedLists{offsets, {elements, table}}, std::span(ints),
                               std::span(bytes), std::span(pages), std::span(floats),
                               std::span(floats), std::span(doubles), std::span(times)});
              });
  const auto back = read_back(path);
  expect_column(*back, "coded", arrow::utf8(), R"(["b", null])");
  expect_column(*back, "text", arrow::large_utf8(), R"(["x", ""])");
  expect_column(*back, "view", arrow::utf8(), R"(["v", "w"])");
  expect_column(*back, "list", arrow::list(arrow::field("element", arrow::utf8())),
                R"([["a", "b"], []])");
  expect_column(*back, "int32", arrow::int32(), "[-1, 2]");
  expect_column(*back, "action", arrow::int64(), "[5, 255]");
  expect_column(*back, "page", arrow::uint32(), "[0, 4294967295]");
  expect_column(*back, "price", arrow::int32(), "[0, null]");
  expect_column(*back, "float", arrow::float32(), "[0.5, null]");
  expect_column(*back, "double", arrow::float64(), "[0.25, 1e300]");
  expect_column(*back, "time", arrow::timestamp(arrow::TimeUnit::MICRO), "[7, null]");
}

TEST_F(ParquetWriterTest, KeepsWhatStandsBesideTheTable) {
  const auto path = folder_ / "t.parquet";
  const std::vector<std::int32_t> numbers{1, 2};
  const auto fill = [&](TableWriter& writer) { writer.append({std::span(numbers)}); };
  const FileMetadata metadata{{"vitrina.as_of", "2024-03-01"}, {"empty", ""}};
  write_table(path, {{"n", ColumnType::kInt32}}, fill, metadata);
  EXPECT_EQ(read_metadata(path), metadata);
  EXPECT_EQ(read_back(path)->schema()->metadata()->Get("vitrina.as_of").ValueOrDie(), "2024-03-01");
  write_table(path, {{"n", ColumnType::kInt32}}, fill);
  EXPECT_EQ(read_metadata(path), FileMetadata{});
  EXPECT_THROW(std::ignore = read_metadata(folder_ / "none.parquet"), Error);
  write_file(path, "PAR1 no more");
  EXPECT_THROW(std::ignore = read_metadata(path), Error);
}

TEST_F(ParquetWriterTest, BatchesAddUpToRowGroupsOfAMillion) {
  std::vector<std::int64_t> numbers(1'500'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i * i);
  const auto write = [&](const std::string& name) {
    write_table(folder_ / name, {{"n", ColumnType::kInt64}}, [&](TableWriter& writer) {
      const std::span<const std::int64_t> all(numbers);
      writer.append({all.first(300'000)});
      writer.append({all.subspan(300'000)});
    });
    return folder_ / name;
  };
  const auto path = write("a.parquet");
  const auto metadata = parquet::ParquetFileReader::OpenFile(path.string())->metadata();
  ASSERT_EQ(metadata->num_row_groups(), 2);
  EXPECT_EQ(metadata->RowGroup(0)->num_rows(), 1'000'000);
  const auto column = read_back(path)->column(0);
  ASSERT_EQ(column->length(), 1'500'000);
  std::int64_t row = 0;
  for (const auto& chunk : column->chunks()) {
    const auto& values = static_cast<const arrow::Int64Array&>(*chunk);
    for (std::int64_t i = 0; i < values.length(); ++i, ++row) {
      ASSERT_EQ(values.Value(i), row * row);
    }
  }
  EXPECT_EQ(read_file(path), read_file(write("b.parquet"))) << "equal calls give equal bytes";
}

TEST_F(ParquetWriterTest, AFailedFillLeavesNothing) {
  const auto path = folder_ / "t.parquet";
  const auto fail = [&] {
    write_table(path, {{"n", ColumnType::kInt64}},
                [&](TableWriter&) { throw Error(ErrorCode::kCancelled, "stopped"); });
  };
  EXPECT_TRUE(says(error_of(fail), ErrorCode::kCancelled, "stopped"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(ParquetWriterTest, RefusesBatchesThatDoNotFit) {
  const std::vector<std::int32_t> two{1, 2};
  const std::vector<std::int32_t> one{1};
  const auto write = [&](const std::vector<ColumnData>& batch) {
    return error_of([&] {
      write_table(folder_ / "t.parquet", {{"a", ColumnType::kInt32}, {"b", ColumnType::kString}},
                  [&](TableWriter& writer) { writer.append(batch); });
    });
  };
  EXPECT_EQ(write({std::span(two)}).code(), ErrorCode::kInternal);
  EXPECT_EQ(write({std::span(two), std::span(one)}).code(), ErrorCode::kInternal);
  EXPECT_TRUE(says(write({std::span(two), std::span(two)}), ErrorCode::kInternal, "column 'b'"));
}

}  // namespace
}  // namespace vitrina::io
