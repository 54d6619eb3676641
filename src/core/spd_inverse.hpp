#pragma once

#include <cstddef>
#include <vector>

namespace vitrina {

/// Replaces a symmetric positive definite matrix, row-major n x n of which only the lower triangle
/// and the diagonal are read, by its inverse, both triangles of it. n^3 operations, 8 n^2 bytes
/// and little else. The same bytes with any number of threads.
///
/// The sweep operator by blocks (Goodnight, The American Statistician, 1979): as many operations
/// as a Cholesky factor, its inverse and their product, and all of them in one kernel. Throws
/// Error(kInternal) where the matrix is not positive definite.
void invert_spd(std::vector<double>& matrix, std::size_t n, int threads);

}  // namespace vitrina
