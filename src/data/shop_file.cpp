#include "data/shop_file.hpp"

#include <algorithm>

#include "core/archive.hpp"

namespace vitrina {
namespace {

constexpr std::uint32_t kShopVersion = 1;

/// Indices travel as plain integers; the strong type comes back on reading.
template <class Idx>
std::vector<std::uint32_t> to_plain(const std::vector<Idx>& indices) {
  std::vector<std::uint32_t> plain(indices.size());
  std::transform(indices.begin(), indices.end(), plain.begin(), [](Idx idx) { return idx.value; });
  return plain;
}

template <class Idx>
std::vector<Idx> get_indices(const ArchiveReader& in, std::string_view name, std::size_t limit) {
  const auto plain = in.get<std::uint32_t>(name);
  std::vector<Idx> indices(plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] != Idx{}.value) indices[i] = Idx(plain[i]);
    if (indices[i].valid() && indices[i].value >= limit) in.fail(name, "has an index out of range");
  }
  return indices;
}

void check_size(const ArchiveReader& in, std::string_view name, std::size_t found,
                std::size_t expected) {
  if (found != expected) in.fail(name, "has another length than its sister columns");
}

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
  if (log.offsets.front() != 0 || log.offsets.back() != n ||
      !std::is_sorted(log.offsets.begin(), log.offsets.end())) {
    in.fail("events.offsets", "has wrong row offsets");
  }
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
  if (links.offsets.front() != 0 || links.offsets.back() != users.size() ||
      !std::is_sorted(links.offsets.begin(), links.offsets.end())) {
    in.fail("links.offsets", "has wrong row offsets");
  }
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (!users[i].valid()) in.fail("links.users", "names nobody");
    links.values.push_back({users[i], times[2 * i], times[2 * i + 1]});
  }
  return links;
}

Catalog load_catalog(const ArchiveReader& in, std::size_t n_items, std::size_t n_categories) {
  Catalog catalog;
  catalog.n_categories = static_cast<std::uint32_t>(n_categories);
  catalog.is_listed = in.get<std::uint8_t>("catalog.is_listed");
  catalog.category = get_indices<CategoryIdx>(in, "catalog.category", n_categories);
  catalog.price = in.get<float>("catalog.price");
  catalog.old_price = in.get<float>("catalog.old_price");
  catalog.add_date = in.get<TimeUs>("catalog.add_date");
  catalog.title_words = in.get_csr<std::uint32_t>("catalog.title_words");
  catalog.n_words = in.get_value<std::uint32_t>("catalog.n_words");
  catalog.vectors = in.get<float>("catalog.vectors");
  catalog.vector_dim = in.get_value<std::uint32_t>("catalog.vector_dim");
  check_size(in, "catalog.is_listed", catalog.is_listed.size(), n_items);
  check_size(in, "catalog.category", catalog.category.size(), n_items);
  check_size(in, "catalog.price", catalog.price.size(), n_items);
  check_size(in, "catalog.old_price", catalog.old_price.size(), n_items);
  check_size(in, "catalog.add_date", catalog.add_date.size(), n_items);
  check_size(in, "catalog.title_words", catalog.title_words.n_rows(), n_items);
  check_size(in, "catalog.vectors", catalog.vectors.size(), n_items * catalog.vector_dim);
  for (const auto word : catalog.title_words.values) {
    if (word >= catalog.n_words) in.fail("catalog.title_words", "has a word out of range");
  }
  return catalog;
}

}  // namespace

void save_shop(const Shop& shop, const std::filesystem::path& path) {
  ArchiveWriter out("shop", kShopVersion);
  out.put("users", shop.users.texts());
  out.put("items", shop.items.texts());
  out.put("categories", shop.categories.texts());
  out.put("events.offsets", shop.events.offsets);
  out.put("events.time", shop.events.time);
  out.put("events.item", to_plain(shop.events.item));
  out.put("events.action", shop.events.action);
  out.put("events.page", shop.events.page);
  out.put("events.device", shop.events.device);
  save_links(shop.events.links, out);
  out.put("catalog.is_listed", shop.catalog.is_listed);
  out.put("catalog.category", to_plain(shop.catalog.category));
  out.put("catalog.price", shop.catalog.price);
  out.put("catalog.old_price", shop.catalog.old_price);
  out.put("catalog.add_date", shop.catalog.add_date);
  out.put("catalog.title_words", shop.catalog.title_words);
  out.put_value("catalog.n_words", shop.catalog.n_words);
  out.put("catalog.vectors", shop.catalog.vectors);
  out.put_value("catalog.vector_dim", shop.catalog.vector_dim);
  out.put_value("begin", shop.begin);
  out.put_value("end", shop.end);
  out.write(path);
}

Shop load_shop(const std::filesystem::path& path) {
  const ArchiveReader in(path, "shop", kShopVersion);
  Shop shop;
  shop.users = UserMap(in.get_csr<char>("users"));
  shop.items = ItemMap(in.get_csr<char>("items"));
  shop.categories = CategoryMap(in.get_csr<char>("categories"));
  shop.events = load_events(in, shop.users.size(), shop.items.size());
  shop.events.links = load_links(in, shop.users.size());
  shop.catalog = load_catalog(in, shop.items.size(), shop.categories.size());
  shop.begin = in.get_value<TimeUs>("begin");
  shop.end = in.get_value<TimeUs>("end");
  return shop;
}

}  // namespace vitrina
