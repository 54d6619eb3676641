#include "data/add_users.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "data/raw_log.hpp"

namespace vitrina {

std::size_t add_users(std::span<const std::string> ids, Shop& shop) {
  std::vector<std::string_view> strangers;
  for (const auto& id : ids) {
    if (!is_junk_id(id) && !shop.users.find(id)) strangers.emplace_back(id);
  }
  std::sort(strangers.begin(), strangers.end());
  strangers.erase(std::unique(strangers.begin(), strangers.end()), strangers.end());
  if (strangers.empty()) return 0;

  const std::size_t n_known = shop.users.size();
  std::vector<std::string_view> all;
  std::vector<UserIdx> to;  // by known user
  std::vector<std::uint64_t> offsets{0};
  Csr<Link> links;
  const bool has_links = shop.events.links.n_rows() > 0;
  auto stranger = strangers.begin();
  for (std::size_t u = 0; u <= n_known; ++u) {
    while (stranger != strangers.end() &&
           (u == n_known || *stranger < shop.users.external(UserIdx(u)))) {
      all.push_back(*stranger++);
      offsets.push_back(shop.events.offsets[u]);
      if (has_links) links.offsets.push_back(shop.events.links.offsets[u]);
    }
    if (u == n_known) break;
    to.emplace_back(all.size());
    all.push_back(shop.users.external(UserIdx(u)));
    offsets.push_back(shop.events.offsets[u + 1]);
    if (has_links) links.offsets.push_back(shop.events.links.offsets[u + 1]);
  }
  if (has_links) {
    links.values = std::move(shop.events.links.values);
    for (auto& link : links.values) link.user = to[link.user.value];
    shop.events.links = std::move(links);
  }
  shop.users = UserMap(all);
  shop.events.offsets = std::move(offsets);
  return strangers.size();
}

}  // namespace vitrina
