// What the machine can do at all: the limits that the other benches are held against.

#include <cstring>
#include <vector>

#include "bench/micro/counters.hpp"
#include "core/parallel.hpp"

#ifdef __FMA__
#include <immintrin.h>
#endif

namespace vitrina::bench {
namespace {

/// Floats of one vector: one instruction where the machine has eight lanes, more where not.
constexpr std::size_t kLanes = 8;
using Vec = float __attribute__((vector_size(kLanes * sizeof(float))));

Vec load(const float* from) {
  Vec v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

/// a * b + c, rounded once.
Vec fused(Vec a, Vec b, Vec c) {
#ifdef __FMA__
  return _mm256_fmadd_ps(a, b, c);
#else
  for (std::size_t l = 0; l < kLanes; ++l) c[l] = __builtin_fmaf(a[l], b[l], c[l]);
  return c;
#endif
}

/// Larger than any cache.
constexpr std::size_t kFloats = std::size_t{64} << 20U;
constexpr std::size_t kFloatsAChunk = std::size_t{1} << 20U;
constexpr int kFusedSteps = 4096;
constexpr std::size_t kChains = 10;

float sum_of(const float* values, std::size_t n) {
  Vec sums[4] = {};
  for (std::size_t i = 0; i < n; i += 4 * kLanes) {
    for (std::size_t v = 0; v < 4; ++v) sums[v] += load(values + i + v * kLanes);
  }
  const Vec sum = sums[0] + sums[1] + sums[2] + sums[3];
  return sum[0];
}

/// Bytes read in order.
void memory_read(benchmark::State& state) {
  const std::vector<float> values(kFloats, 1.0F);
  const int threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    parallel_chunks(kFloats, kFloatsAChunk, threads, [&](std::size_t begin, std::size_t end) {
      benchmark::DoNotOptimize(sum_of(values.data() + begin, end - begin));
    });
  }
  set_bytes(state, static_cast<double>(kFloats * sizeof(float)));
}
BENCHMARK(memory_read)->Arg(1)->Arg(2)->UseRealTime();

/// Bytes read and written.
void memory_copy(benchmark::State& state) {
  const std::vector<float> from(kFloats, 1.0F);
  std::vector<float> to(kFloats, 0.0F);
  const int threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    parallel_chunks(kFloats, kFloatsAChunk, threads, [&](std::size_t begin, std::size_t end) {
      std::memcpy(to.data() + begin, from.data() + begin, (end - begin) * sizeof(float));
    });
    benchmark::ClobberMemory();
  }
  set_bytes(state, static_cast<double>(2 * kFloats * sizeof(float)));
}
BENCHMARK(memory_copy)->Arg(1)->Arg(2)->UseRealTime();

/// Fused multiplications and additions that wait for nothing: the most that kernels can reach.
void fused_peak(benchmark::State& state) {
  const int threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    parallel_chunks(static_cast<std::size_t>(threads), 1, threads, [](std::size_t, std::size_t) {
      Vec chains[kChains];
      for (auto& chain : chains) chain = Vec{} + 1.0F;
      Vec factor = Vec{} + 0.999F;
      benchmark::DoNotOptimize(factor);
      for (int step = 0; step < kFusedSteps * 64; ++step) {
        for (auto& chain : chains) chain = fused(chain, factor, factor);
      }
      for (auto& chain : chains) benchmark::DoNotOptimize(chain);
    });
  }
  set_flops(state, 2.0 * kLanes * kChains * kFusedSteps * 64 * threads);
}
BENCHMARK(fused_peak)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace vitrina::bench
