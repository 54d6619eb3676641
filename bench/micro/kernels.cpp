// The selection of the best, on one thread.

#include <vector>

#include "bench/micro/counters.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"

namespace vitrina::bench {
namespace {

void keep_top_k(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  std::vector<Scored<ItemIdx>> original;
  original.reserve(n);
  Rng rng(1);
  for (std::size_t i = 0; i < n; ++i) {
    original.push_back({ItemIdx(i), static_cast<float>(rng.normal())});
  }
  for (auto _ : state) {
    auto entries = original;
    vitrina::keep_top_k(entries, 40);
    benchmark::DoNotOptimize(entries.data());
  }
  set_bytes(state, static_cast<double>(n * sizeof(original.front())));
}
BENCHMARK(keep_top_k)->Arg(100)->Arg(1000)->Arg(100'000);

}  // namespace
}  // namespace vitrina::bench
