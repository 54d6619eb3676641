#include "core/spd_inverse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace vitrina {
namespace {

/// Rows and columns swept at a time.
constexpr std::size_t kBlock = 64;
/// Rows of the matrix that a worker takes at a time.
constexpr std::size_t kRowsAChunk = 32;
/// The part of the matrix that is summed in registers: kTileRows x kTileColumns.
constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileColumns = 8;

using Block = std::array<double, kBlock * kBlock>;

class Sweep {
 public:
  Sweep(std::vector<double>& matrix, std::size_t n, int threads)
      : a_(matrix),
        n_(n),
        threads_(threads),
        left_((n + kTileRows) * kBlock, 0.0),
        right_((n + kTileColumns) * kBlock, 0.0) {}

  /// Sweeps all rows: the lower triangle becomes the inverse with the opposite sign.
  void run() {
    for (std::size_t first = 0; first < n_; first += kBlock) {
      first_ = first;
      width_ = std::min(kBlock, n_ - first);
      invert_pivot();
      read_panels();
      update();
      write_panels();
    }
  }

  /// Turns the sign and fills the upper triangle.
  void finish() {
    parallel_chunks(n_, kRowsAChunk, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t j = 0; j <= i; ++j) a_[i * n_ + j] = -a_[i * n_ + j];
      }
    });
    // by rows of the target: nobody reads what another writes
    parallel_chunks(n_, kRowsAChunk, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < n_; ++j) {
        for (std::size_t i = begin; i < std::min(end, j); ++i) a_[i * n_ + j] = a_[j * n_ + i];
      }
    });
  }

 private:
  [[nodiscard]] double& at(std::size_t i, std::size_t j) { return a_[i * n_ + j]; }

  /// pivot_ = inverse of the diagonal block, by the sweep operator one row at a time.
  void invert_pivot() {
    const std::size_t b = width_;
    pivot_.fill(0);
    for (std::size_t i = 0; i < b; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        pivot_[i * kBlock + j] = pivot_[j * kBlock + i] = at(first_ + i, first_ + j);
      }
    }
    for (std::size_t k = 0; k < b; ++k) {
      const double diagonal = pivot_[k * kBlock + k];
      if (!(diagonal > 0)) {
        throw Error(ErrorCode::kInternal,
                    fmt::format("matrix inverse: row {} of {} has the pivot {}, expected more "
                                "than 0: the matrix is not positive definite",
                                first_ + k, n_, diagonal));
      }
      for (std::size_t i = 0; i < b; ++i) {
        if (i == k) continue;
        const double factor = pivot_[i * kBlock + k] / diagonal;
        for (std::size_t j = 0; j < b; ++j) {
          if (j != k) pivot_[i * kBlock + j] -= factor * pivot_[k * kBlock + j];
        }
      }
      for (std::size_t i = 0; i < b; ++i) {
        if (i == k) continue;
        pivot_[i * kBlock + k] /= diagonal;
        pivot_[k * kBlock + i] /= diagonal;
      }
      pivot_[k * kBlock + k] = -1 / diagonal;
    }
    for (double& value : pivot_) value = -value;
  }

  /// left_ = the columns of the block, right_ = left_ x pivot_; the block's own rows are zeros,
  /// so that update() leaves them as they are. right_ lies in panels of kTileColumns rows,
  /// transposed, as the kernel reads it.
  void read_panels() {
    parallel_chunks(n_, kRowsAChunk, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        double* left = left_.data() + i * kBlock;
        double* right = right_.data() + i / kTileColumns * kTileColumns * kBlock + i % kTileColumns;
        const bool is_own = i >= first_ && i < first_ + width_;
        for (std::size_t k = 0; k < kBlock; ++k) {
          const bool is_zero = is_own || k >= width_;
          left[k] = is_zero ? 0 : i < first_ ? at(first_ + k, i) : at(i, first_ + k);
        }
        std::array<double, kBlock> row{};
        for (std::size_t k = 0; k < kBlock; ++k) {
          for (std::size_t j = 0; j < kBlock; ++j) row[j] += left[k] * pivot_[k * kBlock + j];
        }
        for (std::size_t k = 0; k < kBlock; ++k) right[k * kTileColumns] = row[k];
      }
    });
  }

  /// The lower triangle -= left_ x right_^T. What a tile on the diagonal does to the upper
  /// triangle is never read.
  void update() {
    parallel_chunks(n_, kRowsAChunk, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = 0; j < end; j += kTileColumns) {
        for (std::size_t i = begin; i < end; i += kTileRows) {
          if (j < i + kTileRows) update_tile(i, j);
        }
      }
    });
  }

  void update_tile(std::size_t i, std::size_t j) {
    double sums[kTileRows][kTileColumns] = {};
    const double* left = left_.data() + i * kBlock;
    const double* right = right_.data() + j * kBlock;
    for (std::size_t k = 0; k < kBlock; ++k) {
      for (std::size_t r = 0; r < kTileRows; ++r) {
        for (std::size_t c = 0; c < kTileColumns; ++c) {
          sums[r][c] += left[r * kBlock + k] * right[k * kTileColumns + c];
        }
      }
    }
    const std::size_t n_rows = std::min(kTileRows, n_ - i);
    const std::size_t n_columns = std::min(kTileColumns, n_ - j);
    for (std::size_t r = 0; r < n_rows; ++r) {
      for (std::size_t c = 0; c < n_columns; ++c) at(i + r, j + c) -= sums[r][c];
    }
  }

  void write_panels() {
    for (std::size_t i = 0; i < n_; ++i) {
      const double* right =
          right_.data() + i / kTileColumns * kTileColumns * kBlock + i % kTileColumns;
      if (i >= first_ && i < first_ + width_) {
        for (std::size_t j = first_; j <= i; ++j) {
          at(i, j) = -pivot_[(i - first_) * kBlock + j - first_];
        }
      } else {
        for (std::size_t k = 0; k < width_; ++k) {
          (i < first_ ? at(first_ + k, i) : at(i, first_ + k)) = right[k * kTileColumns];
        }
      }
    }
  }

  std::vector<double>& a_;
  std::size_t n_;
  int threads_;
  std::size_t first_ = 0;  ///< of the rows that are swept now
  std::size_t width_ = 0;
  Block pivot_{};
  std::vector<double> left_;
  std::vector<double> right_;
};

}  // namespace

void invert_spd(std::vector<double>& matrix, std::size_t n, int threads) {
  Sweep sweep(matrix, n, threads);
  sweep.run();
  sweep.finish();
}

}  // namespace vitrina
