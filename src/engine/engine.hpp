#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "candidates/generator.hpp"
#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/user_history.hpp"
#include "features/feature_group.hpp"
#include "models/model_set.hpp"
#include "selection/rules.hpp"

namespace vitrina::engine {

struct EngineConfig {
  int max_candidates = 100;
  int max_scored_users = 30'000;

  void visit(ConfigVisitor& v) {
    v.field("max_candidates", max_candidates, {1, 10'000},
            "products kept of a user's union, at least as many as the answer has");
    v.field("max_scored_users", max_scored_users, {1, 1e8},
            "users that are scored: those with the strongest own history, at least 4 times those "
            "that are to be sent");
  }
};

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

/// Candidates and features of one user, ready to be scored. The engine's unit of work: the same
/// for training rows, for the batch answer and, later, for one user online.
struct UserBlock {
  UserHistory history;
  std::vector<ItemIdx> item;        ///< ascending
  std::vector<float> score;         ///< rows x generators
  std::vector<std::uint16_t> rank;  ///< rows x generators
  std::vector<float> features;      ///< rows x columns, row-major

  [[nodiscard]] std::size_t n_rows() const { return item.size(); }
};

/// generate candidates -> merge -> features, for a user, as of a moment. Does no I/O and reads no
/// clock; holds references to the shop and the models, which must outlive it. All methods are
/// const and may be called from several threads.
class Engine {
 public:
  /// `allowed` as in GeneratorContext. Throws Error(kConfig) when no generator is switched on.
  Engine(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
         std::span<const std::uint8_t> allowed, const ParamMap& params);

  [[nodiscard]] const std::vector<std::string>& generator_names() const { return generator_names_; }
  /// `group__column`, in matrix order.
  [[nodiscard]] const std::vector<std::string>& column_names() const { return column_names_; }
  [[nodiscard]] TimeUs as_of() const { return as_of_; }

  /// History and merged candidates of a user; `features` stays empty.
  void candidates(UserIdx user, UserBlock& block) const;
  /// Fills `block.features` for the candidates in it.
  void features(UserBlock& block) const;
  /// Writes the rows x columns there instead.
  void features(const UserBlock& block, float* out) const;

  /// Products of one generator for a history, best first: for ceilings.
  [[nodiscard]] std::vector<ScoredItem> generate(std::size_t generator,
                                                 const UserHistory& history) const;

 private:
  void merge(const std::vector<std::vector<ScoredItem>>& lists, UserBlock& block) const;

  const Shop& shop_;
  TimeUs as_of_;
  std::size_t max_candidates_;
  std::vector<std::uint8_t> silent_;  ///< as in GeneratorContext
  std::vector<std::string> generator_names_;
  std::vector<std::unique_ptr<candidates::Generator>> generators_;
  struct Group {
    std::unique_ptr<features::FeatureGroup> group;
    std::size_t first_column;
  };
  std::vector<Group> groups_;
  std::vector<std::string> column_names_;
};

/// The users worth scoring as of a moment: any event before `as_of`, allowed by
/// `rules`, the strongest own history first (sum of the best k scores, then the newer last
/// event, then the index), max(max_scored_users, 4 x max_users) at most. Ascending by index.
std::vector<UserIdx> users_to_score(const Shop& shop, const models::ModelSet& models, TimeUs as_of,
                                    const EngineConfig& config, int max_users, int k,
                                    const selection::Rules& rules, int threads);

}  // namespace vitrina::engine
