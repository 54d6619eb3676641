#!/usr/bin/env bash
# Fails when uv.lock does not answer pyproject.toml, or the exported files do not answer uv.lock.
# Needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

.venv/bin/uv lock --quiet --check --offline || {
  echo "uv.lock: does not answer pyproject.toml; run \`uv lock\` and scripts/export_locks.sh" >&2
  exit 1
}
scripts/export_locks.sh "$tmp"
for lock in requirements.lock requirements-dev.lock requirements-notebook.lock; do
  cmp --silent "$lock" "$tmp/$lock" || {
    echo "$lock: differs from the export of uv.lock; run scripts/export_locks.sh" >&2
    exit 1
  }
done
