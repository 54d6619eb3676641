#include "candidates/repurchase.hpp"

#include <algorithm>
#include <span>

#include "candidates/votes.hpp"

namespace vitrina::candidates {
namespace {

class Repurchase final : public Generator {
 public:
  Repurchase(const GeneratorContext& context, const RepurchaseConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    constexpr std::size_t kOrder = product_action_slot(Action::kOrder);
    if (!context_.models.repurchase->is_known()) return;
    const auto orders = scratch.arena.take<LastOrder>(history.touches.size());
    std::size_t n_orders = 0;
    for (const auto& touch : history.touches) {
      if (touch.last[kOrder] == kNoTime) continue;
      const auto category = context_.products.catalog.category_of(touch.item);
      if (category.valid()) orders[n_orders++] = {category, touch.last[kOrder]};
      const double days = to_days(query.as_of - touch.last[kOrder]);
      const float rate = context_.models.repurchase->product_rate(touch.item, category, days);
      if (rate > 0 && query.filter.allows_to_owner(touch.item)) out.push_back({touch.item, rate});
    }
    add_best_sellers(query, orders.first(n_orders), out);
    sum_votes(out, scratch.places);
    keep_top_k(out, static_cast<std::size_t>(config_.limit), scratch.keys);
  }

 private:
  struct LastOrder {
    CategoryIdx category;
    TimeUs time = kNoTime;

    friend auto operator<=>(const LastOrder&, const LastOrder&) = default;
  };

  /// The category's rate, shared out among its best sellers by what they sell.
  void add_best_sellers(const Query& query, std::span<LastOrder> orders,
                        std::vector<ScoredItem>& out) const {
    const auto& popularity = *context_.models.popularity;
    std::sort(orders.begin(), orders.end());
    for (std::size_t o = 0; o < orders.size(); ++o) {
      const auto [category, time] = orders[o];
      if (o + 1 < orders.size() && orders[o + 1].category == category) continue;  // an earlier one
      const float rate =
          context_.models.repurchase->category_rate(category, to_days(query.as_of - time));
      const auto best = popularity.in_category(category);
      float total = 0;
      for (const auto item : best) total += popularity.stats(item).score;
      const auto n = std::min(best.size(), static_cast<std::size_t>(config_.category_products));
      for (const auto item : best.first(n)) {
        const float score = total > 0 ? rate * popularity.stats(item).score / total : 0;
        if (score > 0 && query.filter.allows(item)) out.push_back({item, score});
      }
    }
  }

  GeneratorContext context_;
  RepurchaseConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_repurchase(const GeneratorContext& context,
                                           const RepurchaseConfig& config) {
  return std::make_unique<Repurchase>(context, config);
}

}  // namespace vitrina::candidates
