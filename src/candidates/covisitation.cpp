#include "candidates/covisitation.hpp"

#include "candidates/votes.hpp"

namespace vitrina::candidates {
namespace {

class Covisitation final : public Generator {
 public:
  Covisitation(const GeneratorContext& context, const CovisitationConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto recent = recent_touches(history, static_cast<std::size_t>(config_.recent_products));
    for (const Touch* touch : recent) {
      const float vote = decay(context_.as_of - touch->last_time, config_.half_life_days);
      for (std::size_t m = 0; m < models::kCovisitationCount; ++m) {
        for (const auto& entry : context_.models.covisitation->neighbours(m, touch->item)) {
          const float score = vote * entry.score;
          if (score > 0 && context_.is_allowed(entry.id)) out.push_back({entry.id, score});
        }
      }
    }
    sum_votes(out);
    keep_top_k(out, static_cast<std::size_t>(config_.limit));
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
