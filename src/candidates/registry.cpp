#include <string>

#include "candidates/basket_now.hpp"
#include "candidates/covisitation.hpp"
#include "candidates/covisitation_family.hpp"
#include "candidates/generator.hpp"
#include "candidates/own_history.hpp"
#include "candidates/popular.hpp"
#include "candidates/popular_in_categories.hpp"
#include "candidates/session_neighbours.hpp"

namespace vitrina::candidates {

const std::vector<GeneratorInfo>& registry() {
  using models::ModelKind;
  static const std::vector<GeneratorInfo> kRows{
      {"own_history",
       "products the user touched, by the learned decay rule",
       {ModelKind::kOwnHistory},
       describe<OwnHistoryConfig>,
       make_own_history},
      {"basket_now",
       "what lies in the user's basket, newest first",
       {},
       describe<BasketNowConfig>,
       make_basket_now},
      {"covisitation",
       "what others bought or viewed with the user's last products",
       {ModelKind::kCovisitation},
       describe<CovisitationConfig>,
       make_covisitation},
      {"covisitation_family",
       "the same by more directions, windows and neighbourhoods",
       {ModelKind::kCovisitationFamily},
       describe<CovisitationFamilyConfig>,
       make_covisitation_family},
      {"session_neighbours",
       "what visits of others with the user's last products were about",
       {ModelKind::kSessions},
       describe<SessionNeighboursConfig>,
       make_session_neighbours},
      {"popular_in_categories",
       "what sells in the categories the user looks at",
       {ModelKind::kPopularity},
       describe<PopularInCategoriesConfig>,
       make_popular_in_categories},
      {"popular",
       "what sells in the whole shop",
       {ModelKind::kPopularity},
       describe<PopularConfig>,
       make_popular},
  };
  return kRows;
}

std::string section_of(std::string_view name) { return "candidates." + std::string(name); }

}  // namespace vitrina::candidates
