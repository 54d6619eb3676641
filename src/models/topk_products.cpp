#include "models/topk_products.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "models/vector_lanes.hpp"

namespace vitrina::models {
namespace {

using lanes::Vec;

/// A tile is as large as the registers allow: 6 x 2 accumulators of 16 registers.
constexpr std::size_t kTileUsers = 6;
constexpr std::size_t kPanelVecs = 2;
constexpr std::size_t kPanelProducts = kPanelVecs * kLanes;
/// Users whose tiles take turns with a panel: their vectors stay in the nearest cache.
constexpr std::size_t kBlockTiles = 8;
constexpr std::size_t kBlockUsers = kBlockTiles * kTileUsers;
/// A user's list is cut back to the best k when it is this many times as long.
constexpr std::size_t kListRoom = 4;
/// Lengths and scores are rounded: a little room for both.
constexpr float kBoundRoom = 1.0001F;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Scores of a tile of users with a panel of products, by user.
struct alignas(kLanes * sizeof(float)) TileScores {
  float of[kTileUsers][kPanelProducts];
};

inline void score(const float* users, std::size_t stride, const float* panel, std::size_t dim,
                  TileScores& scores) {
  Vec acc[kTileUsers][kPanelVecs] = {};
  for (std::size_t d = 0; d < dim; ++d) {
    const Vec first = lanes::load(panel + d * kPanelProducts);
    const Vec second = lanes::load(panel + d * kPanelProducts + kLanes);
    for (std::size_t u = 0; u < kTileUsers; ++u) {
      const Vec factor = lanes::all(users[u * stride + d]);
      acc[u][0] = lanes::fma(factor, first, acc[u][0]);
      acc[u][1] = lanes::fma(factor, second, acc[u][1]);
    }
  }
  for (std::size_t u = 0; u < kTileUsers; ++u) {
    lanes::store(acc[u][0], scores.of[u]);
    lanes::store(acc[u][1], scores.of[u] + kLanes);
  }
}

/// A bit for every product of the panel whose score is not below `worst`.
inline unsigned not_below(const float* scores, float worst) {
  const Vec limit = lanes::all(worst);
  return lanes::not_below(lanes::load(scores), limit) |
         lanes::not_below(lanes::load(scores + kLanes), limit) << kLanes;
}

float length_of(const float* row, std::size_t dim) { return std::sqrt(dot(row, row, dim)); }

}  // namespace

/// Scratch memory of one worker: a block of users.
struct TopkProducts::Search {
  Search(std::size_t dim, std::size_t answer_size)
      : k(answer_size), users(kBlockUsers * dim, 0.0F), best(kBlockUsers) {}

  void add(std::size_t user, ItemIdx id, float score) {
    auto& entries = best[user];
    entries.push_back({id, score});
    if (entries.size() < kListRoom * k) return;
    keep_top_k(entries, k);
    worst[user] = entries.back().score;
  }

  std::size_t k;
  AlignedFloats users;
  std::array<float, kBlockUsers> length{};
  std::array<float, kBlockUsers> worst{};  ///< of the best k so far, once there are as many
  std::vector<std::vector<ScoredItem>> best;
};

TopkProducts::TopkProducts(ConstMatrixView rows, std::span<const ItemIdx> ids, std::size_t dim)
    : dim_(dim) {
  std::vector<float> length(ids.size());
  for (std::size_t r = 0; r < ids.size(); ++r) length[r] = length_of(rows.row(r), dim);
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return length[a] != length[b] ? length[a] > length[b] : ids[a] < ids[b];
  });
  const std::size_t n = (ids.size() + kPanelProducts - 1) / kPanelProducts;
  panels_.assign(n * kPanelProducts * dim, 0.0F);
  for (std::size_t at = 0; at < order.size(); ++at) {
    ids_.push_back(ids[order[at]]);
    if (at % kPanelProducts == 0) longest_.push_back(length[order[at]]);
    const float* from = rows.row(order[at]);
    float* to = panels_.data() + at / kPanelProducts * kPanelProducts * dim + at % kPanelProducts;
    for (std::size_t d = 0; d < dim; ++d) to[d * kPanelProducts] = from[d];
  }
}

/// Whether a product of the panel, or of a later one, may be among the best of a tile's users.
bool TopkProducts::may_be_among(const Search& search, std::size_t tile, std::size_t panel) const {
  const float longest = longest_[panel] * kBoundRoom;
  bool may = false;
  for (std::size_t u = tile * kTileUsers; u < (tile + 1) * kTileUsers; ++u) {
    may |= search.length[u] * longest >= search.worst[u];
  }
  return may;
}

void TopkProducts::score_tile(Search& search, std::size_t tile, std::size_t panel) const {
  const std::size_t first = tile * kTileUsers;
  TileScores scores;
  score(search.users.data() + first * dim_, dim_, panels_.data() + panel * kPanelProducts * dim_,
        dim_, scores);
  for (std::size_t u = 0; u < kTileUsers; ++u) {
    unsigned bits = not_below(scores.of[u], search.worst[first + u]);
    for (; bits != 0; bits &= bits - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(bits));
      const std::size_t at = panel * kPanelProducts + lane;
      if (at < ids_.size()) search.add(first + u, ids_[at], scores.of[u][lane]);
    }
  }
}

/// All panels for the users of a block; a tile drops out when nothing that is left is for it.
void TopkProducts::search_block(Search& search) const {
  std::vector<std::size_t> tiles(kBlockTiles);
  std::iota(tiles.begin(), tiles.end(), std::size_t{0});
  for (std::size_t p = 0; p < longest_.size() && !tiles.empty(); ++p) {
    std::size_t n_left = 0;
    for (const auto tile : tiles) {
      if (!may_be_among(search, tile, p)) continue;
      score_tile(search, tile, p);
      tiles[n_left++] = tile;
    }
    tiles.resize(n_left);
  }
}

void TopkProducts::begin_block(ConstMatrixView users, std::size_t begin, std::size_t end,
                               Search& search) const {
  for (std::size_t u = 0; u < kBlockUsers; ++u) {
    const bool is_there = begin + u < end;
    if (is_there) std::copy_n(users.row(begin + u), dim_, search.users.data() + u * dim_);
    search.length[u] = is_there ? length_of(users.row(begin + u), dim_) : 0.0F;
    search.best[u].clear();
    // nothing is good enough for those who are not there
    search.worst[u] = is_there ? -kInfinity : kInfinity;
  }
}

CandidateLists TopkProducts::find(ConstMatrixView users, std::size_t n_users, std::size_t k,
                                  int threads) const {
  std::vector<std::vector<ScoredItem>> rows(n_users);
  std::vector<Search> searches(static_cast<std::size_t>(std::max(threads, 1)), Search(dim_, k));
  const auto work = [&](std::size_t begin, std::size_t end, std::size_t worker) {
    auto& search = searches[worker];
    begin_block(users, begin, end, search);
    search_block(search);
    for (std::size_t u = begin; u < end; ++u) {
      auto& entries = search.best[u - begin];
      keep_top_k(entries, k);
      rows[u] = entries;
    }
  };
  if (k > 0) parallel_chunks_with_worker(n_users, kBlockUsers, threads, work);
  CandidateLists lists;
  for (const auto& row : rows) {
    lists.values.insert(lists.values.end(), row.begin(), row.end());
    lists.offsets.push_back(lists.values.size());
  }
  return lists;
}

}  // namespace vitrina::models
