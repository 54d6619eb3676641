#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace vitrina::io {

/// A dense matrix, row-major.
struct Matrix {
  std::vector<float> values;
  std::uint64_t n_rows = 0;
  std::uint32_t n_columns = 0;
};

/// Reads the two-dimensional array `name` (`arr_0`) of a numpy `.npz` archive: stored or deflated
/// members, zip64 too; little-endian float16, float32 or float64 in C or Fortran order. Sizes are
/// checked against the file before memory is taken. Throws Error(kMissingInput) when the file is
/// not there, Error(kBadData) when it is damaged or holds something else.
Matrix read_npz(const std::filesystem::path& path, std::string_view name);

/// Writes `values`, row-major with `n_columns` columns, as the only array of an archive that
/// numpy reads. The bytes depend on the arguments only.
void write_npz(const std::filesystem::path& path, std::string_view name,
               std::span<const float> values, std::uint32_t n_columns);

}  // namespace vitrina::io
