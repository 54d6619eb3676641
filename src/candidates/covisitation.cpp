#include "candidates/covisitation.hpp"

#include <algorithm>

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
  /// Equal products become one entry with the sum of their scores.
  static void sum_votes(std::vector<ScoredItem>& votes) {
    std::stable_sort(votes.begin(), votes.end(),
                     [](const ScoredItem& a, const ScoredItem& b) { return a.id < b.id; });
    std::size_t n = 0;
    for (std::size_t i = 0; i < votes.size(); ++i) {
      if (n > 0 && votes[n - 1].id == votes[i].id) {
        votes[n - 1].score += votes[i].score;
      } else {
        votes[n++] = votes[i];
      }
    }
    votes.resize(n);
  }

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
