#!/usr/bin/env bash
# Makes the speed benches' own virtual environment from requirements.lock, once, about 1 GB.
# BENCH_VENV moves it, BENCH_PYTHON names a Python 3.11.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=${BENCH_VENV:-$root/.cache/bench-venv}
python=${BENCH_PYTHON:-python3.11}
stamp=$venv/bench-lock
digest=$(sha256sum < "$here/requirements.lock" | cut -d ' ' -f 1)

if [[ -f $stamp && $(< "$stamp") == "$digest" ]]; then exit 0; fi
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "setup: $python is not Python 3.11, which the lock is made for" >&2
  exit 1
}
rm -rf "$venv"
"$python" -m venv "$venv"
echo "setup: installing $(grep -c '==' "$here/requirements.lock") packages"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --no-input --no-deps --only-binary :all: --require-hashes \
  -r "$here/requirements.lock"
echo "$digest" > "$stamp"
