#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/arrow_support.hpp"
#include "io/parquet_writer.hpp"
#include "io/table_source.hpp"

namespace vitrina::io {
namespace {

constexpr std::int64_t kBatchRows = 128 * 1024;
constexpr std::int64_t kReadBufferBytes = 1024 * 1024;

/// A larger dictionary, as it lies in the file, costs more than it saves: it comes anew with every
/// batch. Most writers make none of more than 1 MiB.
constexpr std::int64_t kMaxDictionaryBytes = std::int64_t{2} * 1024 * 1024;

/// More rows than this are believed only if the file has at least a byte for every
/// kMaxRowsPerByte of them: a damaged or hostile footer can claim any number.
constexpr std::int64_t kAlwaysPlausibleRows = 10'000'000;
constexpr std::int64_t kMaxRowsPerByte = 1'000;

/// What decoding may hold at once, on top of twice the file: far above what a sound file needs,
/// below what makes a machine swap.
constexpr std::int64_t kMemoryLimitBytes = std::int64_t{2} * 1024 * 1024 * 1024;

/// The leaf columns under a field of the schema.
void collect_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.children.empty()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) collect_leaves(child, leaves);
}

/// Times of 96 bits have no room for a zone, so that Arrow takes them for a clock's.
std::shared_ptr<arrow::ChunkedArray> of_utc(const std::shared_ptr<arrow::ChunkedArray>& times,
                                            const std::string& place) {
  if (times->type()->id() != arrow::Type::TIMESTAMP) return times;
  const auto& type = static_cast<const arrow::TimestampType&>(*times->type());
  if (!type.timezone().empty()) return times;
  return check(times->View(arrow::timestamp(type.unit(), "UTC")), place);
}

class ParquetSource final : public TableSource {
 public:
  ParquetSource(const std::filesystem::path& path, int threads)
      : path_(path.string()),
        threads_(threads),
        n_bytes_(static_cast<std::int64_t>(std::filesystem::file_size(path))),
        pool_(arrow::default_memory_pool(), kMemoryLimitBytes + 2 * n_bytes_) {
    guarded(path_, [&] { open(); });
  }

  [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
  [[nodiscard]] std::vector<std::string> recognised() const override {
    const bool any = std::ranges::any_of(columns_, &Column::is_int96);
    return any ? std::vector{std::string(kInt96Note)} : std::vector<std::string>();
  }
  [[nodiscard]] std::uint64_t n_rows() const override {
    return static_cast<std::uint64_t>(n_rows_);
  }
  [[nodiscard]] std::uint64_t n_values(const std::string& column) const override;
  void select(const std::vector<std::string>& columns) override;
  std::size_t next(const ColumnUse& use) override;

 private:
  struct Column {
    std::string name;
    bool is_int96 = false;
    std::unique_ptr<parquet::arrow::FileReader> file;
    std::unique_ptr<parquet::arrow::ColumnReader> reader;
  };

  void open();
  void check_counts() const;
  void check_chunks(const std::string& column) const;
  [[nodiscard]] bool is_all_dictionary(int leaf) const;
  [[nodiscard]] std::unique_ptr<parquet::arrow::FileReader> make_reader(
      const std::vector<int>& leaves_with_dictionary);
  [[nodiscard]] int field_index(const std::string& column) const;
  [[nodiscard]] std::vector<int> leaves(const std::string& column) const;
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::kBadData, fmt::format("{}: {}; the file is damaged", path_, what));
  }

  std::string path_;
  int threads_;
  std::int64_t n_bytes_;
  arrow::CappedMemoryPool pool_;
  std::shared_ptr<arrow::io::ReadableFile> file_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  std::unique_ptr<parquet::arrow::FileReader> first_;
  std::vector<std::string> names_;
  std::int64_t n_rows_ = 0;
  int group_ = 0;
  std::int64_t row_in_group_ = 0;
  std::vector<Column> columns_;
};

void ParquetSource::open() {
  file_ = check(arrow::io::ReadableFile::Open(path_, &pool_), path_);
  first_ = make_reader({});
  metadata_ = first_->parquet_reader()->metadata();
  check_counts();
  n_rows_ = metadata_->num_rows();
  for (const auto& field : first_->manifest().schema_fields) {
    names_.push_back(field.field->name());
  }
}

std::unique_ptr<parquet::arrow::FileReader> ParquetSource::make_reader(
    const std::vector<int>& leaves_with_dictionary) {
  parquet::arrow::FileReaderBuilder builder;
  // Pages are read as they are needed: a column chunk of a whole log would be hundreds of MiB.
  parquet::ReaderProperties reading(&pool_);
  reading.enable_buffered_stream();
  reading.set_buffer_size(kReadBufferBytes);
  check(builder.Open(file_, reading, metadata_), path_);
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  properties.set_pre_buffer(false);
  // Nanoseconds would overflow outside 1677..2262.
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  for (const int leaf : leaves_with_dictionary) properties.set_read_dictionary(leaf, true);
  builder.memory_pool(&pool_)->properties(properties);
  return check(builder.Build(), path_);
}

/// Whether all texts of a leaf column are places in a dictionary of no great size. They are then
/// read as such, and the reader of the log looks a text up once a batch instead of once a row.
/// Where a page has plain texts Arrow would make a dictionary of them, for more than it saves.
bool ParquetSource::is_all_dictionary(int leaf) const {
  if (metadata_->schema()->Column(leaf)->physical_type() != parquet::Type::BYTE_ARRAY) return false;
  for (int group = 0; group < metadata_->num_row_groups(); ++group) {
    const auto chunk = metadata_->RowGroup(group)->ColumnChunk(leaf);
    const auto& pages = chunk->encoding_stats();
    if (pages.empty() || !chunk->has_dictionary_page()) return false;
    // a damaged footer may say anything here; that data begin at 0 or later was checked
    if (chunk->dictionary_page_offset() < chunk->data_page_offset() - kMaxDictionaryBytes) {
      return false;
    }
    for (const auto& page : pages) {
      const bool has_texts = page.page_type == parquet::PageType::DATA_PAGE ||
                             page.page_type == parquet::PageType::DATA_PAGE_V2;
      const bool is_places = page.encoding == parquet::Encoding::PLAIN_DICTIONARY ||
                             page.encoding == parquet::Encoding::RLE_DICTIONARY;
      if (has_texts && !is_places) return false;
    }
  }
  return true;
}

void ParquetSource::check_counts() const {
  const std::int64_t limit =
      std::max(kAlwaysPlausibleRows, n_bytes_ * std::int64_t{kMaxRowsPerByte});
  std::int64_t total = 0;
  for (int group = 0; group < metadata_->num_row_groups(); ++group) {
    const std::int64_t rows = metadata_->RowGroup(group)->num_rows();
    if (rows < 0 || rows > limit - total) {
      fail(fmt::format("row group {} claims {} rows in a file of {} bytes", group, rows, n_bytes_));
    }
    total += rows;
  }
  if (metadata_->num_rows() != total) {
    fail(fmt::format("the footer claims {} rows, the row groups {}", metadata_->num_rows(), total));
  }
}

/// What the footer says of a column must fit the file before anything of it is read.
void ParquetSource::check_chunks(const std::string& column) const {
  const std::int64_t limit = std::max(kAlwaysPlausibleRows, n_bytes_ * kMaxRowsPerByte);
  const auto leaf_columns = leaves(column);
  for (int group = 0; group < metadata_->num_row_groups(); ++group) {
    const auto row_group = metadata_->RowGroup(group);
    for (const int leaf : leaf_columns) {
      const auto chunk = row_group->ColumnChunk(leaf);
      const auto place = fmt::format("row group {}, column '{}'", group, printable(column));
      const bool repeated = metadata_->schema()->Column(leaf)->max_repetition_level() > 0;
      if (chunk->num_values() < 0 || chunk->num_values() > limit ||
          (!repeated && chunk->num_values() != row_group->num_rows())) {
        fail(fmt::format("{} claims {} values for {} rows", place, chunk->num_values(),
                         row_group->num_rows()));
      }
      std::int64_t begin = chunk->data_page_offset();
      if (chunk->has_dictionary_page() && chunk->dictionary_page_offset() > 0) {
        begin = std::min(begin, chunk->dictionary_page_offset());
      }
      const std::int64_t size = chunk->total_compressed_size();
      if (begin < 0 || size < 0 || begin > n_bytes_ || size > n_bytes_ - begin) {
        fail(fmt::format("{} claims {} bytes at {} in a file of {} bytes", place, size, begin,
                         n_bytes_));
      }
    }
  }
}

int ParquetSource::field_index(const std::string& column) const {
  const auto it = std::find(names_.begin(), names_.end(), column);
  if (it == names_.end()) throw_missing_column(path_, column, names_);
  return static_cast<int>(it - names_.begin());
}

std::vector<int> ParquetSource::leaves(const std::string& column) const {
  std::vector<int> found;
  collect_leaves(first_->manifest().schema_fields[static_cast<std::size_t>(field_index(column))],
                 found);
  return found;
}

std::uint64_t ParquetSource::n_values(const std::string& column) const {
  std::uint64_t total = 0;
  const auto leaf_columns = leaves(column);
  for (int group = 0; group < metadata_->num_row_groups(); ++group) {
    total += static_cast<std::uint64_t>(
        metadata_->RowGroup(group)->ColumnChunk(leaf_columns.front())->num_values());
  }
  return total;
}

void ParquetSource::select(const std::vector<std::string>& columns) {
  for (const auto& name : columns) {
    const int index = field_index(name);
    const auto place = fmt::format("{}: column '{}'", path_, printable(name));
    guarded(place, [&] {
      check_chunks(name);
      // A reader a column, so that columns can be decoded on several threads in lockstep whatever
      // the layout of the row groups is.
      auto as_dictionary = leaves(name);
      const bool is_int96 =
          as_dictionary.size() == 1 &&
          metadata_->schema()->Column(as_dictionary[0])->physical_type() == parquet::Type::INT96;
      std::erase_if(as_dictionary, [&](int leaf) { return !is_all_dictionary(leaf); });
      Column column{name, is_int96, make_reader(as_dictionary), nullptr};
      check(column.file->GetColumn(index, &column.reader), place);
      columns_.push_back(std::move(column));
    });
  }
}

std::size_t ParquetSource::next(const ColumnUse& use) {
  while (group_ < metadata_->num_row_groups() &&
         row_in_group_ == metadata_->RowGroup(group_)->num_rows()) {
    ++group_;
    row_in_group_ = 0;
  }
  if (group_ == metadata_->num_row_groups()) return 0;
  // Not across row groups: Arrow cannot join the lists of two dictionaries in one array.
  const std::int64_t rows =
      std::min(kBatchRows, metadata_->RowGroup(group_)->num_rows() - row_in_group_);
  parallel_chunks(columns_.size(), 1, threads_, [&](std::size_t c, std::size_t /*end*/) {
    auto& column = columns_[c];
    const auto place =
        fmt::format("{}: row group {}, column '{}'", path_, group_, printable(column.name));
    guarded(place, [&] {
      std::shared_ptr<arrow::ChunkedArray> values;
      check(column.reader->NextBatch(rows, &values), place);
      const std::int64_t found = values ? values->length() : 0;
      if (found != rows) {
        throw Error(ErrorCode::kBadData,
                    fmt::format("{}: found {} values, expected {}; the file is damaged", place,
                                found, rows));
      }
      check(values->ValidateFull(), place);
      if (column.is_int96) values = of_utc(values, place);
      use(c, values);
    });
  });
  row_in_group_ += rows;
  return static_cast<std::size_t>(rows);
}

}  // namespace

std::unique_ptr<TableSource> open_parquet(const std::filesystem::path& path, int threads) {
  return std::make_unique<ParquetSource>(path, threads);
}

FileMetadata read_metadata(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(ErrorCode::kMissingInput, fmt::format("{}: no such file", path.string()));
  }
  return guarded(path.string(), [&] {
    const auto file = parquet::ParquetFileReader::OpenFile(path.string());
    FileMetadata found;
    const auto metadata = file->metadata()->key_value_metadata();
    if (!metadata) return found;
    for (std::int64_t i = 0; i < metadata->size(); ++i)
      found[metadata->key(i)] = metadata->value(i);
    found.erase("ARROW:schema");
    return found;
  });
}

}  // namespace vitrina::io
