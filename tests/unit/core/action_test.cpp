#include "core/action.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace vitrina {
namespace {

std::vector<Action> members(const ActionList& list) {
  std::vector<Action> actions;
  for (std::size_t s = 0; s < list.size(); ++s) actions.push_back(list[s]);
  return actions;
}

// Files of fitted models and the names of columns depend on both lists and on their order.
TEST(Action, ListsFollowFromTheTraits) {
  EXPECT_EQ(members(kProductActions),
            (std::vector{Action::kView, Action::kLike, Action::kBasketAdd, Action::kBasketDelete,
                         Action::kOrder, Action::kBasketPage}));
  EXPECT_EQ(members(kInterestActions),
            (std::vector{Action::kView, Action::kLike, Action::kBasketAdd, Action::kOrder}));
}

TEST(Action, AListNumbersItsMembersAndNoOther) {
  EXPECT_EQ(kInterestActions.slot(Action::kView), 0U);
  EXPECT_EQ(kInterestActions.slot(Action::kOrder), 3U);
  EXPECT_EQ(kInterestActions.slot(Action::kBasketDelete), kInterestActions.size());
  EXPECT_EQ(kInterestActions.slot(Action::kSearch), kInterestActions.size());
}

TEST(Action, EveryActionHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto& action : kActionTraits) {
    EXPECT_FALSE(action.name.empty());
    EXPECT_TRUE(names.insert(action.name).second) << action.name;
  }
}

TEST(Action, IntentIsABasketOrAnOrder) {
  for (std::size_t a = 0; a < kActionCount; ++a) {
    const auto action = static_cast<Action>(a);
    EXPECT_EQ(shows_intent(action), action == Action::kBasketAdd || action == Action::kOrder);
  }
}

}  // namespace
}  // namespace vitrina
