#pragma once

#include <cstddef>

namespace vitrina::ranking {

/// A row-major block of features that stays where it is.
struct MatrixView {
  const float* data;
  std::size_t n_rows;
  std::size_t n_columns;
};

}  // namespace vitrina::ranking
