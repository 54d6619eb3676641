#!/usr/bin/env bash
# Times the kernels beside what the machine can do at all; options go to Google Benchmark
# (--benchmark_filter=REGEX). JSON: out/bench/micro.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/build.sh release vitrina_micro
mkdir -p out/bench
exec build/vitrina_micro --benchmark_counters_tabular=true \
  --benchmark_out=out/bench/micro.json --benchmark_out_format=json "$@"
