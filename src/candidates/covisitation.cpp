#include "candidates/covisitation.hpp"

#include "candidates/covisitation_votes.hpp"

namespace vitrina::candidates {
namespace {

class Covisitation final : public Generator {
 public:
  Covisitation(const GeneratorContext& context, const CovisitationConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    vote_by_matrices(*context_.models.covisitation, models::kCovisitationCount, context_, config_,
                     history, out);
  }

 private:
  GeneratorContext context_;
  CovisitationConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_covisitation(const GeneratorContext& context) {
  const auto section = section_of("covisitation");
  return std::make_unique<Covisitation>(context,
                                        read_section<CovisitationConfig>(context.params, section));
}

}  // namespace vitrina::candidates
