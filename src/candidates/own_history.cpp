#include "candidates/own_history.hpp"

namespace vitrina::candidates {
namespace {

class OwnHistory final : public Generator {
 public:
  OwnHistory(const GeneratorContext& context, const OwnHistoryConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& /*scratch*/) const override {
    for (const auto& entry : context_.models.own_history->rank(history, history.touches.size())) {
      if (out.size() == limit_) break;
      if (query.filter.allows_to_owner(entry.id)) out.push_back(entry);
    }
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
