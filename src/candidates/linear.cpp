#include "candidates/linear.hpp"

namespace vitrina::candidates {
namespace {

class Linear final : public Generator {
 public:
  Linear(const GeneratorContext& context, const LinearConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    for (const auto& entry : context_.models.linear->scores(history, query.as_of)) {
      if (entry.score > 0 && query.filter.allows(entry.id)) out.push_back(entry);
    }
    keep_top_k(out, limit_, scratch.keys);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_linear(const GeneratorContext& context,
                                       const LinearConfig& config) {
  return std::make_unique<Linear>(context, config);
}

}  // namespace vitrina::candidates
