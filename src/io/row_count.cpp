#include "io/row_count.hpp"

#include "io/table_source.hpp"

namespace vitrina::io {

std::uint64_t row_count(const std::filesystem::path& path) {
  return open_parquet(path, 1)->n_rows();
}

}  // namespace vitrina::io
