#pragma once

#include <cstdint>
#include <span>

#include "core/csr.hpp"
#include "core/rng.hpp"
#include "models/dense_kernels.hpp"

namespace vitrina::models {

/// A pair of a row with a column that met: its confidence is 1 + excess. All other pairs have
/// confidence 1 and preference 0.
struct Confidence {
  std::uint32_t column;
  float excess;  ///< > 0
};
using Confidences = Csr<Confidence>;

/// The same pairs by column; the rows of a column ascend.
Confidences transposed(const Confidences& rows, std::size_t n_columns);

/// Factors of rows, each padded with zeros to whole lanes.
struct Factors {
  Factors() = default;
  Factors(std::size_t rows, std::size_t factors)
      : n_rows(rows), dim(whole_lanes(factors)), values(rows * dim, 0.0F) {}

  std::size_t n_rows = 0;
  std::size_t dim = 0;
  AlignedFloats values;

  [[nodiscard]] MatrixView view() { return {values.data(), dim}; }
  [[nodiscard]] ConstMatrixView view() const { return {values.data(), dim}; }
  [[nodiscard]] const float* row(std::size_t r) const { return values.data() + r * dim; }
};

/// Y'Y of factors Y: dim x dim, on and above the diagonal as add_gram() leaves it. Sums are taken
/// in chunks of rows that do not depend on the number of threads.
AlignedFloats gram_of(const Factors& factors, int threads);

/// The map that turns the regularised Gram matrix of the fixed side, A = Y'Y + lambda I = U'U,
/// into the identity: z = U'^-1 y. Found in doubles.
class Whitening {
 public:
  Whitening() = default;
  Whitening(const AlignedFloats& gram, std::size_t dim, double regularization);

  /// z of n rows y.
  void whiten(ConstMatrixView rows, std::size_t n_rows, MatrixView out) const {
    multiply(rows, n_rows, {inverse_.data(), dim_}, Triangle::kUpper, dim_, out);
  }
  /// Solutions of the whitened problem turned into factors: x = U^-1 w, n rows of them.
  void unwhiten(ConstMatrixView rows, std::size_t n_rows, MatrixView out) const {
    multiply(rows, n_rows, {inverse_transposed_.data(), dim_}, Triangle::kLower, dim_, out);
  }

 private:
  std::size_t dim_ = 0;
  AlignedFloats inverse_;
  AlignedFloats inverse_transposed_;
};

/// Solves the whitened normal equations of one row at a time. Not for several threads at once.
///
/// With the row's columns z_i, scaled by the root of their excess to the rows of P, and
/// q_i = confidence / root, (I + P'P) w = P'q. A row with fewer pairs than factors is solved in
/// its own small dimension instead, w = P'(I + PP')^-1 q (Woodbury's identity). Both are as well
/// conditioned as they can be: no eigenvalue is below 1.
class RowSolver {
 public:
  explicit RowSolver(std::size_t dim) : dim_(dim) {}

  /// Writes `dim` numbers to w. `whitened` has a row for every column named.
  void solve(std::span<const Confidence> row, ConstMatrixView whitened, float* w);

 private:
  void pack(std::span<const Confidence> row, ConstMatrixView whitened);
  void solve_small(std::span<const Confidence> row, ConstMatrixView whitened, float* w);
  void solve_large(std::span<const Confidence> row, ConstMatrixView whitened, float* w);

  std::size_t dim_;
  AlignedFloats panel_;   ///< P
  AlignedFloats target_;  ///< q
  AlignedFloats equations_;
  AlignedFloats solution_;
};

/// One half of an iteration (Hu, Koren, Volinsky, ICDM 2008): the factors of all rows that
/// minimise  sum c (p - x'y)^2 + lambda (|x|^2 + |y|^2)  with the columns' factors fixed. Exact.
/// `fixed_gram` is gram_of(fixed); answers gram_of(out), found on the way.
AlignedFloats solve_side(const Confidences& rows, const Factors& fixed,
                         const AlignedFloats& fixed_gram, double regularization, int threads,
                         Factors& out);

/// The pairs that met, by row and by column.
struct ConfidenceMatrix {
  const Confidences& rows;
  const Confidences& columns;
};

/// Draws a first factor: n numbers around 0, of a length that does not depend on n.
void draw_factor(Rng rng, std::size_t n, float* factor);

/// Solves all rows and then all columns, `iterations` times, from the columns' factors given.
void alternate(const ConfidenceMatrix& matrix, double regularization, int iterations, int threads,
               Factors& of_rows, Factors& of_columns);

}  // namespace vitrina::models
