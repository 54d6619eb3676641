#pragma once

#include <cstddef>
#include <vector>

namespace vitrina::models {

/// Floats that are worked on at a time. Rows of matrices are padded with zeros to whole lanes, so
/// that no kernel has a tail. The order of additions is part of a kernel: the same numbers on
/// every machine, however wide its registers are.
inline constexpr std::size_t kLanes = 8;

constexpr std::size_t whole_lanes(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

/// A block in which no lane straddles two cache lines; a large one on huge pages where the system
/// has them: rows are read in no order, and small pages would be looked up for each (14% of a fit
/// with 128 factors). Throws std::bad_alloc.
void* allocate_block(std::size_t n_bytes);
void release_block(void* block, std::size_t n_bytes);

template <class T>
struct BlockAllocator {
  using value_type = T;  // the standard's name

  BlockAllocator() = default;
  template <class U>
  explicit BlockAllocator(const BlockAllocator<U>& /*other*/) {}

  T* allocate(std::size_t n) { return static_cast<T*>(allocate_block(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) { release_block(block, n * sizeof(T)); }
  friend bool operator==(const BlockAllocator&, const BlockAllocator&) { return true; }
};

using AlignedFloats = std::vector<float, BlockAllocator<float>>;

/// Row-major floats, `stride` of them from one row to the next, in whole lanes.
struct MatrixView {
  float* data;
  std::size_t stride;

  [[nodiscard]] float* row(std::size_t r) const { return data + r * stride; }
};
struct ConstMatrixView {
  const float* data;
  std::size_t stride;

  ConstMatrixView(const float* first, std::size_t step) : data(first), stride(step) {}
  // a view that may write is one that may read
  ConstMatrixView(MatrixView view) : data(view.data), stride(view.stride) {}  // NOLINT

  [[nodiscard]] const float* row(std::size_t r) const { return data + r * stride; }
};

/// Inner product; n in whole lanes.
float dot(const float* a, const float* b, std::size_t n);

/// Inner products of x with rows, each the same to the bit as dot(); n in whole lanes.
void dots(const float* x, ConstMatrixView rows, std::size_t n_rows, std::size_t n, float* out);

/// y += weight * x; n in whole lanes.
void add_scaled(float weight, const float* x, std::size_t n, float* y);

/// y = weight * x; n in whole lanes.
void copy_scaled(float weight, const float* x, std::size_t n, float* y);

/// gram += rows' * rows, of which only the blocks on and above the diagonal are kept: column j of
/// row i is written for every j from i, rounded down to whole lanes, on. `dim` in whole lanes.
void add_gram(ConstMatrixView rows, std::size_t n_rows, std::size_t dim, MatrixView gram);

/// products = rows * rows', on and above the diagonal as in add_gram(), zeros before it. Reads rows
/// up to whole lanes of `n_rows`, which must be there and zero, and writes up to as many columns
/// and one row more.
void row_products(ConstMatrixView rows, std::size_t n_rows, std::size_t dim, MatrixView products);

/// Which half of a square matrix holds numbers; the other is not read as zeros but skipped.
enum class Triangle { kUpper, kLower };

/// out = rows * matrix with a triangular `dim` x `dim` matrix; `dim` in whole lanes. `out` must
/// not be `rows`.
void multiply(ConstMatrixView rows, std::size_t n_rows, ConstMatrixView matrix, Triangle triangle,
              std::size_t dim, MatrixView out);

/// Solves A x = b for a symmetric positive definite A of n rows, given on and above the diagonal,
/// with b in column n: A is overwritten by its factor U (A = U'U) and x is written. The stride of
/// `a` must be at least whole_lanes(n + 1), its columns after n finite; `x` has room for that many
/// too. Right-looking, four pivots at a time.
void solve_in_place(MatrixView a, std::size_t n, float* x);

}  // namespace vitrina::models
