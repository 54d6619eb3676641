#include "command/workspace_shop.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "command/layout.hpp"
#include "core/error.hpp"
#include "data/shop_file.hpp"
#include "support/events.hpp"
#include "support/random_shop.hpp"
#include "support/scratch.hpp"

namespace vitrina::command {
namespace {

namespace fs = std::filesystem;

class WorkspaceShopTest : public testing::Test {
 protected:
  WorkspaceShopTest() : root_(test::scratch("workspace_shop_test")) { fs::remove_all(root_); }
  ~WorkspaceShopTest() override { fs::remove_all(root_); }

  Context workspace(const std::string& name, std::uint64_t n_users) {
    Context context;
    context.workspace = root_ / name;
    save_shop(test::shop_of(test::random_events({.n_users = n_users})), context.path(kShopFile));
    return context;
  }

  fs::path root_;
};

TEST_F(WorkspaceShopTest, IsReadOnceInAChain) {
  ShopMemo memo;
  auto context = workspace("a", 10);
  context.shop_memo = &memo;
  const auto first = workspace_shop(context);
  fs::remove(context.path(kShopFile));
  EXPECT_EQ(workspace_shop(context), first);
}

TEST_F(WorkspaceShopTest, OfAnotherWorkspaceIsAnother) {
  ShopMemo memo;
  auto one = workspace("a", 10);
  auto other = workspace("b", 20);
  one.shop_memo = other.shop_memo = &memo;
  const auto first = workspace_shop(one);
  const auto second = workspace_shop(other);
  EXPECT_LT(first->users.size(), second->users.size());
}

TEST_F(WorkspaceShopTest, WithoutAChainIsReadEachTime) {
  const auto context = workspace("a", 10);
  EXPECT_NE(workspace_shop(context), workspace_shop(context));
  fs::remove(context.path(kShopFile));
  EXPECT_THROW((void)workspace_shop(context), Error);
}

}  // namespace
}  // namespace vitrina::command
