#include "candidates/own_history.hpp"

namespace vitrina::candidates {
namespace {

class OwnHistory final : public Generator {
 public:
  OwnHistory(const GeneratorContext& context, const OwnHistoryConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    for (const auto& entry : context_.models.own_history->rank(history, history.touches.size())) {
      if (out.size() == limit_) break;
      if (context_.is_allowed_to_own(entry.id)) out.push_back(entry);
    }
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_own_history(const GeneratorContext& context) {
  const auto section = section_of("own_history");
  return std::make_unique<OwnHistory>(context,
                                      read_section<OwnHistoryConfig>(context.params, section));
}

}  // namespace vitrina::candidates
