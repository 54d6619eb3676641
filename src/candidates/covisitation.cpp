#include "candidates/covisitation.hpp"

#include "candidates/covisitation_votes.hpp"

namespace vitrina::candidates {
namespace {

class Covisitation final : public Generator {
 public:
  Covisitation(const GeneratorContext& context, const CovisitationConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    vote_by_matrices(*context_.models.covisitation, models::kCovisitationCount, config_, query,
                     history, out, scratch);
  }

 private:
  GeneratorContext context_;
  CovisitationConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_covisitation(const GeneratorContext& context,
                                             const CovisitationConfig& config) {
  return std::make_unique<Covisitation>(context, config);
}

}  // namespace vitrina::candidates
