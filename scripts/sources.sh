#!/usr/bin/env bash
# Lists the C++ sources of the project that are there, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
folders=()
for folder in src include tests bench fuzz; do
  if [[ -d $folder ]]; then folders+=("$folder"); fi
done
find "${folders[@]}" -name '*.cpp' -o -name '*.hpp' | LC_ALL=C sort
