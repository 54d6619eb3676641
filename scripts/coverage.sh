#!/usr/bin/env bash
# Line and branch coverage of src/ and include/ by the C++ tests: a table, and pages in
# build/coverage/html.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh coverage
find build/coverage -name '*.gcda' -delete # counters of the run before
ctest --test-dir build/coverage --output-on-failure -j "${VITRINA_JOBS:-$(nproc)}"
mkdir -p build/coverage/html
gcovr --root . --object-directory build/coverage --filter src/ --filter include/ \
  --exclude-throw-branches --print-summary --txt \
  --html-details build/coverage/html/index.html build/coverage
