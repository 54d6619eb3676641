#include "candidates/ials.hpp"

namespace vitrina::candidates {
namespace {

class IalsGenerator final : public Generator {
 public:
  IalsGenerator(const GeneratorContext& context, const IalsConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto& ials = *context_.models.ials;
    const auto user = ials.fold_in(history, context_.as_of);
    out = ials.top(user, [&](ItemIdx item) { return context_.is_allowed(item); }, limit_);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_ials(const GeneratorContext& context) {
  return std::make_unique<IalsGenerator>(
      context, read_section<IalsConfig>(context.params, section_of("ials")));
}

}  // namespace vitrina::candidates
