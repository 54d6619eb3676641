#!/usr/bin/env bash
# Configures a preset of CMakePresets.json and builds it: scripts/build.sh PRESET [TARGET...]
# VITRINA_JOBS limits the parallel compilations (default: the number of processors).
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?preset}
shift
targets=("${@:-all}")

mkdir -p build
# CMake does not work in a build that was moved or copied with its checkout.
made_in=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' build/CMakeCache.txt 2> /dev/null || true)
[[ -z $made_in || $made_in -ef . ]] || rm -rf build/CMakeCache.txt build/CMakeFiles
log=$(mktemp build/configure.XXXXXX)
trap 'rm -f "$log"' EXIT
cmake --preset "$preset" > "$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}
cmake --build --preset "$preset" -j "${VITRINA_JOBS:-$(nproc)}" --target "${targets[@]}"
