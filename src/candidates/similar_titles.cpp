#include "candidates/similar_titles.hpp"

#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {
namespace {

class SimilarTitles final : public Generator {
 public:
  SimilarTitles(const GeneratorContext& context, const SimilarTitlesConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    const auto& titles = *context_.models.titles;
    vote_by_neighbours([&](ItemIdx item) { return titles.neighbours(item); }, config_, query,
                       history, out, scratch);
  }

 private:
  GeneratorContext context_;
  SimilarTitlesConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_similar_titles(const GeneratorContext& context,
                                               const SimilarTitlesConfig& config) {
  return std::make_unique<SimilarTitles>(context, config);
}

}  // namespace vitrina::candidates
