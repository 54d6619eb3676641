#include "candidates/after_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "candidates/votes.hpp"
#include "core/error.hpp"

namespace vitrina::candidates {
namespace {

/// Position of the window in models::kPageWindowsDays, or its length for «with decay».
std::size_t window_of(int days) {
  if (days == 0) return models::kPageWindowCount;
  for (std::size_t w = 0; w < models::kPageWindowCount; ++w) {
    if (models::kPageWindowsDays[w] == static_cast<double>(days)) return w;
  }
  throw Error(ErrorCode::kConfig,
              fmt::format("candidates.after_page.window_days: found {}, expected 0 (with decay), "
                          "1, 3 or 7 days",
                          days));
}

class AfterPage final : public Generator {
 public:
  AfterPage(const GeneratorContext& context, const AfterPageConfig& config)
      : context_(context), config_(config), window_(window_of(config.window_days)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    const auto n = static_cast<std::size_t>(config_.recent_pages);
    for (const auto& [page, time] : models::recent_pages(history, n)) {
      const float vote = decay(query.as_of - time, config_.half_life_days);
      for (const auto& entry : context_.models.page_products->after(page)) {
        const float score =
            vote * (window_ < models::kPageWindowCount ? entry.worth[window_] : entry.rate);
        if (score > 0 && query.filter.allows(entry.item)) out.push_back({entry.item, score});
      }
    }
    sum_votes(out, scratch.places);
    keep_top_k(out, static_cast<std::size_t>(config_.limit), scratch.keys);
  }

 private:
  GeneratorContext context_;
  AfterPageConfig config_;
  std::size_t window_;
};

}  // namespace

std::unique_ptr<Generator> make_after_page(const GeneratorContext& context,
                                           const AfterPageConfig& config) {
  return std::make_unique<AfterPage>(context, config);
}

}  // namespace vitrina::candidates
