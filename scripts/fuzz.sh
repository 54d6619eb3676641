#!/usr/bin/env bash
# Feeds what comes from strangers' hands to the code that reads it (tests/fuzz), by libFuzzer under
# both sanitizers. Options go to scripts/fuzz.py; SECONDS_EACH=20 of processor time a target.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/clang.sh
scripts/build.sh asan vitrina_fuzz
exec .venv/bin/python scripts/fuzz.py --seconds "${SECONDS_EACH:-20}" "$@"
