#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/params.hpp"
#include "data/candidate.hpp"
#include "data/shop.hpp"
#include "data/user_history.hpp"
#include "models/model_set.hpp"

namespace vitrina::candidates {

/// What a generator is made from. Everything in it is as of `as_of`.
struct GeneratorContext {
  const Shop& shop;
  const models::ModelSet& models;
  TimeUs as_of;
  /// 1 for products that may be proposed; empty when all may.
  std::span<const std::uint8_t> allowed;
  const ParamMap& params;
  /// Products a user in the answer: the generator of last resort must be able to fill it.
  std::size_t k = 0;
  /// 1 for products that nobody has touched for `candidates.drop_silent_days`; empty when none is.
  std::span<const std::uint8_t> silent = {};

  /// Whether the product may be proposed to somebody who never touched it.
  [[nodiscard]] bool is_allowed(ItemIdx item) const {
    return is_allowed_to_own(item) && (silent.empty() || silent[item.value] == 0);
  }
  /// Whether it may be proposed to a user who touched it: silence does not matter then.
  [[nodiscard]] bool is_allowed_to_own(ItemIdx item) const {
    return allowed.empty() || allowed[item.value] != 0;
  }
};

/// Proposes products for users. The contract, checked for every row of the registry:
/// - at most `limit` distinct, allowed products a user, best first, scores > 0 and not rising,
///   ties by product index;
/// - the answer depends on the histories (events before as_of) and the fitted models only:
///   no clock, no randomness, no other user of the batch, any number of threads.
class Generator {
 public:
  Generator() = default;
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  virtual ~Generator() = default;

  /// Appends the proposals for one user to `out` (empty on entry).
  virtual void generate(const UserHistory& history, std::vector<ScoredItem>& out) const = 0;
};

/// One row of the registry: all that the rest of the project knows of a generator.
struct GeneratorInfo {
  std::string_view name;
  std::string_view summary;
  std::vector<models::ModelKind> needs;
  std::vector<FieldInfo> (*fields)();
  std::unique_ptr<Generator> (*make)(const GeneratorContext&);
};

/// Every generator, in the order in which the merge takes turns.
const std::vector<GeneratorInfo>& registry();

/// The parameter section of a generator: `candidates.<name>`.
std::string section_of(std::string_view name);

}  // namespace vitrina::candidates
