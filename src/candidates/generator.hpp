#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/query.hpp"
#include "data/scratch.hpp"
#include "data/shop.hpp"
#include "data/user_history.hpp"
#include "models/model_set.hpp"

namespace vitrina::candidates {

/// What a generator is made from; both outlive it.
struct GeneratorContext {
  const ProductSpace& products;
  const models::ModelSet& models;
};

/// Proposes products for users. The contract, checked for every row of the registry:
/// - at most `limit` distinct, allowed products a user, best first, scores > 0 and not rising,
///   ties by product index;
/// - the answer depends on the query and the fitted models only: no clock, no randomness, no other
///   customer, any number of threads.
class Generator {
 public:
  Generator() = default;
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  virtual ~Generator() = default;

  /// Appends the proposals for one customer to `out` (empty on entry); `history` is of the query's
  /// events and moment.
  virtual void generate(const Query& query, const UserHistory& history,
                        std::vector<ScoredItem>& out, Scratch& scratch) const = 0;
};

/// One row of the registry: all that the rest of the project knows of a generator. `params` are
/// read here and nowhere else, from the section of the row.
struct GeneratorInfo {
  std::string_view name;
  std::string_view summary;
  std::vector<models::ModelKind> needs;
  std::vector<FieldInfo> (*fields)();
  bool (*enabled)(const ParamMap& params, std::string_view section);
  std::unique_ptr<Generator> (*make_in)(const GeneratorContext&, const ParamMap& params,
                                        std::string_view section);

  /// The parameter section: `candidates.<name>`.
  [[nodiscard]] std::string section() const { return "candidates." + std::string(name); }
  [[nodiscard]] bool is_enabled(const ParamMap& params) const { return enabled(params, section()); }
  [[nodiscard]] std::unique_ptr<Generator> make(const GeneratorContext& context,
                                                const ParamMap& params) const {
    return make_in(context, params, section());
  }
};

/// Every generator, in the order in which the merge takes turns.
const std::vector<GeneratorInfo>& registry();

}  // namespace vitrina::candidates
