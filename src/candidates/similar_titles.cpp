#include "candidates/similar_titles.hpp"

#include "candidates/votes.hpp"

namespace vitrina::candidates {
namespace {

class SimilarTitles final : public Generator {
 public:
  SimilarTitles(const GeneratorContext& context, const SimilarTitlesConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto recent = recent_touches(history, static_cast<std::size_t>(config_.recent_products));
    for (const Touch* touch : recent) {
      const float vote = decay(context_.as_of - touch->last_time, config_.half_life_days);
      for (const auto& entry : context_.models.titles->neighbours(touch->item)) {
        const float score = vote * entry.score;
        if (score > 0 && context_.is_allowed(entry.id)) out.push_back({entry.id, score});
      }
    }
    sum_votes(out);
    keep_top_k(out, static_cast<std::size_t>(config_.limit));
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
