#include "candidates/popular.hpp"

#include <algorithm>

namespace vitrina::candidates {
namespace {

class Popular final : public Generator {
 public:
  Popular(const GeneratorContext& context, const PopularConfig& config)
      : ranking_(context.models.popularity->ranking()),
        limit_(static_cast<std::size_t>(config.limit)) {}

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
  std::span<const ItemIdx> ranking_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_popular(const GeneratorContext& context, const PopularConfig& config) {
  return std::make_unique<Popular>(context, config);
}

}  // namespace vitrina::candidates
