#include "models/ials.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 4096;
constexpr std::size_t kRowsABlock = 64;

/// Strength below which a pair never met: its confidence would be that of all others.
constexpr float kFaintest = 1e-4F;

/// Bounds are found in floats as scores are: a little room for rounding.
constexpr float kBoundRoom = 1.0001F;

}  // namespace

Ials::Settings Ials::settings_of(const IalsConfig& config) {
  return {{config.view_weight, config.like_weight, config.basket_weight, config.order_weight},
          config.half_life_days,
          config.alpha,
          config.regularization};
}

/// Rows for the products with enough events before the cut, by product.
void Ials::take_products(const FitContext& context, const IalsConfig& config) {
  const auto& log = context.shop.events;
  std::vector<std::uint32_t> count(context.shop.items.size(), 0);
  for (std::size_t e = 0; e < log.n_events(); ++e) {
    const bool is_past = log.time[e] < context.as_of && log.item[e].valid();
    if (is_past && weight_of(log.action[e]) > 0) ++count[log.item[e].value];
  }
  for (std::size_t i = 0; i < count.size(); ++i) {
    if (count[i] >= static_cast<std::uint32_t>(config.min_events)) item_.emplace_back(i);
  }
  index_products(count.size());
}

void Ials::index_products(std::size_t n_items) {
  row_of_.assign(n_items, kNoRow);
  for (std::size_t r = 0; r < item_.size(); ++r) {
    row_of_[item_[r].value] = static_cast<std::uint32_t>(r);
  }
}

/// Appends the pairs of one user with products that have rows, by product.
void Ials::read_row(const EventSpan& events, TimeUs as_of, std::vector<ScoredItem>& strengths,
                    std::vector<Confidence>& row) const {
  strengths.clear();
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (!events.item[e].valid() || !knows(events.item[e])) continue;
    const double weight = weight_of(events.action[e]);
    if (weight <= 0) continue;
    const float faded = decay(as_of - events.time[e], settings_.half_life_days);
    strengths.push_back({events.item[e], static_cast<float>(weight) * faded});
  }
  sum_equal(strengths);
  for (const auto& pair : strengths) {
    if (pair.score < kFaintest) continue;
    row.push_back({row_of_[pair.id.value], static_cast<float>(settings_.alpha) * pair.score});
  }
}

/// The pairs of all users who have any.
Confidences Ials::read_users(const FitContext& context) const {
  const std::size_t n_users = context.shop.users.size();
  struct Chunk {
    std::vector<std::size_t> length;
    std::vector<Confidence> pairs;
  };
  std::vector<Chunk> chunks((n_users + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(n_users, kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
    auto& chunk = chunks[begin / kUsersAChunk];
    std::vector<ScoredItem> strengths;
    for (std::size_t u = begin; u < end; ++u) {
      const std::size_t first = chunk.pairs.size();
      read_row(context.shop.events.before(UserIdx(u), context.as_of), context.as_of, strengths,
               chunk.pairs);
      if (chunk.pairs.size() > first) chunk.length.push_back(chunk.pairs.size() - first);
    }
  });
  Confidences users;
  for (const auto& chunk : chunks) {
    for (const auto length : chunk.length) {
      users.offsets.push_back(users.offsets.back() + length);
    }
    users.values.insert(users.values.end(), chunk.pairs.begin(), chunk.pairs.end());
  }
  return users;
}

Ials Ials::fit(const FitContext& context, const IalsConfig& config) {
  Ials model;
  model.settings_ = settings_of(config);
  model.take_products(context, config);
  const auto users = model.read_users(context);
  const auto products = transposed(users, model.item_.size());

  const auto n_factors = static_cast<std::size_t>(config.factors);
  Factors of_users(users.n_rows(), n_factors);
  model.factors_ = Factors(products.n_rows(), n_factors);
  for (std::size_t r = 0; r < model.item_.size(); ++r) {
    const auto id = context.shop.items.external(model.item_[r]);
    draw_factor(Rng(context.seed, hash_text(id)), n_factors, model.factors_.view().row(r));
  }
  alternate({users, products}, config.regularization, config.iterations, context.threads, of_users,
            model.factors_);
  model.sort_by_length();
  model.index_products(context.shop.items.size());
  model.prepare_queries();
  return model;
}

void Ials::sort_by_length() {
  std::vector<float> length(item_.size());
  for (std::size_t r = 0; r < item_.size(); ++r) {
    length[r] = dot(factors_.row(r), factors_.row(r), factors_.dim);
  }
  std::vector<std::size_t> order(item_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return length[a] > length[b]; });
  const auto old_items = item_;
  const auto old_values = factors_.values;
  for (std::size_t r = 0; r < order.size(); ++r) {
    item_[r] = old_items[order[r]];
    std::copy_n(old_values.data() + order[r] * factors_.dim, factors_.dim, factors_.view().row(r));
  }
}

/// What queries need and the archive does not hold.
void Ials::prepare_queries() {
  length_.resize(item_.size());
  for (std::size_t r = 0; r < item_.size(); ++r) {
    length_[r] = std::sqrt(dot(factors_.row(r), factors_.row(r), factors_.dim));
  }
  whitening_ = Whitening(gram_of(factors_, 1), factors_.dim, settings_.regularization);
}

AlignedFloats Ials::fold_in(const UserHistory& history, TimeUs as_of) const {
  const std::size_t dim = factors_.dim;
  std::vector<ScoredItem> strengths;
  std::vector<Confidence> row;
  read_row(history.events, as_of, strengths, row);
  AlignedFloats user(dim, 0.0F);
  if (row.empty()) return user;
  AlignedFloats products(row.size() * dim);
  AlignedFloats whitened(row.size() * dim);
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::copy_n(factors_.row(row[i].column), dim, products.data() + i * dim);
    row[i].column = static_cast<std::uint32_t>(i);
  }
  whitening_.whiten({products.data(), dim}, row.size(), {whitened.data(), dim});
  AlignedFloats solution(dim);
  RowSolver(dim).solve(row, {whitened.data(), dim}, solution.data());
  whitening_.unwhiten({solution.data(), dim}, 1, {user.data(), dim});
  return user;
}

std::span<const float> Ials::factor(ItemIdx item) const {
  return {factors_.row(row_of_[item.value]), factors_.dim};
}

float Ials::score(std::span<const float> user, ItemIdx item) const {
  return knows(item) ? dot(user.data(), factor(item).data(), factors_.dim) : 0.0F;
}

float Ials::cosine(ItemIdx a, ItemIdx b) const {
  if (!knows(a) || !knows(b)) return 0.0F;
  const float lengths = length_[row_of_[a.value]] * length_[row_of_[b.value]];
  return lengths > 0 ? dot(factor(a).data(), factor(b).data(), factors_.dim) / lengths : 0.0F;
}

std::vector<ScoredItem> Ials::top(std::span<const float> user,
                                  const std::function<bool(ItemIdx)>& is_allowed,
                                  std::size_t k) const {
  std::vector<ScoredItem> best;
  const std::size_t dim = factors_.dim;
  const float own_length = std::sqrt(dot(user.data(), user.data(), dim));
  std::array<float, kRowsABlock> scores{};
  float worst = 0;  // of the k best so far, once there are as many
  for (std::size_t begin = 0; k > 0 && begin < item_.size(); begin += kRowsABlock) {
    if (own_length * length_[begin] * kBoundRoom < worst) break;
    const std::size_t n = std::min(kRowsABlock, item_.size() - begin);
    dots(user.data(), {factors_.row(begin), dim}, n, dim, scores.data());
    for (std::size_t r = 0; r < n; ++r) {
      const auto item = item_[begin + r];
      if (scores[r] > 0 && scores[r] >= worst && is_allowed(item))
        best.push_back({item, scores[r]});
    }
    if (best.size() >= (worst > 0 ? 2 * k : k)) {
      keep_top_k(best, k);
      worst = best.back().score;
    }
  }
  keep_top_k(best, k);
  return best;
}

void Ials::save(ArchiveWriter& out) const {
  const std::array<double, 7> numbers{
      settings_.weight[0],      settings_.weight[1], settings_.weight[2],     settings_.weight[3],
      settings_.half_life_days, settings_.alpha,     settings_.regularization};
  std::vector<std::uint32_t> items;
  items.reserve(item_.size());
  for (const auto item : item_) items.push_back(item.value);
  out.put("ials.numbers", std::span<const double>(numbers));
  out.put_value("ials.dim", static_cast<std::uint32_t>(factors_.dim));
  out.put_value("ials.n_items", static_cast<std::uint64_t>(row_of_.size()));
  out.put("ials.items", items);
  out.put("ials.factors", std::span<const float>(factors_.values));
}

Ials Ials::load(const ArchiveReader& in, const ProductSpace& products) {
  const auto numbers = in.get<double>("ials.numbers");
  const auto items = in.get<std::uint32_t>("ials.items");
  const auto values = in.get<float>("ials.factors");
  const std::size_t dim = in.get_value<std::uint32_t>("ials.dim");
  if (numbers.size() != 7 || dim == 0 || dim % kLanes != 0 || values.size() != items.size() * dim ||
      std::any_of(numbers.begin() + 4, numbers.end(), [](double x) { return !(x > 0); })) {
    in.fail("ials", "has columns that do not fit together");
  }
  if (in.get_value<std::uint64_t>("ials.n_items") != products.items.size()) {
    in.fail("ials.n_items", "is not that of the products");
  }
  Ials model;
  model.settings_ = {
      {numbers[0], numbers[1], numbers[2], numbers[3]}, numbers[4], numbers[5], numbers[6]};
  model.factors_ = Factors(items.size(), dim);
  std::copy(values.begin(), values.end(), model.factors_.values.begin());
  for (const auto item : items) {
    if (item >= products.items.size()) in.fail("ials.items", "names a product out of range");
    model.item_.emplace_back(item);
  }
  model.index_products(products.items.size());
  model.prepare_queries();
  return model;
}

}  // namespace vitrina::models
