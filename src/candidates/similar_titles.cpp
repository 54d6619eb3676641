#include "candidates/similar_titles.hpp"

#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {
namespace {

class SimilarTitles final : public Generator {
 public:
  SimilarTitles(const GeneratorContext& context, const SimilarTitlesConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto& titles = *context_.models.titles;
    vote_by_neighbours([&](ItemIdx item) { return titles.neighbours(item); }, context_, config_,
                       history, out);
  }

 private:
  GeneratorContext context_;
  SimilarTitlesConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_similar_titles(const GeneratorContext& context) {
  const auto section = section_of("similar_titles");
  return std::make_unique<SimilarTitles>(
      context, read_section<SimilarTitlesConfig>(context.params, section));
}

}  // namespace vitrina::candidates
