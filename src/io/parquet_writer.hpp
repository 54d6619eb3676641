#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vitrina::io {

/// The types of columns Vitrina writes.
enum class ColumnType : std::uint8_t {
  kString,
  kLargeString,
  kInt32,
  kInt64,
  kUint32,
  kFloat,
  kDouble,
  kTimestampUs,  ///< without zone
  kStringList,   ///< list<string>
};

struct ColumnSpec {
  std::string name;
  ColumnType type;
};

/// Texts as codes into a table; a code that is not in the table (kNoCode) is a null.
struct CodedTexts {
  std::span<const std::uint32_t> codes;
  std::span<const std::string> texts;
};

/// Lists of texts: row r is the elements [offsets[r], offsets[r + 1]).
struct CodedLists {
  std::span<const std::uint64_t> offsets;
  CodedTexts elements;
};

/// The values of one column. Texts go into kString and kLargeString columns, CodedLists into
/// kStringList ones, any numbers into any of the rest: NaN, and kNoTime in kTimestampUs, is a null.
using ColumnData =
    std::variant<std::span<const std::string>, std::span<const std::string_view>, CodedTexts,
                 CodedLists, std::span<const std::uint8_t>, std::span<const std::int32_t>,
                 std::span<const std::uint32_t>, std::span<const std::int64_t>,
                 std::span<const std::uint64_t>, std::span<const float>, std::span<const double>>;

/// What stands beside a file's table: the key-value metadata of Parquet.
using FileMetadata = std::map<std::string, std::string>;

/// Takes the rows of a Parquet file batch by batch; write_table() makes one.
class TableWriter {
 public:
  /// Writes the file `path`; `meant` is the one that errors name.
  TableWriter(const std::filesystem::path& path, const std::filesystem::path& meant,
              std::vector<ColumnSpec> columns, const FileMetadata& metadata);
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;
  ~TableWriter();

  /// Adds rows: one ColumnData a column, in the order of the schema, all of one length. A batch
  /// may be the whole table: it is converted in pieces. Throws Error(kInternal) when the batch
  /// does not fit the schema, Error(kOutOfResources) when the disk says no.
  void append(const std::vector<ColumnData>& batch);

  /// Writes the footer; nothing may be appended afterwards.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a Parquet file atomically (core/file.hpp): zstd, row groups of a million rows. `fill`
/// appends the rows. The bytes depend on the rows, on how they are cut into batches and on the
/// metadata only.
void write_table(const std::filesystem::path& path, std::vector<ColumnSpec> columns,
                 const std::function<void(TableWriter&)>& fill, const FileMetadata& metadata = {});

/// The metadata of a Parquet file, Arrow's own schema left out; the rows are not read. Throws
/// Error(kMissingInput or kBadData).
FileMetadata read_metadata(const std::filesystem::path& path);

}  // namespace vitrina::io
