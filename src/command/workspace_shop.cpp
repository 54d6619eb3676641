#include "command/workspace_shop.hpp"

#include "command/layout.hpp"
#include "data/shop_file.hpp"

namespace vitrina::command {

std::shared_ptr<const Shop> workspace_shop(const Context& context) {
  const auto file = context.path(kShopFile);
  ShopMemo* memo = context.shop_memo;
  if (memo != nullptr && memo->shop && memo->file == file) return memo->shop;
  auto shop = std::make_shared<const Shop>(load_shop(file));
  if (memo != nullptr) *memo = {file, shop};
  return shop;
}

}  // namespace vitrina::command
