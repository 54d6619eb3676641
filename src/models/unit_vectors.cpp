#include "models/unit_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.hpp"

namespace vitrina::models {
namespace {

/// Rows compared with one query at a time: their transposed block and the sums stay in the
/// nearest cache.
constexpr std::size_t kTile = 128;
constexpr std::size_t kQueriesAChunk = 64;

using Nearest = std::vector<Scored<std::uint32_t>>;

/// Blocks of kTile rows, each transposed; the last is filled up with zeros.
std::vector<float> transposed_tiles(std::span<const float> rows, std::size_t stride,
                                    std::size_t n) {
  std::vector<float> tiles((n + kTile - 1) / kTile * kTile * stride, 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    float* tile = tiles.data() + i / kTile * kTile * stride + i % kTile;
    for (std::size_t d = 0; d < stride; ++d) tile[d * kTile] = rows[i * stride + d];
  }
  return tiles;
}

/// The k best of what is offered, sorted out now and then only.
class Best {
 public:
  Best(std::size_t k, Nearest& out) : k_(k), out_(out) {}

  void offer(std::uint32_t id, float score) {
    if (score <= 0 || score < least_) return;
    out_.push_back({id, score});
    if (out_.size() < 4 * k_ + kTile) return;
    keep_top_k(out_, k_);
    least_ = out_.back().score;
  }
  void finish() {
    keep_top_k(out_, k_);
    out_.shrink_to_fit();
  }

 private:
  std::size_t k_;
  Nearest& out_;
  float least_ = 0;
};

void compare_with_tile(const float* query, const float* tile, std::size_t stride,
                       std::array<float, kTile>& sums) {
  sums.fill(0);
  for (std::size_t d = 0; d < stride; ++d) {
    const float factor = query[d];
    const float* column = tile + d * kTile;
    for (std::size_t j = 0; j < kTile; ++j) sums[j] += factor * column[j];
  }
}

}  // namespace

void make_unit_length(std::vector<float>& rows, std::size_t stride) {
  for (std::size_t begin = 0; begin < rows.size(); begin += stride) {
    const auto row = std::span(rows).subspan(begin, stride);
    const float length = std::sqrt(dot(row, row));
    if (length == 0) continue;
    for (float& value : row) value /= length;
  }
}

std::vector<std::vector<Scored<std::uint32_t>>> nearest_rows(std::span<const float> rows,
                                                             std::size_t stride, std::size_t k,
                                                             int threads) {
  const std::size_t n = rows.size() / stride;
  const auto tiles = transposed_tiles(rows, stride, n);
  std::vector<Nearest> nearest(n);
  parallel_chunks(n, kQueriesAChunk, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<Best> best;
    for (std::size_t i = begin; i < end; ++i) best.emplace_back(k, nearest[i]);
    std::array<float, kTile> sums{};
    for (std::size_t first = 0; first < n; first += kTile) {
      const float* tile = tiles.data() + first * stride;
      const std::size_t n_rows = std::min(kTile, n - first);
      for (std::size_t i = begin; i < end; ++i) {
        compare_with_tile(rows.data() + i * stride, tile, stride, sums);
        for (std::size_t j = 0; j < n_rows; ++j) {
          if (first + j != i) best[i - begin].offer(static_cast<std::uint32_t>(first + j), sums[j]);
        }
      }
    }
    for (auto& entry : best) entry.finish();
  });
  return nearest;
}

}  // namespace vitrina::models
