#include "candidates/covisitation.hpp"

#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {
namespace {

class Covisitation final : public Generator {
 public:
  Covisitation(const GeneratorContext& context, const CovisitationConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    const auto& covisitation = *context_.models.covisitation;
    vote_by_lists(
        [&](ItemIdx item, const auto& vote) {
          for (std::size_t m = 0; m < models::kCovisitationCount; ++m) {
            vote(covisitation.neighbours(m, item));
          }
        },
        config_, query, history, out, scratch);
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
