#!/usr/bin/env bash
# Static checks; --fast leaves out clang-tidy, which takes minutes on a first run.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
check() {
  local name=$1
  shift
  if "$@"; then
    echo "lint: $name passed"
  else
    failed+=("$name")
    echo "lint: $name FAILED" >&2
  fi
}
clang_format() { scripts/sources.sh | xargs -r .venv/bin/clang-format --dry-run -Werror; }

check layers .venv/bin/python scripts/check_layers.py
check clang-format clang_format
check ruff .venv/bin/ruff check --quiet .
check ruff-format .venv/bin/ruff format --quiet --check .
check mypy .venv/bin/mypy scripts python tests bench/peers bench/speed bench/compare.py
check locks scripts/check_locks.sh
check deploy scripts/lint_deploy.sh "$@"
if [[ ${1:-} != --fast ]]; then
  check clang-tidy .venv/bin/python scripts/tidy.py
fi
if ((${#failed[@]})); then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
