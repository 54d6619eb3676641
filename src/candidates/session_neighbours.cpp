#include "candidates/session_neighbours.hpp"

namespace vitrina::candidates {
namespace {

class SessionNeighbours final : public Generator {
 public:
  SessionNeighbours(const GeneratorContext& context, const SessionNeighboursConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const Query& query, const UserHistory& history, std::vector<ScoredItem>& out,
                Scratch& scratch) const override {
    for (const auto& vote : context_.models.sessions->votes(history)) {
      if (query.filter.allows(vote.item)) out.push_back({vote.item, vote.score});
    }
    keep_top_k(out, limit_, scratch.keys);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_session_neighbours(const GeneratorContext& context,
                                                   const SessionNeighboursConfig& config) {
  return std::make_unique<SessionNeighbours>(context, config);
}

}  // namespace vitrina::candidates
