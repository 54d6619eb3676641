#!/usr/bin/env bash
# Release build, then C++ tests, Python tests and the layer check.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh release
.venv/bin/python scripts/check_layers.py
ctest --preset release -j "${VITRINA_JOBS:-$(nproc)}"
folders=()
for folder in tests/python tests/cli; do
  if [[ -d $folder ]]; then folders+=("$folder"); fi
done
.venv/bin/pytest -q "${folders[@]}"
