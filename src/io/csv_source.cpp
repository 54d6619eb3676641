#include <arrow/chunked_array.h>
#include <arrow/csv/api.h>
#include <arrow/io/compressed.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/arrow_support.hpp"
#include "io/table_source.hpp"
#include "io/text_stream.hpp"

namespace vitrina::io {
namespace {

/// A block must hold a whole row: lists of thousands of products occur.
constexpr std::int32_t kBlockBytes = 8 * 1024 * 1024;

/// What the delimiter is looked for in; a first line is not longer.
constexpr std::int64_t kPeekBytes = 64 * 1024;

/// Every cell is read as bytes: an id such as 007 must not become a number, and a cell that is no
/// UTF-8 spoils its own row alone.
class CsvSource final : public TableSource {
 public:
  CsvSource(const std::filesystem::path& path, int threads)
      : path_(path.string()), threads_(threads) {
    guarded(path_, [&] {
      const auto schema = open({})->schema();
      names_ = schema->field_names();
    });
  }

  [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
  [[nodiscard]] std::vector<std::string> recognised() const override {
    std::vector<std::string> notes;
    if (delimiter_ != ',') {
      notes.push_back(delimiter_ == '\t' ? "columns separated by tabs"
                                         : fmt::format("columns separated by '{}'", delimiter_));
    }
    if (text_ && text_->is_cp1251()) notes.emplace_back("text in Windows-1251");
    return notes;
  }
  [[nodiscard]] std::uint64_t n_rows() const override { return 0; }
  [[nodiscard]] std::uint64_t n_values(const std::string& /*column*/) const override { return 0; }

  void select(const std::vector<std::string>& columns) override {
    for (const auto& column : columns) {
      if (std::find(names_.begin(), names_.end(), column) == names_.end()) {
        throw_missing_column(path_, column, names_);
      }
    }
    guarded(path_, [&] { reader_ = open(columns); });
  }

  std::size_t next(const ColumnUse& use) override {
    return guarded(path_, [&]() -> std::size_t {
      std::shared_ptr<arrow::RecordBatch> batch;
      do {
        check(reader_->ReadNext(&batch), path_);
      } while (batch && batch->num_rows() == 0);
      if (!batch) return 0;
      check(batch->ValidateFull(), path_);
      parallel_chunks(
          static_cast<std::size_t>(batch->num_columns()), 1, threads_,
          [&](std::size_t c, std::size_t /*end*/) {
            use(c, std::make_shared<arrow::ChunkedArray>(batch->column(static_cast<int>(c))));
          });
      return static_cast<std::size_t>(batch->num_rows());
    });
  }

 private:
  [[nodiscard]] std::shared_ptr<arrow::csv::StreamingReader> open(
      const std::vector<std::string>& columns) {
    std::shared_ptr<arrow::io::InputStream> input =
        check(arrow::io::ReadableFile::Open(path_), path_);
    if (path_.ends_with(".gz") || path_.ends_with(".GZ")) {
      codec_ = check(arrow::util::Codec::Create(arrow::Compression::GZIP), path_);
      input = check(arrow::io::CompressedInputStream::Make(codec_.get(), input), path_);
    }
    text_ = std::make_shared<TextStream>(std::move(input));
    delimiter_ = guess_delimiter(check(text_->beginning(kPeekBytes), path_));
    text_->watch_quotes(delimiter_);  // Arrow takes the end of a file for the end of a cell
    auto read = arrow::csv::ReadOptions::Defaults();
    read.use_threads = false;
    read.block_size = kBlockBytes;
    auto parse = arrow::csv::ParseOptions::Defaults();
    parse.newlines_in_values = true;
    parse.delimiter = delimiter_;
    auto convert = arrow::csv::ConvertOptions::Defaults();
    convert.default_column_type = arrow::binary();
    convert.include_columns = columns;
    return check(arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), text_, read,
                                                   parse, convert),
                 path_);
  }

  std::string path_;
  int threads_;
  std::vector<std::string> names_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<TextStream> text_;
  char delimiter_ = ',';
  std::shared_ptr<arrow::csv::StreamingReader> reader_;
};

}  // namespace

std::unique_ptr<TableSource> open_csv(const std::filesystem::path& path, int threads) {
  return std::make_unique<CsvSource>(path, threads);
}

}  // namespace vitrina::io
