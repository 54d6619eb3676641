#!/usr/bin/env bash
# Writes a bench's requirements.lock, with hashes, from its requirements.in: bench/lock.sh peers|speed.
set -euo pipefail
cd "$(dirname "$0")/${1:?peers or speed}"
uv=../../.venv/bin/uv
[[ -x $uv ]] || { echo "uv: not in .venv; run \`make setup-dev\`" >&2; exit 1; }
"$uv" pip compile --quiet --generate-hashes --no-annotate --no-header \
  --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
  --only-binary :all: --output-file requirements.lock requirements.in
