#!/usr/bin/env bash
# Reproduces the pipeline with DVC and prints what came out. `make run` has built the program before.
# Variables: DATA=DIR (a real log), else SCALE=0.1 (size of the simulated shop); SEED=42; THREADS=0.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHONPATH=python exec .venv/bin/python -m vitrina_ops.run
