#!/usr/bin/env bash
# Lists the C++ sources of the project, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
find src include tests bench -name '*.cpp' -o -name '*.hpp' | LC_ALL=C sort
