#!/usr/bin/env bash
# Configures a preset of CMakePresets.json and builds it: scripts/build.sh PRESET [TARGET...]
# VITRINA_JOBS limits the parallel compilations (default: the number of processors).
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?preset}
shift
targets=("${@:-all}")

mkdir -p build
log=$(mktemp build/configure.XXXXXX)
trap 'rm -f "$log"' EXIT
cmake --preset "$preset" > "$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}
cmake --build --preset "$preset" -j "${VITRINA_JOBS:-$(nproc)}" --target "${targets[@]}"
