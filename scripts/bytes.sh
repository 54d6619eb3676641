#!/usr/bin/env bash
# What `vitrina run` writes, as SHA-256: predictions.csv, recommendations.parquet and the files of
# the bundle, for the simulated shop of scale 0.1 and every log of LOGS_DIR. Without --write the
# digests are compared with docs/measured/bytes.txt: a move or a renaming changes none of them. The
# bundle's manifest names the build, so every change of the sources changes it; the digests of the
# other files are what it holds.
#   scripts/bytes.sh [--write] [LOGS_DIR [NAME...]]
set -euo pipefail
recorded=docs/measured/bytes.txt
mode=check
if [ "${1:-}" = --write ]; then
  mode=write
  shift
fi
logs=
if [ -n "${1:-}" ]; then logs=$(realpath -e -- "$1"); fi
shift || true
cd "$(dirname "$0")/.."

folders=()
if [ -n "$logs" ]; then
  shopt -s nullglob
  if [ $# -eq 0 ]; then folders=("$logs"/*/); fi
  for name in "$@"; do folders+=("$logs/$name"); done
  if [ ${#folders[@]} -eq 0 ]; then
    echo "bytes: $logs: found no folder of a log in it, expected one a log" >&2
    exit 2
  fi
  for folder in "${folders[@]}"; do
    if [ ! -d "$folder" ]; then
      echo "bytes: $folder: no such folder, expected a log of $logs" >&2
      exit 2
    fi
  done
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build/vitrina simulate --scale 0.1 --seed 42 --out "$work/simulated" --quiet

found="$work/found.txt"
for folder in "$work/simulated" "${folders[@]}"; do
  name=$(basename "$folder")
  echo "bytes: $name" >&2
  build/vitrina run --data "$folder" --out "$work/$name/answer" --bundle "$work/$name/bundle" --quiet \
    >"$work/$name.log"
  rm "$work/$name/bundle/manifest.json"
  (cd "$work" && sha256sum "$name/answer/predictions.csv" "$name/answer/recommendations.parquet" \
    "$name"/bundle/*) >>"$found"
  rm -rf "${work:?}/$name/answer" "${work:?}/$name/bundle"
done

if [ "$mode" = write ]; then
  cp "$found" "$recorded"
  exit 0
fi
# Of the logs that were run, each line must be among the recorded ones. Where there are no others
# grep says 1; what it cannot read is 2.
code=0
grep -vxFf "$recorded" "$found" >"$work/other" || code=$?
if ((code > 1)); then exit "$code"; fi
if ((code == 1)); then
  echo "bytes: equal, $(wc -l <"$found") files"
  exit 0
fi
echo "bytes: these differ from $recorded:" >&2
cat "$work/other" >&2
exit 1
