#pragma once

#include <benchmark/benchmark.h>

namespace vitrina::bench {

/// Work per second of wall time, to be held against the limits that machine.cpp measures.
inline void set_flops(benchmark::State& state, double per_iteration) {
  state.counters["flops"] = benchmark::Counter(
      per_iteration, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

inline void set_bytes(benchmark::State& state, double per_iteration) {
  state.counters["bytes"] = benchmark::Counter(
      per_iteration, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

}  // namespace vitrina::bench
