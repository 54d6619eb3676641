#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "bundle/bundle.hpp"
#include "engine/answer.hpp"
#include "engine/engine.hpp"
#include "ranking/ranker_explainer.hpp"

namespace vitrina::bundle {

/// All that an answer takes beside the customer's events: a packed bundle, the products that can be
/// spoken of, and the engine over both. Made once and never changed; whoever answers holds it by a
/// shared pointer, so that another one can take its place while answers are on their way. Const
/// methods may be called from several threads.
class Generation {
 public:
  /// A bundle with the catalog it was packed with. Throws as Bundle::load, and
  /// Error(kIncompatibleArtifact) where its ranker was not trained on its engine's columns.
  static std::shared_ptr<const Generation> load(const std::filesystem::path& folder);

  /// The same bundle with another catalog beside it (data/join.hpp); null: with its own.
  [[nodiscard]] std::shared_ptr<const Generation> with_catalog(const ProductSpace* catalog) const;

  [[nodiscard]] const Bundle& bundle() const { return *bundle_; }
  /// The bundle's products, then those that only the catalog beside it lists.
  [[nodiscard]] const ProductSpace& products() const {
    return joined_ ? *joined_ : bundle_->products();
  }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  /// Products an answer, as the bundle was packed.
  [[nodiscard]] std::size_t k() const { return k_; }
  /// Who scores what the engine proposes.
  [[nodiscard]] engine::Scorer scorer() const {
    return {bundle_->ranker(), *bundle_->models().own_history};
  }

  /// Why the scorer says what it says. Made when it is first asked for, which takes tens of
  /// milliseconds: who never asks has no memory taken by it.
  [[nodiscard]] const ranking::RankerExplainer& explainer() const;

  /// Whether a shop joined to these products lists what they list: then the engine here is its
  /// engine.
  [[nodiscard]] bool fits(const Shop& joined) const;

  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  Generation(std::shared_ptr<const Bundle> bundle, std::optional<ProductSpace> joined);
  ~Generation() = default;

 private:
  std::shared_ptr<const Bundle> bundle_;
  std::optional<ProductSpace> joined_;
  engine::Engine engine_;
  std::size_t k_;
  mutable std::once_flag is_explainer_made_;
  mutable std::optional<ranking::RankerExplainer> explainer_;
};

}  // namespace vitrina::bundle
