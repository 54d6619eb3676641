#include "bundle/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "data/add_users.hpp"

namespace vitrina::bundle {
namespace {

/// What a list of ids is about, for what is said of unknown ones.
struct Topic {
  std::string_view option;
  std::string_view kind;     ///< `users of the log`
  std::string_view outcome;  ///< what becomes of the unknown ones
};

/// Marks the indices of the ids; ids that the map does not have are counted and told.
template <class Map>
std::vector<bool> mark(const std::vector<std::string>& ids, const Map& map, const Topic& topic,
                       std::size_t& n_unknown, Progress& progress) {
  std::vector<bool> marks(map.size());
  const std::string* example = nullptr;
  std::size_t n = 0;
  for (const auto& id : ids) {
    if (const auto index = map.find(id)) {
      marks[index->value] = true;
    } else {
      if (example == nullptr) example = &id;
      ++n;
    }
  }
  n_unknown += n;
  if (n == 0) return marks;
  progress.warn(fmt::format("{}: {} of {} ids are not among the {}, such as '{}'; {}", topic.option,
                            n, ids.size(), topic.kind, printable(*example), topic.outcome));
  return marks;
}

/// Users that are asked for by name and that the log does not have.
std::size_t add_strangers(const std::vector<std::string>& ids, Shop& shop, Progress& progress) {
  const auto stranger =
      std::find_if(ids.begin(), ids.end(), [&](const auto& id) { return !shop.users.find(id); });
  const auto n_known = shop.users.size();
  const auto n = add_users(ids, shop);
  if (n == 0) return 0;
  progress.warn(fmt::format(
      "--only-users: {} of {} ids are not among the users of the log, such as '{}'; they are "
      "named what sells{}",
      n, ids.size(), printable(*stranger),
      n == ids.size() && n_known > 0 ? ", check that the ids are the log's" : ""));
  return n;
}

/// Products that the catalog does not list may not be proposed.
void exclude_unlisted(const Shop& shop, std::vector<bool>& excluded) {
  const auto& is_listed = shop.catalog.is_listed;
  if (!shop.catalog.lists_any()) {
    throw Error(ErrorCode::kBadData,
                "--only-listed: neither the log's folder nor the bundle has a catalog; put it "
                "beside the log, or leave the option out");
  }
  excluded.resize(shop.items.size());
  for (std::size_t i = 0; i < excluded.size(); ++i) {
    if (i >= is_listed.size() || is_listed[i] == 0) excluded[i] = true;
  }
}

}  // namespace

ShopRules resolve(const IdRules& ids, Shop& shop, Progress& progress) {
  ShopRules resolved;
  auto& rules = resolved.rules;
  auto& n_unknown = resolved.unknown_ids;
  constexpr std::string_view kNothing = "for them nothing is excluded";
  if (ids.only_users) {
    n_unknown += add_strangers(*ids.only_users, shop, progress);
    const Topic topic{"--only-users", "users of the log", "they get no answer"};
    rules.only_users = mark(*ids.only_users, shop.users, topic, n_unknown, progress);
  }
  if (!ids.exclude_users.empty()) {
    const Topic topic{"--exclude-users", "users of the log", kNothing};
    rules.excluded_users = mark(ids.exclude_users, shop.users, topic, n_unknown, progress);
  }
  if (!ids.exclude_products.empty()) {
    const Topic topic{"--exclude-products", "products of the shop", kNothing};
    rules.excluded_items = mark(ids.exclude_products, shop.items, topic, n_unknown, progress);
  }
  if (ids.only_listed) exclude_unlisted(shop, rules.excluded_items);
  return resolved;
}

void check_listed(bool only_listed, bool has_as_of) {
  if (!only_listed || !has_as_of) return;
  throw Error(
      ErrorCode::kConfig,
      "--only-listed: found with --as-of, expected one of them; the catalog is a snapshot of "
      "later and would tell the future");
}

void check_answered(const IdRules& ids, std::size_t n_users) {
  const bool asks_for_nobody = ids.only_users && ids.only_users->empty();
  if (n_users > 0 || !ids.any() || asks_for_nobody) return;
  throw Error(ErrorCode::kBadData,
              "answer: the rules leave nobody to name; ask for more users, or exclude fewer users "
              "and products");
}

}  // namespace vitrina::bundle
