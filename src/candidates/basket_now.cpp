#include "candidates/basket_now.hpp"

namespace vitrina::candidates {
namespace {

class BasketNow final : public Generator {
 public:
  BasketNow(const GeneratorContext& context, const BasketNowConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    for (const auto& touch : history.touches) {
      if (!touch.in_basket || !query.filter.allows_to_owner(touch.item)) continue;
      out.push_back({touch.item, decay(query.as_of - touch.basket_since, kHalfLifeDays)});
    }
    keep_top_k(out, limit_, scratch.keys);
  }

 private:
  /// Only turns an age into a falling score; the order does not depend on it.
  static constexpr double kHalfLifeDays = 7;

  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_basket_now(const GeneratorContext& context,
                                           const BasketNowConfig& config) {
  return std::make_unique<BasketNow>(context, config);
}

}  // namespace vitrina::candidates
