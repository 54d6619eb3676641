#!/usr/bin/env bash
# Measures how the whole run grows with the log and with threads: builds, makes the environment of
# the benches, then calls bench/speed/growth.py with the options given. SEED (42) as in make.
set -euo pipefail
cd "$(dirname "$0")/../.."

bench/speed/setup.sh
scripts/build.sh release vitrina
exec "${BENCH_VENV:-.cache/bench-venv}/bin/python" bench/speed/growth.py --seed "${SEED:-42}" "$@"
