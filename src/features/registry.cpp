#include "features/baskets.hpp"
#include "features/category.hpp"
#include "features/feature_group.hpp"
#include "features/generators.hpp"
#include "features/item.hpp"
#include "features/item_item.hpp"
#include "features/list.hpp"
#include "features/pair.hpp"
#include "features/repurchase.hpp"
#include "features/rhythm.hpp"
#include "features/sessions.hpp"
#include "features/user.hpp"

namespace vitrina::features {

const std::vector<FeatureGroupInfo>& registry() {
  using models::ModelKind;
  static const std::vector<FeatureGroupInfo> kRows{
      {"pair",
       "what the user did with the product",
       "user x product",
       {},
       pair_columns,
       make_pair_group},
      {"item",
       "how the product does in the shop",
       "product",
       {ModelKind::kPopularity},
       item_columns,
       make_item_group},
      {"user", "how active the user is", "user", {}, user_columns, make_user_group},
      {"category",
       "what the user did with the product's category",
       "user x category",
       {ModelKind::kPopularity},
       category_columns,
       make_category_group,
       describe<FeatureGroupConfig>,
       true},
      {"item_item",
       "how near the product is to the user's last products",
       "user x product",
       {ModelKind::kCovisitation},
       item_item_columns,
       make_item_item_group,
       describe<FeatureGroupConfig>,
       true},
      {"sessions",
       "how much visits like the user's point to the product",
       "user x product",
       {ModelKind::kSessions},
       sessions_columns,
       make_sessions_group,
       describe<OffByDefaultConfig>},
      {"generators",
       "what each generator thought of the product",
       "user x product",
       {},
       generators_columns,
       make_generators_group},
      {"list",
       "the product's standing among the user's other candidates",
       "user x product",
       {ModelKind::kOwnHistory, ModelKind::kPopularity},
       list_columns,
       make_list_group},
      {"repurchase",
       "whether it is time to buy the product again",
       "user x product",
       {ModelKind::kRepurchase},
       repurchase_columns,
       make_repurchase_group,
       describe<FeatureGroupConfig>,
       true},
      {"rhythm",
       "how often, how regularly and on which days the user buys",
       "user",
       {ModelKind::kCalendar},
       rhythm_columns,
       make_rhythm_group},
      {"baskets",
       "on how many of the user's purchase days the product was bought, and how regularly",
       "user x product",
       {},
       baskets_columns,
       make_baskets_group},
  };
  return kRows;
}

}  // namespace vitrina::features
