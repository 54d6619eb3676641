#include "candidates/covisitation_family.hpp"

#include "candidates/covisitation_votes.hpp"

namespace vitrina::candidates {
namespace {

class CovisitationFamily final : public Generator {
 public:
  CovisitationFamily(const GeneratorContext& context, const CovisitationFamilyConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    vote_by_matrices(*context_.models.covisitation_family, models::kCovisitationFamilyCount,
                     config_, query, history, out, scratch);
  }

 private:
  GeneratorContext context_;
  CovisitationFamilyConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_covisitation_family(const GeneratorContext& context,
                                                    const CovisitationFamilyConfig& config) {
  return std::make_unique<CovisitationFamily>(context, config);
}

}  // namespace vitrina::candidates
