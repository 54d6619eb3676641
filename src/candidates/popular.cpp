#include "candidates/popular.hpp"

#include <algorithm>

namespace vitrina::candidates {
namespace {

class Popular final : public Generator {
 public:
  Popular(const GeneratorContext& context, const PopularConfig& config)
      : limit_(static_cast<std::size_t>(config.limit)) {
    const auto& popularity = *context.models.popularity;
    const auto& is_listed = context.products.catalog.is_listed;
    ranking_.assign(popularity.ranking().begin(), popularity.ranking().end());
    for (std::size_t i = 0; i < is_listed.size(); ++i) {
      // a product that is neither seen nor listed is of the future: it may not even be known of
      const bool is_seen = popularity.stats(ItemIdx(i)).first != kNoTime;
      if (!is_seen && is_listed[i] != 0) ranking_.emplace_back(i);
    }
  }

  void generate(const Query& query, const UserHistory& /*history*/, std::vector<ScoredItem>& out,
                Scratch& /*scratch*/) const override {
    const std::size_t limit = std::max(limit_, query.k);
    // the place is the score: products nobody touched must stay in order too
    const auto add = [&](ItemIdx item) {
      out.push_back({item, 1 / static_cast<float>(out.size() + 1)});
    };
    for (const auto item : ranking_) {
      if (out.size() == limit) return;
      if (query.filter.allows(item)) add(item);
    }
    // an answer must be full: before it is short, silent products are named too
    for (const auto item : ranking_) {
      if (out.size() >= query.k) return;
      if (!query.filter.allows(item) && query.filter.allows_to_owner(item)) add(item);
    }
  }

 private:
  std::vector<ItemIdx> ranking_;  ///< what sells, best first, then what is only listed, by id
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_popular(const GeneratorContext& context,
                                        const PopularConfig& config) {
  return std::make_unique<Popular>(context, config);
}

}  // namespace vitrina::candidates
