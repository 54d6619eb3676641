#!/usr/bin/env bash
# Builds with a sanitizer and runs the unit, contract and oracle tests: scripts/sanitize.sh asan|tsan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=suppressions=$PWD/tsan.supp:second_deadlock_stack=1

targets=(unit_tests contract_tests oracle_tests)
if [[ $preset == asan ]]; then scripts/clang.sh; fi
scripts/build.sh "$preset" "${targets[@]}"

# As many processes of each as there are processors, every one with its share of the cases.
export GTEST_TOTAL_SHARDS=${VITRINA_JOBS:-$(nproc)}
trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
for target in "${targets[@]}"; do
  echo "$preset: $target"
  shards=()
  for ((shard = 0; shard < GTEST_TOTAL_SHARDS; shard++)); do
    GTEST_SHARD_INDEX=$shard "build/$preset/$target" --gtest_brief=1 &
    shards+=($!)
  done
  for process in "${shards[@]}"; do wait "$process"; done
done
