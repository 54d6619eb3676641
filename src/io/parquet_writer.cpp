#include "io/parquet_writer.hpp"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/io_util.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <type_traits>
#include <utility>

#include "core/check.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/file_error.hpp"
#include "core/time.hpp"

namespace vitrina::io {
namespace {

constexpr std::int64_t kRowGroupRows = 1'000'000;
/// Rows converted to Arrow at once: bounds what a batch of any size costs on top of itself.
constexpr std::size_t kPieceRows = std::size_t{1} << 17U;

std::shared_ptr<arrow::DataType> arrow_type(ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return arrow::utf8();
    case ColumnType::kLargeString:
      return arrow::large_utf8();
    case ColumnType::kInt32:
      return arrow::int32();
    case ColumnType::kInt64:
      return arrow::int64();
    case ColumnType::kUint32:
      return arrow::uint32();
    case ColumnType::kFloat:
      return arrow::float32();
    case ColumnType::kDouble:
      return arrow::float64();
    case ColumnType::kTimestampUs:
      return arrow::timestamp(arrow::TimeUnit::MICRO);
    case ColumnType::kStringList:
      return arrow::list(arrow::utf8());
  }
  throw Error(ErrorCode::kInternal, "parquet writer: unknown column type");
}

Error misfit(const ColumnSpec& column) {
  return {ErrorCode::kInternal,
          fmt::format("parquet writer: column '{}' got values of another kind", column.name)};
}

/// A failed write is the disk's or the memory's fault, not the data's.
void check_write(const arrow::Status& status, std::string_view place) {
  if (status.ok()) return;
  if (status.IsOutOfMemory()) {
    throw Error(ErrorCode::kOutOfResources,
                fmt::format("{}: not enough memory to write it", printable(place)));
  }
  const int error = arrow::internal::ErrnoFromStatus(status);
  throw file_error(place, "write", error == 0 ? EIO : error);
}

template <class T>
T check_write(arrow::Result<T>&& result, std::string_view place) {
  check_write(result.status(), place);
  return std::move(result).ValueUnsafe();
}

std::size_t length_of(const ColumnData& data) {
  return std::visit(
      [](const auto& values) -> std::size_t {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Values, CodedTexts>) {
          return values.codes.size();
        } else if constexpr (std::is_same_v<Values, CodedLists>) {
          return values.offsets.empty() ? 0 : values.offsets.size() - 1;
        } else {
          return values.size();
        }
      },
      data);
}

template <class Value>
bool is_null(Value value, ColumnType type) {
  if constexpr (std::is_floating_point_v<Value>) {
    return std::isnan(value);
  } else if constexpr (std::is_same_v<Value, std::int64_t>) {
    return type == ColumnType::kTimestampUs && value == kNoTime;
  } else {
    return false;
  }
}

/// Rows [begin, end) of a batch's column as an Arrow array.
class PieceConverter {
 public:
  PieceConverter(const ColumnSpec& column, std::size_t begin, std::size_t end)
      : column_(column), begin_(begin), end_(end) {}

  std::shared_ptr<arrow::Array> convert(const ColumnData& data) {
    const auto type = arrow_type(column_.type);
    const auto builder = check_write(arrow::MakeBuilder(type), column_.name);
    check_write(builder->Reserve(static_cast<std::int64_t>(end_ - begin_)), column_.name);
    switch (column_.type) {
      case ColumnType::kString:
        append_texts(static_cast<arrow::StringBuilder&>(*builder), data);
        break;
      case ColumnType::kLargeString:
        append_texts(static_cast<arrow::LargeStringBuilder&>(*builder), data);
        break;
      case ColumnType::kInt32:
        append_numbers(static_cast<arrow::Int32Builder&>(*builder), data);
        break;
      case ColumnType::kInt64:
        append_numbers(static_cast<arrow::Int64Builder&>(*builder), data);
        break;
      case ColumnType::kUint32:
        append_numbers(static_cast<arrow::UInt32Builder&>(*builder), data);
        break;
      case ColumnType::kFloat:
        append_numbers(static_cast<arrow::FloatBuilder&>(*builder), data);
        break;
      case ColumnType::kDouble:
        append_numbers(static_cast<arrow::DoubleBuilder&>(*builder), data);
        break;
      case ColumnType::kTimestampUs:
        append_numbers(static_cast<arrow::TimestampBuilder&>(*builder), data);
        break;
      case ColumnType::kStringList:
        append_lists(static_cast<arrow::ListBuilder&>(*builder), data);
        break;
    }
    return check_write(builder->Finish(), column_.name);
  }

 private:
  template <class Builder>
  void append_code(Builder& builder, const CodedTexts& column, std::size_t i) const {
    const auto code = column.codes[i];
    check_write(
        code < column.texts.size() ? builder.Append(column.texts[code]) : builder.AppendNull(),
        column_.name);
  }

  template <class Builder>
  void append_texts(Builder& builder, const ColumnData& data) const {
    std::visit(
        [&](const auto& values) {
          using Values = std::decay_t<decltype(values)>;
          if constexpr (std::is_same_v<Values, CodedTexts>) {
            for (std::size_t i = begin_; i < end_; ++i) append_code(builder, values, i);
          } else if constexpr (std::is_same_v<Values, std::span<const std::string>> ||
                               std::is_same_v<Values, std::span<const std::string_view>>) {
            for (std::size_t i = begin_; i < end_; ++i) {
              check_write(builder.Append(values[i]), column_.name);
            }
          } else {
            throw misfit(column_);
          }
        },
        data);
  }

  void append_lists(arrow::ListBuilder& builder, const ColumnData& data) const {
    const auto* lists = std::get_if<CodedLists>(&data);
    if (lists == nullptr) throw misfit(column_);
    auto& elements = static_cast<arrow::StringBuilder&>(*builder.value_builder());
    for (std::size_t row = begin_; row < end_; ++row) {
      check_write(builder.Append(), column_.name);
      for (auto i = lists->offsets[row]; i < lists->offsets[row + 1]; ++i) {
        append_code(elements, lists->elements, i);
      }
    }
  }

  template <class Builder>
  void append_numbers(Builder& builder, const ColumnData& data) const {
    std::visit(
        [&](const auto& values) {
          if constexpr (requires { static_cast<double>(values[0]); }) {
            for (std::size_t i = begin_; i < end_; ++i) {
              if (is_null(values[i], column_.type)) {
                builder.UnsafeAppendNull();
              } else {
                builder.UnsafeAppend(static_cast<typename Builder::value_type>(values[i]));
              }
            }
          } else {
            throw misfit(column_);
          }
        },
        data);
  }

  const ColumnSpec& column_;
  std::size_t begin_;
  std::size_t end_;
};

}  // namespace

struct TableWriter::Impl {
  std::string path;
  std::vector<ColumnSpec> columns;
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<arrow::io::FileOutputStream> file;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
};

TableWriter::TableWriter(const std::filesystem::path& path, const std::filesystem::path& meant,
                         std::vector<ColumnSpec> columns, const FileMetadata& metadata)
    : impl_(std::make_unique<Impl>()) {
  auto& self = *impl_;
  self.path = meant.string();
  self.columns = std::move(columns);
  arrow::FieldVector fields;
  for (const auto& column : self.columns) {
    fields.push_back(arrow::field(column.name, arrow_type(column.type)));
  }
  const auto beside = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : metadata) beside->Append(key, value);
  self.schema = arrow::schema(fields, metadata.empty() ? nullptr : beside);
  self.file = check_write(arrow::io::FileOutputStream::Open(path.string()), self.path);
  const auto properties = parquet::WriterProperties::Builder()
                              .compression(parquet::Compression::ZSTD)
                              ->max_row_group_length(kRowGroupRows)
                              ->build();
  // The Arrow schema tells large_string from string; Parquet itself knows one text type.
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  self.writer =
      check_write(parquet::arrow::FileWriter::Open(*self.schema, arrow::default_memory_pool(),
                                                   self.file, properties, arrow_properties),
                  self.path);
}

TableWriter::~TableWriter() = default;

void TableWriter::append(const std::vector<ColumnData>& batch) {
  auto& self = *impl_;
  VITRINA_CHECK(batch.size(), ==, self.columns.size());
  const std::size_t n_rows = batch.empty() ? 0 : length_of(batch.front());
  for (const auto& data : batch) VITRINA_CHECK(length_of(data), ==, n_rows);
  for (std::size_t begin = 0; begin < n_rows; begin += kPieceRows) {
    const std::size_t end = std::min(n_rows, begin + kPieceRows);
    arrow::ArrayVector arrays;
    for (std::size_t c = 0; c < batch.size(); ++c) {
      arrays.push_back(PieceConverter(self.columns[c], begin, end).convert(batch[c]));
    }
    const auto piece = arrow::RecordBatch::Make(self.schema, static_cast<std::int64_t>(end - begin),
                                                std::move(arrays));
    check_write(self.writer->WriteRecordBatch(*piece), self.path);
  }
}

void TableWriter::finish() {
  check_write(impl_->writer->Close(), impl_->path);
  check_write(impl_->file->Close(), impl_->path);
}

void write_table(const std::filesystem::path& path, std::vector<ColumnSpec> columns,
                 const std::function<void(TableWriter&)>& fill, const FileMetadata& metadata) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    try {
      TableWriter writer(temporary, path, std::move(columns), metadata);
      fill(writer);
      writer.finish();
    } catch (const parquet::ParquetException&) {
      throw file_error(path, "write", errno == 0 ? EIO : errno);
    }
  });
}

}  // namespace vitrina::io
