#include "candidates/covisitation_family.hpp"

#include "candidates/covisitation_votes.hpp"

namespace vitrina::candidates {
namespace {

class CovisitationFamily final : public Generator {
 public:
  CovisitationFamily(const GeneratorContext& context, const CovisitationFamilyConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    vote_by_matrices(*context_.models.covisitation_family, models::kCovisitationFamilyCount,
                     context_, config_, history, out);
  }

 private:
  GeneratorContext context_;
  CovisitationFamilyConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_covisitation_family(const GeneratorContext& context) {
  const auto section = section_of("covisitation_family");
  return std::make_unique<CovisitationFamily>(
      context, read_section<CovisitationFamilyConfig>(context.params, section));
}

}  // namespace vitrina::candidates
