#include "candidates/item2vec.hpp"

#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {
namespace {

class Item2Vec final : public Generator {
 public:
  Item2Vec(const GeneratorContext& context, const Item2VecConfig& config)
      : context_(context), config_(config) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    const auto& item2vec = *context_.models.item2vec;
    vote_by_neighbours([&](ItemIdx item) { return item2vec.neighbours(item); }, config_, query,
                       history, out, scratch);
  }

 private:
  GeneratorContext context_;
  Item2VecConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_item2vec(const GeneratorContext& context,
                                         const Item2VecConfig& config) {
  return std::make_unique<Item2Vec>(context, config);
}

}  // namespace vitrina::candidates
