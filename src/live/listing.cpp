#include "live/listing.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "bundle/similar.hpp"

namespace vitrina::live {
namespace {

/// How many more products are ranked, at most, where some of them may not be named: more than a
/// person looks at.
constexpr std::size_t kMaxWider = 2000;

}  // namespace

Listing::Listing(Worker& worker, const Request& request, const Query& query, Reply& reply)
    : worker_(worker), request_(request), allowed_(query.filter.allowed), reply_(reply) {
  if (!request.beside.empty()) beside_ = worker.find(request.beside, products());
}

std::vector<Listing::Row> Listing::neighbours() const {
  std::vector<Row> rows;
  const bundle::SimilarProducts similar(reply_.generation->bundle());
  const auto n_learned = reply_.generation->bundle().products().items.size();
  if (!beside_ || beside_->value >= n_learned) {
    // what cannot be asked of any product is not asked of this one either
    for (const auto& by : request_.by) similar.check(by);
    return rows;
  }
  for (const auto& by : request_.by) rows.emplace_back(by, similar.neighbours(*beside_, by));
  return rows;
}

/// The nearest by each model, then the next ones.
void Listing::add_neighbours() {
  const auto rows = neighbours();
  bool has_more = true;
  for (std::size_t rank = 0; has_more && !is_full(); ++rank) {
    has_more = false;
    for (const auto& [by, row] : rows) {
      if (rank >= row.size() || is_full()) continue;
      has_more = true;
      const auto [item, weight] = row[rank];
      if ((allowed_.empty() || allowed_[item.value] != 0) && !is_named(item) && may_name(item)) {
        name(item, weight, by);
        ++reply_.n_neighbours;
      }
    }
  }
}

/// What the engine ranks, behind what is there already; what was touched within its bounds. Of the
/// candidates that a batch has, so that a product's score is the same whatever is asked for; only
/// where too few of them may be named there are more.
void Listing::add_ranked(const Query& query) {
  auto asked = query;
  asked.k = reply_.generation->k();
  // with the product beside which they are named, and those that may not be named
  std::size_t n = request_.k + 1;
  if (is_bounded()) n += std::min(kMaxWider, query.events.size());
  rank(asked, std::max(asked.k, n));
  note_best(worker_.items);
  add_within_bounds(worker_.items);
  explain();
  if (is_full()) return;
  asked.k = n;
  rank(asked, n);
  add_within_bounds(worker_.items);
  add_all(worker_.items);
  explain();
}

void Listing::add_popular(std::span<const engine::SourcedItem> ranked) {
  note_best(ranked);
  add_all(ranked);
}

/// The best `n` candidates.
void Listing::rank(const Query& query, std::size_t n) {
  ranked_.clear();
  const auto& generation = *reply_.generation;
  engine::answer_one(generation.engine(), generation.scorer(), query, n, worker_.batch,
                     worker_.items);
}

void Listing::note_best(std::span<const engine::SourcedItem> ranked) {
  const auto best = ranked.first(std::min(reply_.generation->k(), ranked.size()));
  reply_.best_sum = std::accumulate(
      best.begin(), best.end(), 0.0,
      [](double sum, const engine::SourcedItem& item) { return sum + double{item.score}; });
}

void Listing::add_within_bounds(std::span<const engine::SourcedItem> ranked) {
  for (const auto& item : ranked) {
    if (is_full()) return;
    if (!is_named(item.id) && may_name(item.id)) name_ranked(item);
  }
}

void Listing::add_all(std::span<const engine::SourcedItem> ranked) {
  for (const auto& item : ranked) {
    if (is_full()) return;
    if (!is_named(item.id)) name_ranked(item);
  }
}

/// Counts what was touched.
bool Listing::may_name(ItemIdx item) {
  return !is_bounded() || !is_touched(item) || ++n_touched_ <= request_.max_touched;
}

void Listing::name(ItemIdx item, float score, std::string_view source) {
  named_.push_back(item);
  reply_.products.push_back({std::string(worker_.id_of(item, products())), score, source, {}});
}

void Listing::name_ranked(const engine::SourcedItem& item) {
  name(item.id, item.score, reply_.generation->engine().generator_names()[item.source]);
  reply_.score_sum += double{item.score};
  ranked_.push_back(item);
}

void Listing::explain() {
  if (!request_.explains || ranked_.empty()) return;
  auto reasons = find_reasons(*reply_.generation, worker_.batch, ranked_, worker_.reasons);
  for (std::size_t p = 0; p < reasons.size(); ++p) {
    const auto place = reply_.products.size() - ranked_.size() + p;
    reply_.products[place].reasons = std::move(reasons[p]);
  }
}

bool Listing::is_touched(ItemIdx item) const {
  const auto& touched = worker_.events.item;
  return std::find(touched.begin(), touched.end(), item) != touched.end();
}

}  // namespace vitrina::live
