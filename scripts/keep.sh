#!/usr/bin/env bash
# Commits the run that lies in the workspace: what DVC compares others with. Otherwise dvc.lock is a
# link into .cache, so that no run of anybody's data gets into git by accident.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -f data/out/predictions.csv ]] || {
  echo "keep: there is no run; \`make run\` first" >&2
  exit 1
}
if [[ -L dvc.lock ]]; then cp --remove-destination "$(readlink -f dvc.lock)" dvc.lock; fi
files=(params.local.yaml params.yaml dvc.lock)
git add --force "${files[@]}"
git commit --quiet --message "Keep this run" -- "${files[@]}" # and nothing else that is staged
