#include "support/events.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "data/build.hpp"

namespace vitrina::test {

RawLog raw_log(std::span<const Event> events) {
  RawLog raw;
  const auto code_of = [](StringTable& table, const std::string& id) {
    return id.empty() ? kNoCode : table.intern(id);
  };
  for (const auto& event : events) {
    raw.user.push_back(raw.users.intern(event.user));
    raw.item.push_back(code_of(raw.items, event.item));
    raw.device.push_back(code_of(raw.devices, event.device));
    raw.time.push_back(event.time);
    raw.action.push_back(static_cast<std::uint8_t>(event.action));
    raw.page.push_back(event.page);
  }
  raw.counts.rows_read = events.size();
  raw.counts.events = events.size();
  return raw;
}

RawCatalog raw_catalog(std::span<const Product> products) {
  RawCatalog raw;
  for (const auto& product : products) {
    raw.product_id.push_back(product.id);
    raw.category_id.push_back(product.category);
    raw.price.push_back(product.price);
    raw.old_price.push_back(product.old_price);
    raw.add_date.push_back(product.add_date);
    raw.title.push_back(product.title);
  }
  return raw;
}

Shop shop_of(std::span<const Event> events, std::span<const Product> products) {
  auto raw = raw_log(events);
  const auto catalog = raw_catalog(products);
  return build_shop(raw, products.empty() ? nullptr : &catalog, 1);
}

std::string log_csv(std::span<const Event> events) {
  std::string csv = "user_id,loc_user_id,action,date,products,pageId\n";
  for (const auto& event : events) {
    const auto products =
        event.item.empty() ? std::string("[]") : fmt::format("['{}']", event.item);
    csv += fmt::format("{},{},{},{},{},{}\n", event.user, event.device, code(event.action),
                       format_time(event.time), products, event.page);
  }
  return csv;
}

std::string catalog_csv(std::span<const Product> products) {
  std::string csv = "product_id,category_id,price,title\n";
  for (const auto& product : products) {
    csv += fmt::format("{},{},{},{}\n", product.id, product.category, product.price, product.title);
  }
  return csv;
}

UserIdx user_of(const Shop& shop, std::string_view id) {
  if (const auto user = shop.users.find(id)) return *user;
  throw std::out_of_range(fmt::format("the shop has no user '{}'", id));
}

ItemIdx item_of(const Shop& shop, std::string_view id) {
  if (const auto item = shop.items.find(id)) return *item;
  throw std::out_of_range(fmt::format("the shop has no product '{}'", id));
}

}  // namespace vitrina::test
