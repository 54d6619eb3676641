#!/usr/bin/env bash
# Release build, then C++ tests, Python tests and the layer check.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh release
.venv/bin/python scripts/check_layers.py
ctest --preset release -j "${VITRINA_JOBS:-$(nproc)}"

# The Python tests in two runs side by side, about as long as each other: most of them wait for one
# program after the other. In a process group of its own (set -m) the first run does not ignore
# Ctrl-C, as the shell would have it do otherwise, and with it all that it tests.
first=$(mktemp)
set -m
.venv/bin/pytest -q tests/python tests/cli/test_pipeline.py >"$first" 2>&1 &
beside=$!
trap 'kill -- "-$beside" 2>/dev/null || true; rm -f "$first"' EXIT
status=0
.venv/bin/pytest -q tests/cli --ignore=tests/cli/test_pipeline.py || status=$?
interrupted=2
if [[ $status -eq $interrupted ]]; then exit "$status"; fi
wait "$beside" || status=$?
cat "$first"
exit "$status"
