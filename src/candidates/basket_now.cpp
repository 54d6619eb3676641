#include "candidates/basket_now.hpp"

namespace vitrina::candidates {
namespace {

class BasketNow final : public Generator {
 public:
  BasketNow(const GeneratorContext& context, const BasketNowConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    for (const auto& touch : history.touches) {
      if (!touch.in_basket || !context_.is_allowed_to_own(touch.item)) continue;
      out.push_back({touch.item, decay(context_.as_of - touch.basket_since, kHalfLifeDays)});
    }
    keep_top_k(out, limit_);
  }

 private:
  /// Only turns an age into a falling score; the order does not depend on it.
  static constexpr double kHalfLifeDays = 7;

  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_basket_now(const GeneratorContext& context) {
  const auto section = section_of("basket_now");
  return std::make_unique<BasketNow>(context,
                                     read_section<BasketNowConfig>(context.params, section));
}

}  // namespace vitrina::candidates
