#!/usr/bin/env bash
# Races Vitrina and its peers on one log: builds, makes the peers' environment, then calls
# bench/speed/bench.py with the options given. SCALE (1), SEED (42), DATA and REPEATS (5) as in make.
set -euo pipefail
cd "$(dirname "$0")/../.."

bench/setup.sh speed
scripts/build.sh release vitrina vitrina_bench
options=(--scale "${SCALE:-1}" --seed "${SEED:-42}" --repeats "${REPEATS:-5}")
if [[ -n ${DATA:-} ]]; then options+=(--data "$DATA"); fi
exec .cache/speed-venv/bin/python bench/speed/bench.py "${options[@]}" "$@"
