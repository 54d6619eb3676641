#include <arrow/array.h>
#include <arrow/c/bridge.h>
#include <arrow/c/helpers.h>
#include <arrow/chunked_array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "io/arrow_support.hpp"
#include "io/log_reader.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

/// A stream is the caller's own: what it says is for the caller.
void check_stream(const arrow::Status& status, std::string_view place) {
  if (status.ok()) return;
  if (status.IsOutOfMemory()) throw memory_error(place);
  throw Error(ErrorCode::kBadData,
              fmt::format("{}: {}", place, printable(one_line(status.message()))));
}

/// A whole table is often one batch; what is made of its rows should not be as large again.
constexpr std::int64_t kBatchRows = 128 * 1024;

/// Batches that another library holds in memory.
class StreamSource final : public TableSource {
 public:
  StreamSource(std::shared_ptr<arrow::RecordBatchReader> reader, std::string name, int threads)
      : reader_(std::move(reader)),
        name_(std::move(name)),
        threads_(threads),
        names_(reader_->schema()->field_names()) {}

  [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
  [[nodiscard]] std::map<std::string, std::string> metadata() const override {
    std::map<std::string, std::string> found;
    const auto& metadata = reader_->schema()->metadata();
    if (!metadata) return found;
    for (std::int64_t i = 0; i < metadata->size(); ++i) {
      found[metadata->key(i)] = metadata->value(i);
    }
    return found;
  }
  [[nodiscard]] std::uint64_t n_rows() const override { return 0; }
  [[nodiscard]] std::uint64_t n_values(const std::string& /*column*/) const override { return 0; }

  void select(const std::vector<std::string>& columns) override {
    for (const auto& column : columns) {
      const auto it = std::find(names_.begin(), names_.end(), column);
      if (it == names_.end()) throw_missing_column(name_, column, names_);
      columns_.push_back(static_cast<int>(it - names_.begin()));
    }
  }

  std::size_t next(const ColumnUse& use) override {
    return guarded(name_, [&]() -> std::size_t {
      if (!batch_ || row_ == batch_->num_rows()) read_batch();
      if (!batch_) return 0;
      const std::int64_t rows = std::min(kBatchRows, batch_->num_rows() - row_);
      parallel_chunks(columns_.size(), 1, threads_, [&](std::size_t c, std::size_t /*end*/) {
        const auto part = batch_->column(columns_[c])->Slice(row_, rows);
        use(c, std::make_shared<arrow::ChunkedArray>(part));
      });
      row_ += rows;
      return static_cast<std::size_t>(rows);
    });
  }

 private:
  /// The next batch that has rows, none at the end.
  void read_batch() {
    row_ = 0;
    do {
      check_stream(reader_->ReadNext(&batch_), name_);
    } while (batch_ && batch_->num_rows() == 0);
    if (!batch_) return;
    check_stream(batch_->Validate(), name_);
    for (const int column : columns_) {
      check_stream(batch_->column(column)->ValidateFull(),
                   fmt::format("{}: column '{}'", name_, printable(batch_->column_name(column))));
    }
  }

  std::shared_ptr<arrow::RecordBatchReader> reader_;
  std::string name_;
  int threads_;
  std::vector<std::string> names_;
  std::vector<int> columns_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t row_ = 0;
};

/// A column alone is refused here: Arrow's own words speak of structs.
void check_is_table(ArrowArrayStream* stream, std::string_view name) {
  if (ArrowArrayStreamIsReleased(stream)) return;  // the import says so
  ArrowSchema schema{};
  if (stream->get_schema(stream, &schema) != 0) return;  // the import says why
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  const bool is_table = format == "+s";
  ArrowSchemaRelease(&schema);
  if (is_table) return;
  throw Error(ErrorCode::kBadData,
              fmt::format("{}: found one column without a name, expected a table", name));
}

}  // namespace

std::unique_ptr<TableSource> open_stream(ArrowArrayStream* stream,
                                         const std::filesystem::path& name, int threads) {
  if (stream == nullptr) {
    throw Error(ErrorCode::kBadData, fmt::format("{}: there is no stream", name.string()));
  }
  return guarded(name.string(), [&] {
    check_is_table(stream, name.string());
    auto reader = arrow::ImportRecordBatchReader(stream);
    check_stream(reader.status(), name.string());
    return std::make_unique<StreamSource>(std::move(reader).ValueUnsafe(), name.string(), threads);
  });
}

void release_stream(ArrowArrayStream* stream) noexcept {
  if (stream != nullptr) ArrowArrayStreamRelease(stream);
}

}  // namespace vitrina::io
