#include "models/item2vec.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/parallel.hpp"
#include "data/user_history.hpp"

namespace vitrina::models {
namespace {

constexpr std::size_t kUsersAChunk = 4096;

/// Visits with two products and more.
struct Visits {
  Csr<ItemIdx> products;
  std::vector<std::uint64_t> hash;
};

void read_visits(const EventSpan& events, std::uint64_t user_hash, Visits& out) {
  auto& products = out.products;
  std::uint64_t n_visits = 0;
  for (std::size_t begin = 0; begin < events.size(); ++n_visits) {
    std::size_t end = begin;
    do {
      const bool repeats = products.values.size() > products.offsets.back() &&
                           products.values.back() == events.item[end];
      if (events.item[end].valid() && shows_interest(events.action[end]) && !repeats) {
        products.values.push_back(events.item[end]);
      }
      ++end;
    } while (end < events.size() && events.time[end] - events.time[end - 1] <= kVisitGap);
    begin = end;
    if (products.values.size() < products.offsets.back() + 2) {
      products.values.resize(products.offsets.back());
      continue;
    }
    products.offsets.push_back(products.values.size());
    out.hash.push_back(mix64(user_hash, n_visits));
  }
}

/// All visits before the cut, in chunks of users.
std::vector<Visits> read_visits(const FitContext& context) {
  const auto& shop = context.shop;
  std::vector<Visits> chunks((shop.users.size() + kUsersAChunk - 1) / kUsersAChunk);
  parallel_chunks(shop.users.size(), kUsersAChunk, context.threads,
                  [&](std::size_t begin, std::size_t end) {
                    for (std::size_t u = begin; u < end; ++u) {
                      read_visits(shop.events.before(UserIdx(u), context.as_of),
                                  hash_text(shop.users.text(u)), chunks[begin / kUsersAChunk]);
                    }
                  });
  return chunks;
}

std::vector<std::uint64_t> count_products(std::span<const Visits> parts, std::size_t n_items) {
  std::vector<std::uint64_t> count(n_items, 0);
  for (const auto& part : parts) {
    for (const auto item : part.products.values) ++count[item.value];
  }
  return count;
}

/// The visits of all chunks without rare products; those left with a single one drop out.
Visits without_rare(std::span<const Visits> chunks, std::span<const std::uint64_t> count,
                    std::uint64_t min_count) {
  Visits visits;
  auto& products = visits.products;
  for (const auto& chunk : chunks) {
    for (std::size_t v = 0; v < chunk.products.n_rows(); ++v) {
      for (const auto item : chunk.products.row(v)) {
        if (count[item.value] >= min_count) products.values.push_back(item);
      }
      if (products.values.size() < products.offsets.back() + 2) {
        products.values.resize(products.offsets.back());
        continue;
      }
      products.offsets.push_back(products.values.size());
      visits.hash.push_back(chunk.hash[v]);
    }
  }
  return visits;
}

}  // namespace

Item2Vec Item2Vec::fit(const FitContext& context, const Item2VecConfig& config) {
  const auto& shop = context.shop;
  const std::size_t n_items = shop.items.size();
  const auto chunks = read_visits(context);
  auto visits = without_rare(chunks, count_products(chunks, n_items),
                             static_cast<std::uint64_t>(config.min_count));
  const auto count = count_products({&visits, 1}, n_items);
  Item2Vec model;
  Corpus corpus;
  for (std::size_t i = 0; i < n_items; ++i) {
    if (count[i] == 0) continue;
    model.items_.emplace_back(i);
    corpus.word_hash.push_back(hash_text(shop.items.text(i)));
    corpus.count.push_back(count[i]);
  }
  model.index_rows(n_items);
  corpus.sentences.offsets = std::move(visits.products.offsets);
  for (const auto item : visits.products.values) {
    corpus.sentences.values.push_back(model.row_of_[item.value]);
  }
  corpus.sentence_hash = std::move(visits.hash);

  SkipGram skip_gram(corpus, config.training, context.seed);
  skip_gram.train();
  model.stride_ = skip_gram.stride();
  model.vectors_ = skip_gram.take_inputs();
  make_unit_length(model.vectors_, model.stride_);

  const auto nearest = nearest_rows(model.vectors_, model.stride_,
                                    static_cast<std::size_t>(config.neighbours), context.threads);
  std::vector<std::vector<ScoredItem>> rows(n_items);
  for (std::size_t r = 0; r < nearest.size(); ++r) {
    for (const auto& entry : nearest[r]) {
      rows[model.items_[r].value].push_back({model.items_[entry.id], entry.score});
    }
  }
  model.table_ = NeighbourTable(rows);
  return model;
}

void Item2Vec::index_rows(std::size_t n_items) {
  row_of_.assign(n_items, kNoRow);
  for (std::uint32_t r = 0; r < items_.size(); ++r) row_of_[items_[r].value] = r;
}

float Item2Vec::cosine(ItemIdx a, ItemIdx b) const {
  const auto left = vector(a);
  const auto right = vector(b);
  if (left.empty() || right.empty()) return std::numeric_limits<float>::quiet_NaN();
  return dot(left, right);
}

std::vector<float> Item2Vec::mean_vector(std::span<const ItemIdx> items) const {
  std::vector<float> mean;
  float n = 0;
  for (const auto item : items) {
    const auto row = vector(item);
    if (row.empty()) continue;
    mean.resize(stride_, 0.0F);
    for (std::size_t d = 0; d < stride_; ++d) mean[d] += row[d];
    n += 1;
  }
  for (float& value : mean) value /= n;
  return mean;
}

void Item2Vec::save(ArchiveWriter& out) const {
  std::vector<std::uint32_t> items;
  items.reserve(items_.size());
  for (const auto item : items_) items.push_back(item.value);
  out.put_value("item2vec.stride", static_cast<std::uint32_t>(stride_));
  out.put("item2vec.products", items);
  out.put("item2vec.vectors", vectors_);
  table_.save(out, "item2vec");
}

Item2Vec Item2Vec::load(const ArchiveReader& in, const ProductSpace& products) {
  Item2Vec model;
  model.stride_ = in.get_value<std::uint32_t>("item2vec.stride");
  model.vectors_ = in.get<float>("item2vec.vectors");
  const auto items = in.get<std::uint32_t>("item2vec.products");
  if (model.stride_ == 0 || model.stride_ % kLanes != 0 ||
      model.vectors_.size() != items.size() * model.stride_) {
    in.fail("item2vec.vectors", "has another number of vectors");
  }
  for (const auto item : items) {
    if (item >= products.items.size()) in.fail("item2vec.products", "names a product out of range");
    model.items_.emplace_back(item);
  }
  model.index_rows(products.items.size());
  model.table_ = NeighbourTable::load(in, "item2vec", products.items.size());
  return model;
}

}  // namespace vitrina::models
