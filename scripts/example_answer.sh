#!/usr/bin/env bash
# Makes the answer that the documentation shows: the simulated shop of scale 0.02, everything else
# as it is by default. The same bytes on every machine; tests/cli/test_example_answer.py compares.
#   scripts/example_answer.sh [FILE]
set -euo pipefail
program=$(realpath -- "${VITRINA_BIN:-$(dirname "$0")/../build/vitrina}")
answer=$(realpath -- "${1:-$(dirname "$0")/../docs/predictions.simulated.csv}")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" simulate --scale 0.02 --seed 42 --out "$folder/shop" --quiet
"$program" run --data "$folder/shop" --seed 42 --out "$folder/answer" --quiet > /dev/null
cp "$folder/answer/predictions.csv" "$answer"
