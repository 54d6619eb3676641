#include "models/dense_kernels.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <new>

#include "models/vector_lanes.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20U;
constexpr std::size_t kLargeBlock = 2 * kHugePage;

std::align_val_t alignment_of(std::size_t n_bytes) {
  return std::align_val_t{n_bytes >= kLargeBlock ? kHugePage : kCacheLine};
}

using lanes::all;
using lanes::fma;
using lanes::load;
using lanes::store;
using lanes::Vec;

inline float sum(Vec v) {
  const Vec twos = v + __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
  const Vec fours = twos + __builtin_shufflevector(twos, twos, 2, 3, 0, 1, 6, 7, 4, 5);
  return fours[0] + fours[4];
}

/// Sums of the halves of four vectors: lane c and lane 4 + c are of v[c]. Adds in the order of
/// sum(): neighbours, then pairs.
inline Vec fours_of(const Vec (&v)[4]) {
  Vec twos[2];
  for (std::size_t p = 0; p < 2; ++p) {
    twos[p] = __builtin_shufflevector(v[2 * p], v[2 * p + 1], 0, 8, 2, 10, 4, 12, 6, 14) +
              __builtin_shufflevector(v[2 * p], v[2 * p + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  return __builtin_shufflevector(twos[0], twos[1], 0, 1, 8, 9, 4, 5, 12, 13) +
         __builtin_shufflevector(twos[0], twos[1], 2, 3, 10, 11, 6, 7, 14, 15);
}

/// The sums of four vectors and of four more.
inline Vec sums_of(Vec first, Vec second) {
  return __builtin_shufflevector(first, second, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(first, second, 4, 5, 6, 7, 12, 13, 14, 15);
}

/// c[r][v] (+)= sum over k of a[r * row + k * step] * b[k][v]: the one inner loop of products and
/// Gram matrices, with Rows x Vecs accumulators in registers.
struct Left {
  const float* data;
  std::size_t row;
  std::size_t step;
};

template <std::size_t Rows, std::size_t Vecs, bool Add>
inline void tile(std::size_t n, Left a, ConstMatrixView b, MatrixView c) {
  Vec acc[Rows][Vecs] = {};
  for (std::size_t k = 0; k < n; ++k) {
    Vec right[Vecs];
    for (std::size_t v = 0; v < Vecs; ++v) right[v] = load(b.row(k) + v * kLanes);
    for (std::size_t r = 0; r < Rows; ++r) {
      const Vec left = all(a.data[r * a.row + k * a.step]);
      for (std::size_t v = 0; v < Vecs; ++v) acc[r][v] = fma(left, right[v], acc[r][v]);
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t v = 0; v < Vecs; ++v) {
      float* to = c.row(r) + v * kLanes;
      store(Add ? load(to) + acc[r][v] : acc[r][v], to);
    }
  }
}

/// Columns [from, to) of Rows rows, three lanes at a time.
template <std::size_t Rows, bool Add, class Tile>
inline void sweep(std::size_t from, std::size_t to, Tile&& one) {
  std::size_t j = from;
  for (; j + 3 * kLanes <= to; j += 3 * kLanes) one.template operator()<Rows, 3, Add>(j);
  if (j + 2 * kLanes <= to) {
    one.template operator()<Rows, 2, Add>(j);
  } else if (j < to) {
    one.template operator()<Rows, 1, Add>(j);
  }
}

template <std::size_t Rows>
inline void multiply_rows(ConstMatrixView rows, ConstMatrixView matrix, Triangle triangle,
                          std::size_t dim, MatrixView out) {
  const auto one = [&]<std::size_t TileRows, std::size_t Vecs, bool Add>(std::size_t j) {
    const std::size_t begin = triangle == Triangle::kLower ? j : 0;
    const std::size_t end = triangle == Triangle::kLower ? dim : j + Vecs * kLanes;
    tile<TileRows, Vecs, Add>(end - begin, {rows.data + begin, rows.stride, 1},
                              {matrix.row(begin) + j, matrix.stride}, {out.data + j, out.stride});
  };
  sweep<Rows, false>(0, dim, one);
}

/// Rows i and i + 1 of the products with kCols rows from j on.
inline void products_tile(ConstMatrixView rows, std::size_t i, std::size_t j, std::size_t dim,
                          MatrixView out) {
  constexpr std::size_t kRows = 2;
  constexpr std::size_t kCols = 4;
  Vec acc[kRows][kCols] = {};
  for (std::size_t d = 0; d < dim; d += kLanes) {
    Vec right[kCols];
    for (std::size_t c = 0; c < kCols; ++c) right[c] = load(rows.row(j + c) + d);
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vec left = load(rows.row(i + r) + d);
      for (std::size_t c = 0; c < kCols; ++c) acc[r][c] = fma(left, right[c], acc[r][c]);
    }
  }
  const Vec sums = sums_of(fours_of(acc[0]), fours_of(acc[1]));
  __builtin_memcpy(out.row(i) + j, &sums, kCols * sizeof(float));
  __builtin_memcpy(out.row(i + 1) + j, reinterpret_cast<const float*>(&sums) + kCols,
                   kCols * sizeof(float));
}

/// Rows k0 to k1 of the factor: what is left of rows of A becomes rows of U.
inline void factor_pivots(MatrixView a, std::size_t k0, std::size_t k1, std::size_t width) {
  for (std::size_t k = k0; k < k1; ++k) {
    const std::size_t first = k / kLanes * kLanes;
    float* row = a.row(k);
    for (std::size_t p = k0; p < k; ++p) {
      const Vec weight = all(-a.row(p)[k]);
      for (std::size_t j = first; j < width; j += kLanes) {
        store(fma(weight, load(a.row(p) + j), load(row + j)), row + j);
      }
    }
    const float scale = 1.0F / std::sqrt(row[k]);
    for (std::size_t j = first; j < width; j += kLanes) store(load(row + j) * all(scale), row + j);
    row[k] = scale;  // the diagonal is only divided by
  }
}

/// Takes Pivots rows of U from p on out of rows i to i + Rows of A.
template <std::size_t Pivots, std::size_t Rows>
inline void eliminate(MatrixView a, std::size_t p, std::size_t i, std::size_t width) {
  Vec weight[Rows][Pivots];
  for (std::size_t r = 0; r < Rows; ++r) {
    for (std::size_t q = 0; q < Pivots; ++q) weight[r][q] = all(-a.row(p + q)[i + r]);
  }
  for (std::size_t j = i / kLanes * kLanes; j < width; j += kLanes) {
    Vec left[Rows];
    for (std::size_t r = 0; r < Rows; ++r) left[r] = load(a.row(i + r) + j);
    for (std::size_t q = 0; q < Pivots; ++q) {
      const Vec pivot = load(a.row(p + q) + j);
      for (std::size_t r = 0; r < Rows; ++r) left[r] = fma(weight[r][q], pivot, left[r]);
    }
    for (std::size_t r = 0; r < Rows; ++r) store(left[r], a.row(i + r) + j);
  }
}

}  // namespace

void* allocate_block(std::size_t n_bytes) {
  void* block = ::operator new(n_bytes, alignment_of(n_bytes));
  // advice only: without huge pages the block is as good, but slower
  if (n_bytes >= kLargeBlock) madvise(block, n_bytes, MADV_HUGEPAGE);
  return block;
}

void release_block(void* block, std::size_t n_bytes) {
  ::operator delete(block, n_bytes, alignment_of(n_bytes));
}

float dot(const float* a, const float* b, std::size_t n) {
  Vec acc = {};
  for (std::size_t d = 0; d < n; d += kLanes) acc = fma(load(a + d), load(b + d), acc);
  return sum(acc);
}

void dots(const float* x, ConstMatrixView rows, std::size_t n_rows, std::size_t n, float* out) {
  std::size_t r = 0;
  for (; r + 4 <= n_rows; r += 4) {
    Vec acc[4] = {};
    for (std::size_t d = 0; d < n; d += kLanes) {
      const Vec left = load(x + d);
      for (std::size_t k = 0; k < 4; ++k) acc[k] = fma(left, load(rows.row(r + k) + d), acc[k]);
    }
    const Vec sums = sums_of(fours_of(acc), Vec{});
    __builtin_memcpy(out + r, &sums, 4 * sizeof(float));
  }
  for (; r < n_rows; ++r) out[r] = dot(x, rows.row(r), n);
}

void add_scaled(float weight, const float* x, std::size_t n, float* y) {
  const Vec w = all(weight);
  for (std::size_t d = 0; d < n; d += kLanes) store(fma(w, load(x + d), load(y + d)), y + d);
}

void copy_scaled(float weight, const float* x, std::size_t n, float* y) {
  const Vec w = all(weight);
  for (std::size_t d = 0; d < n; d += kLanes) store(w * load(x + d), y + d);
}

void add_gram(ConstMatrixView rows, std::size_t n_rows, std::size_t dim, MatrixView gram) {
  constexpr std::size_t kRows = 4;
  static_assert(kLanes % kRows == 0);
  for (std::size_t i = 0; i < dim; i += kRows) {
    const auto one = [&]<std::size_t TileRows, std::size_t Vecs, bool Add>(std::size_t j) {
      tile<TileRows, Vecs, Add>(n_rows, {rows.data + i, 1, rows.stride},
                                {rows.data + j, rows.stride}, {gram.row(i) + j, gram.stride});
    };
    sweep<kRows, true>(i / kLanes * kLanes, dim, one);
  }
}

void row_products(ConstMatrixView rows, std::size_t n_rows, std::size_t dim, MatrixView products) {
  constexpr std::size_t kCols = 4;
  for (std::size_t i = 0; i < n_rows; i += 2) {
    const std::size_t first = i / kCols * kCols;
    for (const std::size_t r : {i, i + 1}) {
      std::fill(products.row(r) + i / kLanes * kLanes, products.row(r) + first, 0.0F);
    }
    for (std::size_t j = first; j < n_rows; j += kCols) products_tile(rows, i, j, dim, products);
  }
}

void multiply(ConstMatrixView rows, std::size_t n_rows, ConstMatrixView matrix, Triangle triangle,
              std::size_t dim, MatrixView out) {
  std::size_t r = 0;
  const auto from = [&](std::size_t row) { return ConstMatrixView(rows.row(row), rows.stride); };
  const auto to = [&](std::size_t row) { return MatrixView{out.row(row), out.stride}; };
  for (; r + 4 <= n_rows; r += 4) multiply_rows<4>(from(r), matrix, triangle, dim, to(r));
  for (; r < n_rows; ++r) multiply_rows<1>(from(r), matrix, triangle, dim, to(r));
}

void solve_in_place(MatrixView a, std::size_t n, float* x) {
  constexpr std::size_t kPivots = 4;
  const std::size_t width = whole_lanes(n + 1);
  for (std::size_t k = 0; k < n; k += kPivots) {
    const std::size_t end = std::min(k + kPivots, n);
    factor_pivots(a, k, end, width);
    std::size_t i = end;  // rows are left only where the block of pivots is whole
    for (; i + 2 <= n; i += 2) eliminate<kPivots, 2>(a, k, i, width);
    if (i < n) eliminate<kPivots, 1>(a, k, i, width);
  }
  // column n now holds U'^-1 b; what is not solved yet is zero, so whole lanes can be read
  std::fill_n(x, width, 0.0F);
  for (std::size_t k = n; k-- > 0;) {
    const float* row = a.row(k);
    const std::size_t first = k / kLanes * kLanes;
    x[k] = (row[n] - dot(row + first, x + first, width - first)) * row[k];
  }
}

}  // namespace vitrina::models
