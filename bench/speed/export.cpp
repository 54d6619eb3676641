#include <algorithm>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "data/shop_file.hpp"

namespace vitrina::bench {

void write_events(const Shop& shop, const std::filesystem::path& folder) {
  const auto& log = shop.events;
  std::vector<std::uint32_t> user(log.n_events());
  for (std::size_t u = 0; u < log.n_users(); ++u) {
    std::fill(user.begin() + static_cast<std::ptrdiff_t>(log.offsets[u]),
              user.begin() + static_cast<std::ptrdiff_t>(log.offsets[u + 1]),
              static_cast<std::uint32_t>(u));
  }
  std::vector<std::uint32_t> item(log.n_events());
  std::transform(log.item.begin(), log.item.end(), item.begin(), [](ItemIdx i) { return i.value; });
  std::vector<std::uint8_t> action(log.n_events());
  std::transform(log.action.begin(), log.action.end(), action.begin(),
                 [](Action a) { return static_cast<std::uint8_t>(code(a)); });
  write_array<std::uint32_t>(folder / "user.u32", user);
  write_array<std::uint32_t>(folder / "item.u32", item);
  write_array<std::uint8_t>(folder / "action.u8", action);
  write_array<TimeUs>(folder / "time.i64", log.time);
}

/// --input: a shop archive. Answer: write_events().
Json run_export(const Options& options) {
  const auto shop = load_shop(options.input);
  if (options.answer) write_events(shop, *options.answer);
  return {{"seconds", 0.0},
          {"events", shop.events.n_events()},
          {"users", shop.users.size()},
          {"products", shop.items.size()},
          {"as_of", shop.end}};
}

}  // namespace vitrina::bench
