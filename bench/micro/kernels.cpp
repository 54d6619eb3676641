// The kernels of dense factors, the blocked search and the selection, on one thread.

#include <vector>

#include "bench/micro/counters.hpp"
#include "core/rng.hpp"
#include "core/topk.hpp"
#include "models/dense_kernels.hpp"

namespace vitrina::bench {
namespace {

using models::AlignedFloats;
using models::kLanes;

AlignedFloats random_floats(std::size_t n) {
  AlignedFloats values(n);
  Rng rng(1);
  for (auto& value : values) value = static_cast<float>(rng.normal());
  return values;
}

void dots(benchmark::State& state) {
  const auto dim = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kRows = 64;
  const auto rows = random_floats(kRows * dim);
  const auto x = random_floats(dim);
  std::vector<float> out(kRows);
  for (auto _ : state) {
    models::dots(x.data(), {rows.data(), dim}, kRows, dim, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  set_flops(state, 2.0 * kRows * static_cast<double>(dim));
}
BENCHMARK(dots)->Arg(64)->Arg(128);

/// Half of the square is computed: so many operations are counted.
void add_gram(benchmark::State& state) {
  const auto dim = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kRows = 128;
  const auto rows = random_floats(kRows * dim);
  AlignedFloats gram(dim * dim, 0.0F);
  for (auto _ : state) {
    models::add_gram({rows.data(), dim}, kRows, dim, {gram.data(), dim});
    benchmark::DoNotOptimize(gram.data());
  }
  set_flops(state, static_cast<double>(kRows * dim * (dim + 1)));
}
BENCHMARK(add_gram)->Arg(64)->Arg(128);

void multiply_triangle(benchmark::State& state) {
  const auto dim = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kRows = 128;
  const auto rows = random_floats(kRows * dim);
  const auto matrix = random_floats(dim * dim);
  AlignedFloats out(kRows * dim);
  for (auto _ : state) {
    models::multiply({rows.data(), dim}, kRows, {matrix.data(), dim}, models::Triangle::kUpper, dim,
                     {out.data(), dim});
    benchmark::DoNotOptimize(out.data());
  }
  set_flops(state, static_cast<double>(kRows * dim * (dim + 1)));
}
BENCHMARK(multiply_triangle)->Arg(64)->Arg(128);

/// A third of a cube of multiplications and as many additions.
void solve_in_place(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::size_t stride = models::whole_lanes(n + 1);
  AlignedFloats original(n * stride, 0.01F);
  for (std::size_t i = 0; i < n; ++i) original[i * stride + i] = 2;
  AlignedFloats work(original.size());
  AlignedFloats x(stride);
  for (auto _ : state) {
    std::copy(original.begin(), original.end(), work.begin());
    models::solve_in_place({work.data(), stride}, n, x.data());
    benchmark::DoNotOptimize(x.data());
  }
  const auto size = static_cast<double>(n);
  set_flops(state, size * size * size / 3);
}
BENCHMARK(solve_in_place)->Arg(16)->Arg(64)->Arg(128);

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
