#!/usr/bin/env bash
# Kills stages of the release build at several points; slow, so not a part of test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/pytest -q tests/kill
