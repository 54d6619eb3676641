#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "candidates/generator.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/log_queries.hpp"
#include "data/scratch.hpp"
#include "features/feature_group.hpp"
#include "models/model_set.hpp"
#include "selection/rules.hpp"

namespace vitrina::engine {

struct EngineConfig {
  int max_candidates = 100;
  int max_more_candidates = 120;
  int max_scored_users = 30'000;

  void visit(ConfigVisitor& v) {
    v.field("max_candidates", max_candidates, {1, 10'000},
            "products kept of a user's union, at least as many as the answer has");
    v.field("max_more_candidates", max_more_candidates, {0, 10'000},
            "added to these: one for each product that the user has ordered, at most so many");
    v.field("max_scored_users", max_scored_users, {1, 1e8},
            "users that are scored: those with the strongest own history, at least 4 times those "
            "that are to be sent");
  }
};

/// How many of the union are kept of a user who has ordered so many products.
std::size_t n_candidates(const EngineConfig& config, std::size_t n_ordered);

/// What goes for every generator.
struct CandidatesConfig {
  double drop_silent_days = 0;

  void visit(ConfigVisitor& v) {
    v.field("drop_silent_days", drop_silent_days, {0, 1e6},
            "products that nobody has touched for so many days are proposed only to users who "
            "touched them; 0: all are proposed");
  }
};

/// The parameter sections the engine reads: `engine`, `candidates`, `candidates.<name>`,
/// `features.<name>`.
std::vector<SectionInfo> engine_sections();

/// The models that the switched-on generators and feature groups need.
std::vector<models::ModelKind> needed_models(const ParamMap& params);

/// Candidates and features of one customer, ready to be scored. It keeps its memory from one query
/// to the next.
struct UserBlock {
  EventColumns merged;  ///< holds the events where users are linked
  UserHistory history;
  std::vector<ItemIdx> item;        ///< ascending
  std::vector<float> score;         ///< rows x generators
  std::vector<std::uint16_t> rank;  ///< rows x generators
  std::vector<float> features;      ///< rows x columns, row-major

  [[nodiscard]] std::size_t n_rows() const { return item.size(); }
};

/// generate candidates -> merge -> features, for one query: the same for training rows, for a
/// batch, and for one customer at this moment. Does no I/O, reads no clock, knows no log; holds
/// references to the products and the models, which must outlive it. All methods are const and may
/// be called from several threads, each with a Scratch of its own.
class Engine {
 public:
  /// Throws Error(kConfig) when no generator is switched on.
  Engine(const ProductSpace& products, const models::ModelSet& models, const ParamMap& params);

  [[nodiscard]] const std::vector<std::string>& generator_names() const { return generator_names_; }
  /// `group__column`, in matrix order.
  [[nodiscard]] const std::vector<std::string>& column_names() const { return column_names_; }

  /// History and merged candidates of the query's customer; `features` stays empty.
  void candidates(const Query& query, UserBlock& block, Scratch& scratch) const;
  /// Fills `block.features` for the candidates in it.
  void features(UserBlock& block, Scratch& scratch) const;
  /// Writes the rows x columns there instead.
  void features(const UserBlock& block, float* out, Scratch& scratch) const;

  /// Products of one generator for a history, best first: for ceilings.
  [[nodiscard]] std::vector<ScoredItem> generate(std::size_t generator, const Query& query,
                                                 const UserHistory& history,
                                                 Scratch& scratch) const;

 private:
  void merge(std::size_t n_candidates, Scratch& scratch, UserBlock& block) const;
  /// The query with what the parameters say of products that nobody touches any more.
  [[nodiscard]] Query with_silence(Query query) const;

  EngineConfig config_;
  double drop_silent_days_;
  std::vector<TimeUs> last_event_;  ///< by product, where silence matters
  std::vector<std::string> generator_names_;
  std::vector<std::unique_ptr<candidates::Generator>> generators_;
  struct Group {
    std::unique_ptr<features::FeatureGroup> group;
    std::size_t first_column;
  };
  std::vector<Group> groups_;
  std::vector<std::string> column_names_;
};

/// How many users are scored at most.
std::size_t max_scored_users(const EngineConfig& config, int max_users);

/// The users worth scoring: any event before `queries.as_of`, or asked for by name
/// (`rules.only_users`), and allowed by `rules`; the strongest own history first (sum of the best
/// `queries.k` scores, then the newer last event, then the index), `limit` at most. Ascending by
/// index.
std::vector<UserIdx> users_to_score(const LogQueries& queries,
                                    const models::OwnHistory& own_history, std::size_t limit,
                                    const selection::Rules& rules, int threads);

}  // namespace vitrina::engine
