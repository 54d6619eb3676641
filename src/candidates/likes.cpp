#include "candidates/likes.hpp"

namespace vitrina::candidates {
namespace {

class Likes final : public Generator {
 public:
  Likes(const GeneratorContext& context, const LikesConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    constexpr std::size_t kLike = product_action_slot(Action::kLike);
    constexpr std::size_t kOrder = product_action_slot(Action::kOrder);
    for (const auto& touch : history.touches) {
      // kNoTime is before any time: never ordered is ordered before
      const bool is_wanted = touch.last[kLike] > touch.last[kOrder];
      if (!is_wanted || !query.filter.allows_to_owner(touch.item)) continue;
      const float score = decay(query.as_of - touch.last[kLike], config_.half_life_days);
      if (score > 0) out.push_back({touch.item, score});
    }
    keep_top_k(out, static_cast<std::size_t>(config_.limit), scratch.keys);
  }

 private:
  GeneratorContext context_;
  LikesConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_likes(const GeneratorContext& context, const LikesConfig& config) {
  return std::make_unique<Likes>(context, config);
}

}  // namespace vitrina::candidates
