#!/usr/bin/env bash
# Writes requirements.lock, requirements-dev.lock and requirements-notebook.lock from uv.lock, into
# the folder given (default: the root of the project). After a change of pyproject.toml run `uv lock` first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$(cd "${1:-$root}" && pwd)
cd "$root"
uv=.venv/bin/uv
[[ -x $uv ]] || { echo "uv: not in .venv; run \`make setup-dev\`" >&2; exit 1; }

export_group() {
  {
    echo "# Exported from uv.lock by scripts/export_locks.sh; do not edit."
    # --no-config and --offline: the file depends on uv.lock and on nothing of this machine.
    "$uv" export --quiet --offline --frozen --format requirements-txt --no-emit-project \
      --no-annotate --no-header --group "$1"
  } > "$2"
}
export_group run "$out/requirements.lock"
export_group dev "$out/requirements-dev.lock"
export_group notebook "$out/requirements-notebook.lock"
