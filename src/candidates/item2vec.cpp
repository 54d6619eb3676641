#include "candidates/item2vec.hpp"

#include "candidates/neighbour_votes.hpp"

namespace vitrina::candidates {
namespace {

class Item2Vec final : public Generator {
 public:
  Item2Vec(const GeneratorContext& context, const Item2VecConfig& config)
      : context_(context), config_(config) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    const auto& item2vec = *context_.models.item2vec;
    vote_by_neighbours([&](ItemIdx item) { return item2vec.neighbours(item); }, context_, config_,
                       history, out);
  }

 private:
  GeneratorContext context_;
  Item2VecConfig config_;
};

}  // namespace

std::unique_ptr<Generator> make_item2vec(const GeneratorContext& context) {
  const auto section = section_of("item2vec");
  return std::make_unique<Item2Vec>(context, read_section<Item2VecConfig>(context.params, section));
}

}  // namespace vitrina::candidates
