#!/usr/bin/env bash
# Rewrites C++ and Python sources in the project's format.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/sources.sh | xargs -r .venv/bin/clang-format -i
.venv/bin/ruff check --fix --quiet .
.venv/bin/ruff format --quiet .
