#include "data/shop_file.hpp"

#include "data/archive_columns.hpp"

namespace vitrina {
namespace {

constexpr std::uint32_t kShopVersion = 2;

EventLog load_events(const ArchiveReader& in, std::size_t n_users, std::size_t n_items) {
  EventLog log;
  log.offsets = in.get<std::uint64_t>("events.offsets");
  log.time = in.get<TimeUs>("events.time");
  log.item = get_indices<ItemIdx>(in, "events.item", n_items);
  log.action = in.get<Action>("events.action");
  log.page = in.get<std::uint32_t>("events.page");
  log.device = in.get<std::uint32_t>("events.device");
  const std::size_t n = log.time.size();
  check_size(in, "events.offsets", log.offsets.size(), n_users + 1);
  check_size(in, "events.item", log.item.size(), n);
  check_size(in, "events.action", log.action.size(), n);
  check_size(in, "events.page", log.page.size(), n);
  check_size(in, "events.device", log.device.size(), n);
  in.check_offsets("events.offsets", log.offsets, n);
  for (const auto action : log.action) {
    if (code(action) >= kActionCount) in.fail("events.action", "has an unknown action");
  }
  return log;
}

void save_links(const Csr<Link>& links, ArchiveWriter& out) {
  if (links.n_rows() == 0) return;
  std::vector<std::uint32_t> users;
  std::vector<TimeUs> times;
  for (const auto& link : links.values) {
    users.push_back(link.user.value);
    times.insert(times.end(), {link.since, link.until});
  }
  out.put("links.offsets", links.offsets);
  out.put("links.users", users);
  out.put("links.times", times);
}

Csr<Link> load_links(const ArchiveReader& in, std::size_t n_users) {
  Csr<Link> links;
  if (!in.has("links.offsets")) return links;
  links.offsets = in.get<std::uint64_t>("links.offsets");
  const auto users = get_indices<UserIdx>(in, "links.users", n_users);
  const auto times = in.get<TimeUs>("links.times");
  check_size(in, "links.offsets", links.offsets.size(), n_users + 1);
  check_size(in, "links.times", times.size(), 2 * users.size());
  in.check_offsets("links.offsets", links.offsets, users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (!users[i].valid()) in.fail("links.users", "names nobody");
    links.values.push_back({users[i], times[2 * i], times[2 * i + 1]});
  }
  return links;
}

}  // namespace

void save_shop(const Shop& shop, const std::filesystem::path& path) {
  ArchiveWriter out("shop", kShopVersion);
  out.put("users", shop.users.texts());
  out.put("events.offsets", shop.events.offsets);
  out.put("events.time", shop.events.time);
  out.put("events.item", shop.events.item);
  out.put("events.action", shop.events.action);
  out.put("events.page", shop.events.page);
  out.put("events.device", shop.events.device);
  save_links(shop.events.links, out);
  save_products(shop, out);
  out.put_value("begin", shop.begin);
  out.put_value("end", shop.end);
  out.write(path);
}

Shop load_shop(const std::filesystem::path& path) {
  const ArchiveReader in(path, "shop", kShopVersion);
  Shop shop;
  shop.users = UserMap(get_ids(in, "users"));
  static_cast<ProductSpace&>(shop) = load_products(in);
  shop.events = load_events(in, shop.users.size(), shop.items.size());
  shop.events.links = load_links(in, shop.users.size());
  shop.begin = in.get_value<TimeUs>("begin");
  shop.end = in.get_value<TimeUs>("end");
  return shop;
}

}  // namespace vitrina
