#include "models/ials_solver.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/parallel.hpp"

namespace vitrina::models {
namespace {

/// Rows that are solved, mapped back and summed while they are in the cache.
constexpr std::size_t kBlockRows = 128;
/// Chunks of rows at most: each has a Gram matrix of its own.
constexpr std::size_t kMaxChunks = 128;
/// Rows of a panel of the large problem.
constexpr std::size_t kPanelRows = 64;
/// Columns of a row that are asked for before they are read.
constexpr std::size_t kAhead = 8;

std::size_t chunk_rows(std::size_t n_rows) {
  const std::size_t n_blocks = (n_rows + kBlockRows - 1) / kBlockRows;
  return kBlockRows * std::max<std::size_t>(1, (n_blocks + kMaxChunks - 1) / kMaxChunks);
}

/// Gram matrices by chunk of rows, added up in the order of the chunks.
class ChunkGrams {
 public:
  ChunkGrams(std::size_t n_rows, std::size_t dim)
      : dim_(dim), grain_(chunk_rows(n_rows)), grams_((n_rows + grain_ - 1) / grain_) {}

  [[nodiscard]] std::size_t grain() const { return grain_; }

  void add(std::size_t chunk_begin, ConstMatrixView rows, std::size_t n_rows) {
    auto& gram = grams_[chunk_begin / grain_];
    gram.resize(dim_ * dim_, 0.0F);
    add_gram(rows, n_rows, dim_, {gram.data(), dim_});
  }

  [[nodiscard]] AlignedFloats sum() const {
    std::vector<double> total(dim_ * dim_, 0.0);
    for (const auto& gram : grams_) {
      for (std::size_t i = 0; i < gram.size(); ++i) total[i] += double{gram[i]};
    }
    return {total.begin(), total.end()};
  }

 private:
  std::size_t dim_;
  std::size_t grain_;
  std::vector<AlignedFloats> grams_;
};

/// U of U'U = A by rows, in place; A on and above the diagonal.
void factor(std::vector<double>& a, std::size_t n, double least_pivot) {
  for (std::size_t k = 0; k < n; ++k) {
    double* pivot = a.data() + k * n;
    // no pivot of Y'Y + lambda I is below lambda but by rounding
    const double scale = 1.0 / std::sqrt(std::max(pivot[k], least_pivot));
    pivot[k] = 1.0 / scale;
    for (std::size_t j = k + 1; j < n; ++j) pivot[j] *= scale;
    for (std::size_t i = k + 1; i < n; ++i) {
      double* row = a.data() + i * n;
      const double weight = pivot[i];
      for (std::size_t j = i; j < n; ++j) row[j] -= weight * pivot[j];
    }
  }
}

/// The inverse of an upper triangle, from the last row up.
std::vector<double> inverse_of(const std::vector<double>& u, std::size_t n) {
  std::vector<double> inverse(n * n, 0.0);
  for (std::size_t i = n; i-- > 0;) {
    double* row = inverse.data() + i * n;
    row[i] = 1.0;
    for (std::size_t k = i + 1; k < n; ++k) {
      const double weight = u[i * n + k];
      const double* below = inverse.data() + k * n;
      for (std::size_t j = k; j < n; ++j) row[j] -= weight * below[j];
    }
    const double scale = 1.0 / u[i * n + i];
    for (std::size_t j = i; j < n; ++j) row[j] *= scale;
  }
  return inverse;
}

/// Asks for a row of factors that is read soon: they lie all over the memory.
void prefetch(const float* factors, std::size_t dim) {
  constexpr std::size_t kFloatsALine = 16;
  for (std::size_t d = 0; d < dim; d += kFloatsALine) __builtin_prefetch(factors + d);
}

}  // namespace

Confidences transposed(const Confidences& rows, std::size_t n_columns) {
  Confidences columns;
  columns.offsets.assign(n_columns + 1, 0);
  for (const auto& pair : rows.values) ++columns.offsets[pair.column + 1];
  for (std::size_t c = 0; c < n_columns; ++c) columns.offsets[c + 1] += columns.offsets[c];
  columns.values.resize(rows.values.size());
  auto next = columns.offsets;
  for (std::size_t r = 0; r < rows.n_rows(); ++r) {
    for (const auto& pair : rows.row(r)) {
      columns.values[next[pair.column]++] = {static_cast<std::uint32_t>(r), pair.excess};
    }
  }
  return columns;
}

AlignedFloats gram_of(const Factors& factors, int threads) {
  ChunkGrams grams(factors.n_rows, factors.dim);
  parallel_chunks(factors.n_rows, grams.grain(), threads, [&](std::size_t begin, std::size_t end) {
    grams.add(begin, {factors.row(begin), factors.dim}, end - begin);
  });
  return grams.sum();
}

Whitening::Whitening(const AlignedFloats& gram, std::size_t dim, double regularization)
    : dim_(dim), inverse_(dim * dim), inverse_transposed_(dim * dim) {
  std::vector<double> upper(gram.begin(), gram.end());
  for (std::size_t i = 0; i < dim; ++i) upper[i * dim + i] += regularization;
  factor(upper, dim, regularization);
  const auto inverse = inverse_of(upper, dim);
  for (std::size_t i = 0; i < dim; ++i) {
    for (std::size_t j = i; j < dim; ++j) {
      inverse_[i * dim + j] = static_cast<float>(inverse[i * dim + j]);
      inverse_transposed_[j * dim + i] = inverse_[i * dim + j];
    }
  }
}

void RowSolver::solve(std::span<const Confidence> row, ConstMatrixView whitened, float* w) {
  if (row.size() < dim_) {
    solve_small(row, whitened, w);
  } else {
    solve_large(row, whitened, w);
  }
}

/// P and q of some pairs, P with rows of zeros after the last up to whole lanes.
void RowSolver::pack(std::span<const Confidence> row, ConstMatrixView whitened) {
  const std::size_t n_padded = whole_lanes(row.size());
  if (panel_.size() < n_padded * dim_) panel_.resize(n_padded * dim_);
  if (target_.size() < n_padded) target_.resize(n_padded);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i + kAhead < row.size()) prefetch(whitened.row(row[i + kAhead].column), dim_);
    const float root = std::sqrt(row[i].excess);
    copy_scaled(root, whitened.row(row[i].column), dim_, panel_.data() + i * dim_);
    target_[i] = (1.0F + row[i].excess) / root;
  }
  std::fill_n(panel_.data() + row.size() * dim_, (n_padded - row.size()) * dim_, 0.0F);
}

void RowSolver::solve_small(std::span<const Confidence> row, ConstMatrixView whitened, float* w) {
  const std::size_t n = row.size();
  const std::size_t width = whole_lanes(n + 1);
  // a row more than there are: products are found two rows at a time
  if (equations_.size() < (n + 1) * width) equations_.resize((n + 1) * width);
  if (solution_.size() < width) solution_.resize(width);
  pack(row, whitened);
  const MatrixView equations{equations_.data(), width};
  row_products({panel_.data(), dim_}, n, dim_, equations);
  for (std::size_t i = 0; i < n; ++i) {
    float* equation = equations.row(i);
    std::fill(equation + n, equation + width, 0.0F);
    equation[i] += 1.0F;
    equation[n] = target_[i];
  }
  solve_in_place(equations, n, solution_.data());
  std::fill_n(w, dim_, 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    add_scaled(solution_[i], panel_.data() + i * dim_, dim_, w);
  }
}

void RowSolver::solve_large(std::span<const Confidence> row, ConstMatrixView whitened, float* w) {
  const std::size_t width = dim_ + kLanes;
  equations_.assign(dim_ * width, 0.0F);
  if (solution_.size() < width) solution_.resize(width);
  std::fill_n(w, dim_, 0.0F);
  const MatrixView equations{equations_.data(), width};
  for (std::size_t begin = 0; begin < row.size(); begin += kPanelRows) {
    const std::size_t n = std::min(kPanelRows, row.size() - begin);
    pack(row.subspan(begin, n), whitened);
    add_gram({panel_.data(), dim_}, n, dim_, equations);
    for (std::size_t i = 0; i < n; ++i) {
      add_scaled(target_[i], panel_.data() + i * dim_, dim_, w);
    }
  }
  for (std::size_t d = 0; d < dim_; ++d) {
    equations.row(d)[d] += 1.0F;
    equations.row(d)[dim_] = w[d];
  }
  solve_in_place(equations, dim_, solution_.data());
  std::copy_n(solution_.data(), dim_, w);
}

AlignedFloats solve_side(const Confidences& rows, const Factors& fixed,
                         const AlignedFloats& fixed_gram, double regularization, int threads,
                         Factors& out) {
  const std::size_t dim = fixed.dim;
  const Whitening whitening(fixed_gram, dim, regularization);
  AlignedFloats whitened(fixed.values.size());
  const MatrixView columns{whitened.data(), dim};
  parallel_chunks(fixed.n_rows, kBlockRows * 8, threads, [&](std::size_t begin, std::size_t end) {
    whitening.whiten({fixed.row(begin), dim}, end - begin, {columns.row(begin), dim});
  });

  struct Worker {
    explicit Worker(std::size_t dim) : solver(dim), solutions(kBlockRows * dim) {}
    RowSolver solver;
    AlignedFloats solutions;
  };
  std::vector<Worker> workers(static_cast<std::size_t>(std::max(threads, 1)), Worker(dim));
  ChunkGrams grams(rows.n_rows(), dim);
  const auto solve_block = [&](std::size_t begin, std::size_t end, Worker& worker) {
    const MatrixView solutions{worker.solutions.data(), dim};
    for (std::size_t r = begin; r < end; ++r) {
      const auto next = r + 1 < end ? rows.row(r + 1) : std::span<const Confidence>{};
      for (const auto& pair : next.first(std::min(next.size(), kAhead))) {
        prefetch(columns.row(pair.column), dim);
      }
      worker.solver.solve(rows.row(r), columns, solutions.row(r - begin));
    }
    whitening.unwhiten(solutions, end - begin, {out.view().row(begin), dim});
  };
  parallel_chunks_with_worker(rows.n_rows(), grams.grain(), threads,
                              [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                for (std::size_t b = begin; b < end; b += kBlockRows) {
                                  const std::size_t block_end = std::min(b + kBlockRows, end);
                                  solve_block(b, block_end, workers[worker]);
                                  grams.add(begin, {out.row(b), dim}, block_end - b);
                                }
                              });
  return grams.sum();
}

void draw_factor(Rng rng, std::size_t n, float* factor) {
  const double deviation = 0.1 / std::sqrt(static_cast<double>(n));
  for (std::size_t f = 0; f < n; ++f) factor[f] = static_cast<float>(deviation * rng.normal());
}

void alternate(const ConfidenceMatrix& matrix, double regularization, int iterations, int threads,
               Factors& of_rows, Factors& of_columns) {
  auto gram = gram_of(of_columns, threads);
  for (int i = 0; i < iterations; ++i) {
    gram = solve_side(matrix.rows, of_columns, gram, regularization, threads, of_rows);
    gram = solve_side(matrix.columns, of_rows, gram, regularization, threads, of_columns);
  }
}

}  // namespace vitrina::models
