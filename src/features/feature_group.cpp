#include "features/feature_group.hpp"

#include <algorithm>

#include "core/scratch.hpp"

namespace vitrina::features {

UserRows::UserRows(const UserHistory& user_history, std::span<const ItemIdx> items,
                   std::span<const float> scores, std::span<const std::uint16_t> ranks,
                   Scratch& scratch)
    : history(user_history), item(items), score(scores), rank(ranks), places_(scratch.row_places) {
  scratch.row_places.number(items);
  grow_to(scratch.row_touch, items.size());
  // both are ascending
  std::uint32_t t = 0;
  for (std::size_t r = 0; r < items.size(); ++r) {
    const auto& touches = history.touches;
    while (t < touches.size() && touches[t].item < items[r]) ++t;
    const bool is_touched = t < touches.size() && touches[t].item == items[r];
    scratch.row_touch[r] = is_touched ? t : UserHistory::kNoTouch;
  }
  touch_ = std::span(scratch.row_touch).first(items.size());
  scratch.newest.clear();
  for (const auto recent : history.recent) scratch.newest.push_back(history.touches[recent].item);
  newest_ = scratch.newest;
  scratch.basket.clear();
  for (const auto& touch : history.touches) {
    if (touch.in_basket) scratch.basket.push_back(touch.item);
  }
  basket_ = scratch.basket;
}

bool FeatureGroupInfo::is_enabled(const ParamMap& params) const {
  // a group may be off by default: its own config says it
  FeatureGroupConfig config;
  for (const auto& field : fields()) {
    if (field.name == "enabled") config.enabled = field.default_value == "true";
  }
  FieldAssigner assigner(params, section());
  config.visit(assigner);
  return config.enabled;
}

}  // namespace vitrina::features
