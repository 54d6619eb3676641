#include "live/reasons.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ranking/logistic.hpp"

namespace vitrina::live {
namespace {

/// Larger contributions first, ties by column.
bool is_stronger(const Reason& a, const Reason& b) {
  const double of_a = std::abs(a.contribution);
  const double of_b = std::abs(b.contribution);
  return of_a != of_b ? of_a > of_b : a.column < b.column;
}

/// Parts the strongest from the others, which are summed.
void choose(std::vector<Reason>& all, Reasons& reasons) {
  std::erase_if(all, [](const Reason& reason) { return reason.contribution == 0; });
  const auto middle =
      all.begin() + static_cast<std::ptrdiff_t>(std::min(Reasons::kMost, all.size()));
  std::partial_sort(all.begin(), middle, all.end(), is_stronger);
  reasons.strongest.assign(all.begin(), middle);
  for (auto it = middle; it != all.end(); ++it) reasons.other += it->contribution;
}

}  // namespace

std::vector<Reasons> find_reasons(const bundle::Generation& generation, const engine::Batch& batch,
                                  std::span<const engine::SourcedItem> items,
                                  ReasonsMemory& memory) {
  const auto& block = batch.blocks.front();
  const std::size_t n_columns = generation.engine().column_names().size();
  std::vector<Reasons> found(items.size());
  memory.rows.clear();
  memory.own.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto at = std::lower_bound(block.item.begin(), block.item.end(), items[i].id);
    const auto row = static_cast<std::size_t>(at - block.item.begin());
    memory.rows.push_back(batch.features.data() + row * n_columns);
    memory.own.push_back(batch.own[row]);
    found[i].logit = batch.ranker.total[row];
  }
  const auto& of_users = batch.ranker.user_logits;
  const double buyer = of_users.empty() ? 0 : of_users.front();
  const auto& explainer = generation.explainer();
  auto& told = memory.explanations;
  explainer.explain({memory.rows, memory.own, buyer}, memory.ranker, told);
  for (std::size_t i = 0; i < items.size(); ++i) {
    found[i].base = told.base;
    memory.reasons.assign({{Reason::kOwnHistory, memory.own[i], told.own_history[i]},
                           {Reason::kBuyer, ranking::sigmoid(buyer), told.buyer[i]}});
    for (std::size_t c = 0; c < explainer.n_columns(); ++c) {
      memory.reasons.push_back(
          {c, double{memory.rows[i][c]}, told.columns[i * explainer.n_columns() + c]});
    }
    choose(memory.reasons, found[i]);
  }
  return found;
}

}  // namespace vitrina::live
