#include "models/titles.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"

namespace vitrina::models {
namespace {

/// Product events before the cut, by product.
std::vector<std::uint32_t> count_events(const FitContext& context) {
  std::vector<std::uint32_t> count(context.shop.items.size(), 0);
  const auto& log = context.shop.events;
  for (std::size_t e = 0; e < log.n_events(); ++e) {
    const bool is_past = log.time[e] < context.as_of && log.item[e].valid();
    if (is_past && product_action_slot(log.action[e]) < kProductActionCount) {
      ++count[log.item[e].value];
    }
  }
  return count;
}

/// The products for which `is_in` holds, by word.
template <class IsIn>
Csr<ItemIdx> invert(const Catalog& catalog, IsIn&& is_in) {
  Csr<ItemIdx> index;
  index.offsets.assign(std::size_t{catalog.n_words} + 1, 0);
  const auto for_all = [&](auto&& body) {
    for (std::size_t i = 0; i < catalog.n_items(); ++i) {
      if (!is_in(i)) continue;
      for (const auto word : catalog.title_words.row(i)) body(word, ItemIdx(i));
    }
  };
  for_all([&](std::uint32_t word, ItemIdx) { ++index.offsets[word + 1]; });
  for (std::size_t w = 1; w < index.offsets.size(); ++w) index.offsets[w] += index.offsets[w - 1];
  index.values.resize(index.offsets.back());
  auto next = index.offsets;
  for_all([&](std::uint32_t word, ItemIdx item) { index.values[next[word]++] = item; });
  return index;
}

/// Scratch of one worker.
struct Scratch {
  std::vector<std::uint32_t> words;
  std::vector<std::uint32_t> met_by;  ///< by product: the last one it was compared with
  std::vector<ItemIdx> others;        ///< to be compared with
};

class Finder {
 public:
  Finder(const Catalog& catalog, const Csr<ItemIdx>& index, const TitlesConfig& config)
      : catalog_(catalog),
        index_(index),
        max_word_products_(static_cast<std::size_t>(config.max_word_products)),
        max_compared_(static_cast<std::size_t>(config.max_compared)),
        n_neighbours_(static_cast<std::size_t>(config.neighbours)) {}

  void find(ItemIdx item, Scratch& scratch, std::vector<ScoredItem>& out) const {
    const auto n_products = [&](std::uint32_t word) { return index_.row(word).size(); };
    const auto title = catalog_.title_words.row(item.value);
    scratch.words.assign(title.begin(), title.end());
    std::sort(scratch.words.begin(), scratch.words.end(), [&](std::uint32_t a, std::uint32_t b) {
      return n_products(a) != n_products(b) ? n_products(a) < n_products(b) : a < b;
    });
    scratch.met_by[item.value] = item.value;  // nobody is a neighbour of himself
    scratch.others.clear();
    for (const auto word : scratch.words) {
      if (n_products(word) > max_word_products_ || scratch.others.size() >= max_compared_) break;
      for (const auto other : index_.row(word)) {
        if (scratch.met_by[other.value] == item.value) continue;
        scratch.met_by[other.value] = item.value;
        scratch.others.push_back(other);
      }
    }
    constexpr std::size_t kFloatsALine = 16;
    constexpr std::size_t kAhead = 8;  // vectors lie far apart: the next ones are on their way
    for (std::size_t o = 0; o < scratch.others.size(); ++o) {
      if (o + kAhead < scratch.others.size()) {
        const auto vector = catalog_.vector(scratch.others[o + kAhead]);
        for (std::size_t d = 0; d < vector.size(); d += kFloatsALine)
          __builtin_prefetch(&vector[d]);
      }
      const float cosine = catalog_.cosine(item, scratch.others[o]);
      if (cosine > 0) out.push_back({scratch.others[o], cosine});
    }
    keep_top_k(out, n_neighbours_);
  }

 private:
  const Catalog& catalog_;
  const Csr<ItemIdx>& index_;
  std::size_t max_word_products_;
  std::size_t max_compared_;
  std::size_t n_neighbours_;
};

}  // namespace

Titles Titles::fit(const FitContext& context, const TitlesConfig& config) {
  const auto& catalog = context.shop.catalog;
  std::vector<std::vector<ScoredItem>> rows(catalog.n_items());
  if (catalog.vector_dim > 0 && catalog.n_words > 0) {
    const auto n_events = count_events(context);
    const auto most = static_cast<std::uint32_t>(config.max_events);
    const auto index =
        invert(catalog, [&](std::size_t i) { return n_events[i] > 0 && n_events[i] <= most; });
    const Finder finder(catalog, index, config);
    std::vector<Scratch> scratch(static_cast<std::size_t>(std::max(context.threads, 1)));
    parallel_chunks_with_worker(rows.size(), 1024, context.threads,
                                [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                  auto& own = scratch[worker];
                                  own.met_by.resize(rows.size(), ItemIdx{}.value);
                                  for (std::size_t i = begin; i < end; ++i) {
                                    if (n_events[i] > 0) finder.find(ItemIdx(i), own, rows[i]);
                                  }
                                });
  }
  Titles model;
  model.table_ = NeighbourTable(rows);
  return model;
}

void Titles::save(ArchiveWriter& out) const { table_.save(out, "titles"); }

Titles Titles::load(const ArchiveReader& in, std::span<const ItemIdx> remap, const Shop& shop) {
  Titles model;
  model.table_ = NeighbourTable::load(in, "titles", remap, shop.items.size());
  return model;
}

}  // namespace vitrina::models
