#!/usr/bin/env bash
# Makes a bench's own virtual environment from its requirements.lock, once: bench/setup.sh peers|speed.
# .cache/peers-venv takes about 5 GB, since the sequence model brings PyTorch, .cache/speed-venv 1 GB.
# BENCH_PYTHON names a Python 3.11.
set -euo pipefail
cd "$(dirname "$0")"
bench=${1:?peers or speed}
lock=$bench/requirements.lock
venv=../.cache/$bench-venv
python=${BENCH_PYTHON:-python3.11}
stamp=$venv/lock
digest=$(sha256sum < "$lock" | cut -d ' ' -f 1)

if [[ -f $stamp && $(< "$stamp") == "$digest" ]]; then exit 0; fi
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "setup: $python is not Python 3.11, which the lock is made for" >&2
  exit 1
}
rm -rf "$venv"
"$python" -m venv "$venv"
echo "setup: installing $(grep -c '==' "$lock") packages"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --no-input --no-deps --only-binary :all: --require-hashes -r "$lock"
echo "$digest" > "$stamp"
