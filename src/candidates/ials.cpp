#include "candidates/ials.hpp"

namespace vitrina::candidates {
namespace {

class IalsGenerator final : public Generator {
 public:
  IalsGenerator(const GeneratorContext& context, const IalsConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& /*scratch*/) const override {
    const auto& ials = *context_.models.ials;
    const auto user = ials.fold_in(history, query.as_of);
    out = ials.top(user, [&](ItemIdx item) { return query.filter.allows(item); }, limit_);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_ials(const GeneratorContext& context, const IalsConfig& config) {
  return std::make_unique<IalsGenerator>(context, config);
}

}  // namespace vitrina::candidates
