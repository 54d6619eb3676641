#include "candidates/linear.hpp"

namespace vitrina::candidates {
namespace {

class Linear final : public Generator {
 public:
  Linear(const GeneratorContext& context, const LinearConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    for (const auto& entry : context_.models.linear->scores(history, context_.as_of)) {
      if (entry.score > 0 && context_.is_allowed(entry.id)) out.push_back(entry);
    }
    keep_top_k(out, limit_);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_linear(const GeneratorContext& context) {
  const auto section = section_of("linear");
  return std::make_unique<Linear>(context, read_section<LinearConfig>(context.params, section));
}

}  // namespace vitrina::candidates
