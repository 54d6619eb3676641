#include "stages/workspace_shop.hpp"

#include "data/shop_file.hpp"
#include "stages/layout.hpp"

namespace vitrina::stages {

std::shared_ptr<const Shop> workspace_shop(const StageContext& context) {
  const auto file = context.path(kShopFile);
  ShopMemo* memo = context.shop_memo;
  if (memo != nullptr && memo->shop && memo->file == file) return memo->shop;
  auto shop = std::make_shared<const Shop>(load_shop(file));
  if (memo != nullptr) *memo = {file, shop};
  return shop;
}

}  // namespace vitrina::stages
