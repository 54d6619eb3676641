#include "live/listing.hpp"

#include <algorithm>
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
      if ((allowed_.empty() || allowed_[item.value] != 0) && !is_named(item)) {
        name(item, weight, by);
        ++reply_.n_neighbours;
      }
    }
  }
}

/// What the engine ranks, behind what is there already; what was touched within its bounds.
void Listing::add_ranked(const Query& query) {
  auto wider = query;
  wider.k = std::max(wider.k, reply_.generation->k());
  const bool is_bounded = request_.max_touched < request_.k;
  if (is_bounded) wider.k += std::min(kMaxWider, query.events.size());
  if (beside_) ++wider.k;
  const auto& generation = *reply_.generation;
  engine::answer_one(generation.engine(), generation.scorer(), wider, worker_.batch, worker_.items);
  add_ranked(worker_.items);
}

void Listing::add_ranked(std::span<const engine::SourcedItem> ranked) {
  const bool is_bounded = request_.max_touched < request_.k;
  double best_sum = 0;
  for (std::size_t i = 0; i < std::min(reply_.generation->k(), ranked.size()); ++i) {
    best_sum += double{ranked[i].score};
  }
  reply_.best_sum = best_sum;
  std::size_t n_touched = 0;
  for (const auto& item : ranked) {
    if (is_full()) return;
    if (is_named(item.id)) continue;
    if (is_bounded && is_touched(item.id) && ++n_touched > request_.max_touched) continue;
    name_ranked(item);
  }
  // nothing else is left
  for (const auto& item : ranked) {
    if (is_full()) return;
    if (!is_named(item.id)) name_ranked(item);
  }
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
  auto reasons = find_reasons(*reply_.generation, worker_.batch, ranked_, worker_.reasons);
  for (std::size_t p = 0; p < reasons.size(); ++p) {
    reply_.products[reply_.n_neighbours + p].reasons = std::move(reasons[p]);
  }
}

bool Listing::is_touched(ItemIdx item) const {
  const auto& touched = worker_.events.item;
  return std::find(touched.begin(), touched.end(), item) != touched.end();
}

}  // namespace vitrina::live
