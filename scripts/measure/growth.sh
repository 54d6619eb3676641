#!/usr/bin/env bash
# Measures how the whole run grows with the log and with threads: builds, makes the environment of
# the benches, then calls bench/speed/growth.py with the options given. SEED (42) as in make.
set -euo pipefail
cd "$(dirname "$0")/../.."

bench/setup.sh speed
scripts/build.sh release vitrina
exec .cache/speed-venv/bin/python bench/speed/growth.py --seed "${SEED:-42}" "$@"
