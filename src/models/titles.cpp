#include "models/titles.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/topk.hpp"
#include "data/decay.hpp"

namespace vitrina::models {
namespace {

/// The products for which `is_in` holds, by word.
template <class IsIn>
Csr<ItemIdx> invert(const Catalog& catalog, IsIn&& is_in) {
  Csr<ItemIdx> index;
  index.offsets.assign(catalog.n_words() + 1, 0);
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
  std::vector<std::uint64_t> keys;    ///< those of them that are alike, as rank keys
};

class Finder {
 public:
  Finder(const Catalog& catalog, const Csr<ItemIdx>& index, const TitlesConfig& config)
      : catalog_(catalog),
        index_(index),
        max_word_products_(static_cast<std::size_t>(config.max_word_products)),
        max_compared_(static_cast<std::size_t>(config.max_compared)),
        n_neighbours_(static_cast<std::size_t>(config.neighbours)) {}

  /// The word through which most of the products that `item` is compared with are found, at most.
  [[nodiscard]] std::uint32_t broadest_word(ItemIdx item, Scratch& scratch) const {
    rarest_first(item, scratch);
    auto broadest = static_cast<std::uint32_t>(catalog_.n_words());
    std::size_t n = 0;
    for (const auto word : scratch.words) {
      if (index_.row(word).size() > max_word_products_ || n >= max_compared_) break;
      broadest = word;
      n += index_.row(word).size();
    }
    return broadest;
  }

  void find(ItemIdx item, Scratch& scratch, std::vector<ScoredItem>& out) const {
    rarest_first(item, scratch);
    scratch.met_by[item.value] = item.value;  // nobody is a neighbour of himself
    // whom it has met, and whose cosine is positive, nobody could foretell: each is written, and
    // kept or written over
    std::size_t n_others = 0;
    for (const auto word : scratch.words) {
      const auto products = index_.row(word);
      if (products.size() > max_word_products_ || n_others >= max_compared_) break;
      grow_to(scratch.others, n_others + products.size());
      for (const auto other : products) {
        scratch.others[n_others] = other;
        n_others += std::exchange(scratch.met_by[other.value], item.value) != item.value ? 1 : 0;
      }
    }
    constexpr std::size_t kAhead = 8;
    grow_to(scratch.keys, n_others);
    std::size_t n_keys = 0;
    for (std::size_t o = 0; o < n_others; ++o) {
      if (o + kAhead < n_others) catalog_.prefetch_vector(scratch.others[o + kAhead]);
      const ScoredItem other{scratch.others[o], catalog_.cosine(item, scratch.others[o])};
      scratch.keys[n_keys] = rank_key(other);
      n_keys += other.score > 0 ? 1 : 0;
    }
    const auto best = smallest(std::span(scratch.keys).first(n_keys), n_neighbours_);
    out.reserve(best.size());
    for (const auto key : best) {
      const auto entry = ranked_entry(key);
      out.push_back({ItemIdx(entry.id), entry.score});
    }
  }

 private:
  void rarest_first(ItemIdx item, Scratch& scratch) const {
    const auto n_products = [&](std::uint32_t word) { return index_.row(word).size(); };
    const auto title = catalog_.title_words.row(item.value);
    scratch.words.assign(title.begin(), title.end());
    std::sort(scratch.words.begin(), scratch.words.end(), [&](std::uint32_t a, std::uint32_t b) {
      return n_products(a) != n_products(b) ? n_products(a) < n_products(b) : a < b;
    });
  }

  const Catalog& catalog_;
  const Csr<ItemIdx>& index_;
  std::size_t max_word_products_;
  std::size_t max_compared_;
  std::size_t n_neighbours_;
};

}  // namespace

void Titles::Partial::merge(const Partial& other) {
  VITRINA_CHECK(n_events.size(), ==, other.n_events.size());
  std::transform(n_events.begin(), n_events.end(), other.n_events.begin(), n_events.begin(),
                 std::plus<>());
}

Titles::Partial Titles::map(const FitContext& part, const TitlesConfig& /*config*/) {
  Partial partial{std::vector<std::uint64_t>(part.shop.items.size(), 0)};
  const auto& log = part.shop.events;
  for (std::size_t e = 0; e < log.n_events(); ++e) {
    const bool is_past = log.time[e] < part.as_of && log.item[e].valid();
    if (is_past && product_action_slot(log.action[e]) < kProductActionCount) {
      ++partial.n_events[log.item[e].value];
    }
  }
  return partial;
}

Titles Titles::finish(const FitContext& any, const TitlesConfig& config, const Partial& all) {
  const auto& catalog = any.shop.catalog;
  std::vector<std::vector<ScoredItem>> rows(catalog.n_items());
  if (catalog.vector_dim > 0 && catalog.n_words() > 0) {
    const auto& n_events = all.n_events;
    const auto most = static_cast<std::uint64_t>(config.max_events);
    const auto index =
        invert(catalog, [&](std::size_t i) { return n_events[i] > 0 && n_events[i] <= most; });
    const Finder finder(catalog, index, config);
    std::vector<Scratch> scratch(static_cast<std::size_t>(std::max(any.threads, 1)));
    // one after another those that are compared with much the same products
    std::vector<std::uint64_t> order;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (n_events[i] == 0) continue;
      order.push_back(std::uint64_t{finder.broadest_word(ItemIdx(i), scratch[0])} << 32U | i);
    }
    std::sort(order.begin(), order.end());
    parallel_chunks_with_worker(order.size(), 1024, any.threads,
                                [&](std::size_t begin, std::size_t end, std::size_t worker) {
                                  auto& own = scratch[worker];
                                  own.met_by.resize(rows.size(), ItemIdx{}.value);
                                  for (std::size_t o = begin; o < end; ++o) {
                                    const ItemIdx item(static_cast<std::uint32_t>(order[o]));
                                    finder.find(item, own, rows[item.value]);
                                  }
                                });
  }
  Titles model;
  model.table_ = NeighbourTable(rows);
  return model;
}

void Titles::save(ArchiveWriter& out) const { table_.save(out, "titles"); }

Titles Titles::load(const ArchiveReader& in, const ProductSpace& products) {
  Titles model;
  model.table_ = NeighbourTable::load(in, "titles", products.items.size());
  return model;
}

}  // namespace vitrina::models
