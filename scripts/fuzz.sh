#!/usr/bin/env bash
# Feeds what comes from strangers' hands to the code that reads it (tests/fuzz), by libFuzzer under
# both sanitizers. Options go to scripts/fuzz.py; SECONDS_EACH=20 of processor time a target.
set -euo pipefail
cd "$(dirname "$0")/.."

# libFuzzer is clang's; nothing else here needs it, so it is no package of apt.txt.
packages=(clang-16 libclang-rt-16-dev)
if ! command -v clang++-16 > /dev/null || [[ ! -e $(clang++-16 -print-file-name=libclang_rt.fuzzer-x86_64.a) ]]; then
  as_root=()
  if ((EUID != 0)); then as_root=(sudo -n); fi
  echo "fuzz: installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq > /dev/null && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null || {
    echo "fuzz: run: sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
    exit 1
  }
fi
scripts/build.sh fuzz vitrina_fuzz
exec .venv/bin/python scripts/fuzz.py --seconds "${SECONDS_EACH:-20}" "$@"
