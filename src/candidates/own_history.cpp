#include "candidates/own_history.hpp"

namespace vitrina::candidates {
namespace {

class OwnHistory final : public Generator {
 public:
  OwnHistory(const GeneratorContext& context, const OwnHistoryConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    const auto& rule = context_.models.own_history->rule();
    for (std::size_t t = 0; t < history.touches.size(); ++t) {
      const auto item = history.touches[t].item;
      const float score = rule.score(history.sums[t]);
      if (score > 0 && query.filter.allows_to_owner(item)) out.push_back({item, score});
    }
    keep_top_k(out, limit_, scratch.keys);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_own_history(const GeneratorContext& context,
                                            const OwnHistoryConfig& config) {
  return std::make_unique<OwnHistory>(context, config);
}

}  // namespace vitrina::candidates
