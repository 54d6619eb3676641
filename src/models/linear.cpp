#include "models/linear.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/spd_inverse.hpp"
#include "core/topk.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 4096;
constexpr std::size_t kRowsAChunk = 16;

/// Events that show interest in each product, before the cut.
std::vector<std::uint64_t> count_events(const FitContext& context) {
  std::vector<std::uint64_t> count(context.shop.items.size(), 0);
  const auto& log = context.shop.events;
  for (std::size_t e = 0; e < log.n_events(); ++e) {
    const bool is_past = log.time[e] < context.as_of && log.item[e].valid();
    if (is_past && shows_interest(log.action[e])) ++count[log.item[e].value];
  }
  return count;
}

/// The columns of a matrix given by rows; the entries of a column by row ascending.
Csr<Scored<std::uint32_t>> transposed(const Csr<Scored<std::uint32_t>>& rows,
                                      std::size_t n_columns) {
  Csr<Scored<std::uint32_t>> columns;
  columns.offsets.assign(n_columns + 1, 0);
  for (const auto& entry : rows.values) ++columns.offsets[entry.id + 1];
  for (std::size_t c = 0; c < n_columns; ++c) columns.offsets[c + 1] += columns.offsets[c];
  columns.values.resize(rows.values.size());
  auto next = columns.offsets;
  for (std::uint32_t r = 0; r < rows.n_rows(); ++r) {
    for (const auto& entry : rows.row(r)) columns.values[next[entry.id]++] = {r, entry.score};
  }
  return columns;
}

/// The lower triangle of X^T X + ridge I, by rows: users are summed in their order.
std::vector<double> gram_matrix(const Csr<Scored<std::uint32_t>>& users, std::size_t n,
                                double ridge, int threads) {
  std::vector<double> gram(n * n, 0.0);
  const auto users_of = transposed(users, n);
  parallel_chunks(n, kRowsAChunk, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      double* row = gram.data() + i * n;
      for (const auto& [user, strength] : users_of.row(i)) {
        for (const auto& other : users.row(user)) {
          if (other.id > i) break;
          row[other.id] += double{strength} * double{other.score};
        }
      }
      row[i] += ridge;
    }
  });
  return gram;
}

}  // namespace

Linear Linear::fit(const FitContext& context, const LinearConfig& config) {
  Linear model;
  model.half_life_days_ = config.half_life_days;
  model.user_products_ = static_cast<std::uint32_t>(config.user_products);
  model.action_weight_.assign(kActionCount, 0.0F);
  model.action_weight_[code(Action::kView)] = 1;
  model.action_weight_[code(Action::kLike)] = static_cast<float>(config.like_weight);
  model.action_weight_[code(Action::kBasketAdd)] = static_cast<float>(config.basket_weight);
  model.action_weight_[code(Action::kOrder)] = static_cast<float>(config.order_weight);

  const std::size_t n_items = context.shop.items.size();
  model.choose_products(context, static_cast<std::size_t>(config.max_products));
  const std::size_t n = model.products_.size();
  auto inverse = gram_matrix(model.read_users(context), n, config.ridge, context.threads);
  invert_spd(inverse, n, context.threads);
  model.keep_weights(inverse, static_cast<std::size_t>(config.neighbours), n_items,
                     context.threads);
  return model;
}

void Linear::choose_products(const FitContext& context, std::size_t limit) {
  const auto count = count_events(context);
  for (std::size_t i = 0; i < count.size(); ++i) {
    if (count[i] > 0) products_.emplace_back(i);
  }
  std::sort(products_.begin(), products_.end(), [&](ItemIdx a, ItemIdx b) {
    return count[a.value] != count[b.value] ? count[a.value] > count[b.value] : a < b;
  });
  products_.resize(std::min(products_.size(), limit));
  std::sort(products_.begin(), products_.end());
  index_slots(count.size());
}

void Linear::index_slots(std::size_t n_items) {
  slot_of_.assign(n_items, kNoSlot);
  for (std::uint32_t s = 0; s < products_.size(); ++s) slot_of_[products_[s].value] = s;
}

std::vector<Linear::Strength> Linear::strengths(const EventSpan& events, TimeUs as_of,
                                                std::vector<float>& sums) const {
  std::vector<Strength> found;
  for (std::size_t e = 0; e < events.size(); ++e) {
    const float weight = action_weight_[code(events.action[e])];
    if (weight == 0 || !events.item[e].valid() || !knows(events.item[e])) continue;
    const auto slot = slot_of_[events.item[e].value];
    const float worth = weight * decay(as_of - events.time[e], half_life_days_);
    if (worth == 0) continue;
    if (sums[slot] == 0) found.push_back({slot, 0});
    sums[slot] += worth;
  }
  for (auto& entry : found) {
    entry.score = std::log1p(sums[entry.id]);
    sums[entry.id] = 0;
  }
  keep_top_k(found, user_products_);
  std::sort(found.begin(), found.end(),
            [](const Strength& a, const Strength& b) { return a.id < b.id; });
  return found;
}

Csr<Linear::Strength> Linear::read_users(const FitContext& context) const {
  const std::size_t n_users = context.shop.users.size();
  std::vector<Csr<Strength>> chunks((n_users + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(n_users, kUsersAChunk, context.threads, [&](std::size_t begin, std::size_t end) {
    auto& chunk = chunks[begin / kUsersAChunk];
    std::vector<float> sums(products_.size(), 0.0F);
    for (std::size_t u = begin; u < end; ++u) {
      const auto user =
          strengths(context.shop.events.before(UserIdx(u), context.as_of), context.as_of, sums);
      if (user.empty()) continue;
      chunk.values.insert(chunk.values.end(), user.begin(), user.end());
      chunk.offsets.push_back(chunk.values.size());
    }
  });
  Csr<Strength> users;
  for (const auto& chunk : chunks) {
    for (std::size_t u = 0; u < chunk.n_rows(); ++u) {
      const auto row = chunk.row(u);
      users.values.insert(users.values.end(), row.begin(), row.end());
      users.offsets.push_back(users.values.size());
    }
  }
  return users;
}

void Linear::keep_weights(std::span<const double> inverse, std::size_t limit, std::size_t n_items,
                          int threads) {
  const std::size_t n = products_.size();
  std::vector<double> diagonal;
  diagonal.reserve(n);
  for (std::size_t j = 0; j < n; ++j) diagonal.push_back(inverse[j * n + j]);
  std::vector<std::vector<ScoredItem>> rows(n_items);
  parallel_chunks(n, kRowsAChunk, threads, [&](std::size_t begin, std::size_t end) {
    std::vector<Strength> sizes;
    std::vector<float> weights(n);
    for (std::size_t i = begin; i < end; ++i) {
      sizes.clear();
      for (std::uint32_t j = 0; j < n; ++j) {
        weights[j] = static_cast<float>(-inverse[i * n + j] / diagonal[j]);
        if (j != i && weights[j] != 0) sizes.push_back({j, std::abs(weights[j])});
      }
      keep_top_k(sizes, limit);
      for (const auto& entry : sizes) {
        rows[products_[i].value].push_back({products_[entry.id], weights[entry.id]});
      }
    }
  });
  table_ = NeighbourTable(rows);
}

std::vector<ScoredItem> Linear::scores(const UserHistory& history, TimeUs as_of) const {
  std::vector<float> sums(products_.size(), 0.0F);
  const auto user = strengths(history.events, as_of, sums);
  for (const auto& [slot, strength] : user) {
    for (const auto& entry : table_.of(products_[slot])) {
      sums[slot_of_[entry.id.value]] += strength * entry.score;
    }
  }
  std::vector<ScoredItem> scores;
  for (std::size_t s = 0; s < sums.size(); ++s) {
    if (sums[s] != 0) scores.push_back({products_[s], sums[s]});
  }
  return scores;
}

void Linear::save(ArchiveWriter& out) const {
  std::vector<std::uint32_t> products;
  products.reserve(products_.size());
  for (const auto item : products_) products.push_back(item.value);
  out.put_value("linear.half_life_days", half_life_days_);
  out.put_value("linear.user_products", user_products_);
  out.put("linear.action_weights", action_weight_);
  out.put("linear.products", products);
  table_.save(out, "linear");
}

Linear Linear::load(const ArchiveReader& in, const ProductSpace& products) {
  Linear model;
  model.half_life_days_ = in.get_value<double>("linear.half_life_days");
  model.user_products_ = in.get_value<std::uint32_t>("linear.user_products");
  model.action_weight_ = in.get<float>("linear.action_weights");
  if (model.action_weight_.size() != kActionCount) {
    in.fail("linear.action_weights", "has another number of actions");
  }
  for (const auto item : in.get<std::uint32_t>("linear.products")) {
    if (item >= products.items.size()) in.fail("linear.products", "names a product out of range");
    model.products_.emplace_back(item);
  }
  std::sort(model.products_.begin(), model.products_.end());
  model.index_slots(products.items.size());
  model.table_ = NeighbourTable::load(in, "linear", products.items.size());
  for (const auto product : model.products_) {
    for (const auto& entry : model.table_.of(product)) {
      if (!model.knows(entry.id)) in.fail("linear", "names a product that it was not learned of");
    }
  }
  return model;
}

}  // namespace vitrina::models
