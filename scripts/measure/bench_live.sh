#!/usr/bin/env bash
# Offers loads to a server of a simulated shop, beside what the machine could do: builds, then calls
# bench/load/bench_live.py with the options given. SCALE (1) and SEED (42) as in make.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/build.sh release vitrina vitrina_load vitrina_floor
exec .venv/bin/python bench/load/bench_live.py --scale "${SCALE:-1}" --seed "${SEED:-42}" "$@"
