#include "candidates/session_neighbours.hpp"

namespace vitrina::candidates {
namespace {

class SessionNeighbours final : public Generator {
 public:
  SessionNeighbours(const GeneratorContext& context, const SessionNeighboursConfig& config)
      : context_(context), limit_(static_cast<std::size_t>(config.limit)) {}

  void generate(const UserHistory& history, std::vector<ScoredItem>& out) const override {
    for (const auto& vote : context_.models.sessions->votes(history)) {
      if (context_.is_allowed(vote.item)) out.push_back({vote.item, vote.score});
    }
    keep_top_k(out, limit_);
  }

 private:
  GeneratorContext context_;
  std::size_t limit_;
};

}  // namespace

std::unique_ptr<Generator> make_session_neighbours(const GeneratorContext& context) {
  const auto section = section_of("session_neighbours");
  return std::make_unique<SessionNeighbours>(
      context, read_section<SessionNeighboursConfig>(context.params, section));
}

}  // namespace vitrina::candidates
