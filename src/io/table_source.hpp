#pragma once

// Internal to io: one way to read a few columns of a Parquet or CSV file, batch by batch.

#include <arrow/type_fwd.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ArrowArrayStream;  // of the Arrow C data interface

namespace vitrina::io {

/// Gets column `column` (its position in what was selected) of a batch. Called on several threads
/// at once, each column on one of them.
using ColumnUse =
    std::function<void(std::size_t column, const std::shared_ptr<arrow::ChunkedArray>& values)>;

/// What is recognised where a file has times in 96 bits. Spark writes moments of UTC so.
inline constexpr std::string_view kInt96Note = "INT96 times, as Spark writes them: UTC";

/// A file of named columns. Every error is an Error that names the file and, when known, the
/// column and the row group. Batches are validated in full before they are handed out; they must
/// not outlive the source.
class TableSource {
 public:
  TableSource() = default;
  TableSource(const TableSource&) = delete;
  TableSource& operator=(const TableSource&) = delete;
  virtual ~TableSource() = default;

  [[nodiscard]] virtual const std::vector<std::string>& names() const = 0;
  /// What is not in the plain form and was understood, for people; known in full at the end.
  [[nodiscard]] virtual std::vector<std::string> recognised() const { return {}; }
  /// What stands beside the table, of a source that hands it on; empty of the others.
  [[nodiscard]] virtual std::map<std::string, std::string> metadata() const { return {}; }
  /// 0 when only reading tells.
  [[nodiscard]] virtual std::uint64_t n_rows() const = 0;
  /// What `column` holds when its lists are unfolded, an estimate from the metadata.
  [[nodiscard]] virtual std::uint64_t n_values(const std::string& column) const = 0;
  /// Chooses the columns to read; all must be in names(). Called once, before next().
  virtual void select(const std::vector<std::string>& columns) = 0;
  /// Reads the next batch and calls `use` for each selected column; 0 rows means the end.
  virtual std::size_t next(const ColumnUse& use) = 0;
};

/// The last part of a path, with capitals of the Latin alphabet made small.
std::string lower_name(const std::filesystem::path& path);

/// Whether a path's name says CSV (`.csv`, `.tsv`, also with `.gz` after it), in capitals or not.
bool is_csv(const std::filesystem::path& path);
/// Whether a path's name says Parquet (`.parquet`, `.pq`), in capitals or not.
bool is_parquet(const std::filesystem::path& path);

/// Whether `path` has the column. Throws Error(kBadData) where it stands twice: which of the two is
/// meant cannot be known.
bool has_column(const std::filesystem::path& path, const std::string& column,
                const std::vector<std::string>& found);

/// Throws Error(kMissingInput) when `path` is a pipe or a device: a table is read twice.
void check_no_pipe(const std::filesystem::path& path);

/// Opens `path` by its name: CSV where that ends with `.csv`, `.tsv` or `.txt`, also in capitals
/// and with `.gz` after it, Parquet otherwise. Throws Error(kMissingInput) when it is not a file.
std::unique_ptr<TableSource> open_table(const std::filesystem::path& path, int threads);

std::unique_ptr<TableSource> open_parquet(const std::filesystem::path& path, int threads);
std::unique_ptr<TableSource> open_csv(const std::filesystem::path& path, int threads);
/// Takes a stream over, also when it throws; `name` stands for a path in messages.
std::unique_ptr<TableSource> open_stream(ArrowArrayStream* stream,
                                         const std::filesystem::path& name, int threads);

/// The error for a column that is not in `found`, with the nearest name.
[[noreturn]] void throw_missing_column(const std::filesystem::path& path, const std::string& column,
                                       const std::vector<std::string>& found);

}  // namespace vitrina::io
