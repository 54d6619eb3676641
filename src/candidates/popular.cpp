#include "candidates/popular.hpp"

#include <algorithm>

namespace vitrina::candidates {
namespace {

/// The same list for everybody, so it is made once.
class Popular final : public Generator {
 public:
  Popular(const GeneratorContext& context, const PopularConfig& config) {
    const auto& popularity = *context.models.popularity;
    const auto limit = std::max(static_cast<std::size_t>(config.limit), context.k);
    for (const auto item : popularity.ranking()) {
      if (list_.size() == limit) break;
      if (!context.is_allowed(item)) continue;
      // the place is the score: products nobody touched must stay in order too
      list_.push_back({item, 1 / static_cast<float>(list_.size() + 1)});
    }
  }

  void generate(const UserHistory& /*history*/, std::vector<ScoredItem>& out) const override {
    out = list_;
  }

 private:
  std::vector<ScoredItem> list_;
};

}  // namespace

std::unique_ptr<Generator> make_popular(const GeneratorContext& context) {
  const auto section = section_of("popular");
  return std::make_unique<Popular>(context, read_section<PopularConfig>(context.params, section));
}

}  // namespace vitrina::candidates
