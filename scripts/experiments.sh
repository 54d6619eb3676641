#!/usr/bin/env bash
# Runs every hypothesis of experiments/ that is not known yet; `make experiments` has built the
# program before. Variables: LOGS=DIR (folder of the real logs), else a simulated shop; ONLY=PATTERN;
# SEEDS=42,43,44, with each of which every variant answers. --record: into docs/ too.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m vitrina_ops.experiments "$@"
