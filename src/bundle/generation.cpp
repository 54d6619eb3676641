#include "bundle/generation.hpp"

#include <utility>

#include "data/join.hpp"
#include "engine/batch.hpp"
#include "selection/choose_config.hpp"

namespace vitrina::bundle {

Generation::Generation(std::shared_ptr<const Bundle> bundle, std::optional<ProductSpace> joined)
    : bundle_(std::move(bundle)),
      joined_(std::move(joined)),
      engine_(products(), bundle_->models(), bundle_->params()),
      k_(selection::read_choose(bundle_->params()).limits().k) {
  engine::check_columns(engine_, bundle_->ranker());
}

std::shared_ptr<const Generation> Generation::load(const std::filesystem::path& folder) {
  return std::make_shared<const Generation>(std::make_shared<const Bundle>(Bundle::load(folder)),
                                            std::nullopt);
}

std::shared_ptr<const Generation> Generation::with_catalog(const ProductSpace* catalog) const {
  std::optional<ProductSpace> joined;
  if (catalog != nullptr) joined = join_products(*catalog, bundle_->products()).products;
  return std::make_shared<const Generation>(bundle_, std::move(joined));
}

const ranking::RankerExplainer& Generation::explainer() const {
  std::call_once(is_explainer_made_, [this] { explainer_.emplace(bundle_->ranker()); });
  return *explainer_;
}

bool Generation::fits(const Shop& joined) const {
  return joined.catalog.is_listed == products().catalog.is_listed;
}

}  // namespace vitrina::bundle
