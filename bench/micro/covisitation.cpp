// The inner loop of co-visitation, on a small simulated shop: pairs of steps per second.

#include "models/covisitation_pass.hpp"

#include <array>

#include "bench/micro/counters.hpp"
#include "core/progress.hpp"
#include "data/build.hpp"
#include "data/decay.hpp"
#include "simulate/shop.hpp"

namespace vitrina::bench {
namespace {

constexpr double kScale = 0.05;

/// A simulated shop as if it had been read from files.
Shop simulated_shop() {
  SilentProgress silent;
  simulate::SimulateConfig config;
  config.scale = kScale;
  const auto made = simulate::simulate(config, 42, 1, silent);
  RawLog raw;
  for (std::size_t e = 0; e < made.n_events(); ++e) {
    const auto products = made.products.row(e);
    for (std::size_t p = 0; p < std::max<std::size_t>(1, products.size()); ++p) {
      raw.user.push_back(raw.users.intern(made.user_ids[made.user[e]]));
      raw.device.push_back(raw.devices.intern(made.device_ids[made.device[e]]));
      raw.item.push_back(products.empty() ? kNoCode : raw.items.intern(made.item_ids[products[p]]));
      raw.time.push_back(made.time[e]);
      raw.action.push_back(made.action[e]);
      raw.page.push_back(made.page[e]);
    }
  }
  return build_shop(raw, nullptr, 1);
}

const Shop& shop() {
  static const Shop kMade = simulated_shop();
  return kMade;
}

/// Pairs of two of a user's last steps that are within the window, each counted once.
double count_pairs(std::size_t max_events, TimeUs window) {
  double n = 0;
  for (std::size_t u = 0; u < shop().users.size(); ++u) {
    const auto events = shop().events.of(UserIdx(u));
    std::vector<TimeUs> times;
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (events.item[e].valid() && shows_interest(events.action[e])) {
        times.push_back(events.time[e]);
      }
    }
    const std::size_t first = times.size() - std::min(times.size(), max_events);
    for (std::size_t i = first; i < times.size(); ++i) {
      for (std::size_t j = i + 1; j < times.size() && times[j] - times[i] <= window; ++j) n += 1;
    }
  }
  return n;
}

/// All span a day, so that the pairs are the same for any number of them.
constexpr std::array<models::CovisitationSpec, 4> kSpecs{{
    {"seen_together_1h", shows_interest, shows_interest, false, 1, 1},
    {"seen_together_6h", shows_interest, shows_interest, false, 1, 6},
    {"click_to_buy_1h", shows_interest, shows_intent, true, 1, 1},
    {"click_to_buy_6h", shows_interest, shows_intent, true, 1, 6},
}};

void covisitation(benchmark::State& state) {
  const auto n_matrices = static_cast<std::size_t>(state.range(0));
  const models::FitContext context{shop(), shop().end, kUsPerDay, 3000, 25, 1};
  const models::CovisitationConfig config;
  const std::span specs(kSpecs.data(), n_matrices);
  for (auto _ : state) {
    benchmark::DoNotOptimize(models::fit_covisitation(context, config, specs));
  }
  const auto n_pairs = count_pairs(static_cast<std::size_t>(config.max_events), kUsPerDay);
  state.counters["pairs"] = benchmark::Counter(
      n_pairs, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}
BENCHMARK(covisitation)->Arg(1)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitrina::bench
