#!/usr/bin/env bash
# clang with libFuzzer, for the preset `asan`. Nothing else here needs it, so it is no package of
# apt.txt.
set -euo pipefail

packages=(clang-16 libclang-rt-16-dev)
if command -v clang++-16 > /dev/null && [[ -e $(clang++-16 -print-file-name=libclang_rt.fuzzer-x86_64.a) ]]; then
  exit
fi
as_root=()
if ((EUID != 0)); then as_root=(sudo -n); fi
echo "clang: installing ${packages[*]}"
"${as_root[@]}" apt-get update -qq > /dev/null && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null || {
  echo "clang: run: sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
  exit 1
}
