#include <string>

#include "candidates/after_page.hpp"
#include "candidates/basket_now.hpp"
#include "candidates/covisitation.hpp"
#include "candidates/covisitation_family.hpp"
#include "candidates/generator.hpp"
#include "candidates/ials.hpp"
#include "candidates/item2vec.hpp"
#include "candidates/likes.hpp"
#include "candidates/linear.hpp"
#include "candidates/own_history.hpp"
#include "candidates/popular.hpp"
#include "candidates/popular_in_categories.hpp"
#include "candidates/repurchase.hpp"
#include "candidates/session_neighbours.hpp"
#include "candidates/similar_titles.hpp"

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
      {"likes",
       "what the user liked and has not bought since",
       {},
       describe<LikesConfig>,
       make_likes},
      {"repurchase",
       "what the user bought, and what sells in its category, when it is time again",
       {ModelKind::kRepurchase, ModelKind::kPopularity},
       describe<RepurchaseConfig>,
       make_repurchase},
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
      {"after_page",
       "what others bought after the category pages and searches the user opened last",
       {ModelKind::kPageProducts},
       describe<AfterPageConfig>,
       make_after_page},
      {"similar_titles",
       "cold products with titles like those of the user's last products",
       {ModelKind::kTitles},
       describe<SimilarTitlesConfig>,
       make_similar_titles},
      {"ials",
       "what matrix factorisation (iALS) says the user prefers",
       {ModelKind::kIals},
       describe<IalsConfig>,
       make_ials},
      {"item2vec",
       "products whose vectors, learned from visits, are near those of the user's last products",
       {ModelKind::kItem2Vec},
       describe<Item2VecConfig>,
       make_item2vec},
      {"linear",
       "what a linear model of all users makes of the user's products (EASE)",
       {ModelKind::kLinear},
       describe<LinearConfig>,
       make_linear},
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
