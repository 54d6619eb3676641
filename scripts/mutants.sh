#!/usr/bin/env bash
# Feeds damaged files to the release build (scripts/mutants.py says which and what they are held to);
# minutes, so not a part of test.sh, which has a sample. COUNT=2000 of each file.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python scripts/mutants.py --count "${COUNT:-2000}"
