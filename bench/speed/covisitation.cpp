#include <span>
#include <vector>

#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "data/shop_file.hpp"
#include "models/covisitation_pass.hpp"

namespace vitrina::bench {
namespace {

using models::CovisitationSpec;
using models::NeighbourTable;

/// The matrix that peers are asked for: half-life one hour, a day apart at most.
constexpr CovisitationSpec kOne{"seen_together_1h", shows_interest, shows_interest, false, 1, 1};

void write_pairs(const NeighbourTable& table, const std::filesystem::path& folder) {
  std::vector<std::uint32_t> from;
  std::vector<std::uint32_t> to;
  std::vector<float> weight;
  for (std::size_t i = 0; i < table.n_items(); ++i) {
    for (const auto& neighbour : table.of(ItemIdx(i))) {
      from.push_back(static_cast<std::uint32_t>(i));
      to.push_back(neighbour.id.value);
      weight.push_back(neighbour.score);
    }
  }
  write_array<std::uint32_t>(folder / "from.u32", from);
  write_array<std::uint32_t>(folder / "to.u32", to);
  write_array<float>(folder / "weight.f32", weight);
}

}  // namespace

/// --input: a shop archive. One matrix as peers make it, without damping; answer: from.u32, to.u32,
/// weight.f32.
Json run_covisitation(const Options& options) {
  const auto shop = load_shop(options.input);
  const models::FitContext context{shop, shop.end, kUsPerDay, 3000, options.k, options.threads};
  const models::CovisitationConfig config{.popularity_damping = 0};
  const Stopwatch watch;
  const auto tables = models::fit_covisitation(context, config, std::span(&kOne, 1));
  const double seconds = watch.seconds();
  if (options.answer) write_pairs(tables.front(), *options.answer);
  return {{"seconds", seconds}};
}

}  // namespace vitrina::bench
