#!/usr/bin/env bash
# Makes the README's figures: runs Vitrina on the real logs at three cuts with defaults, beside the
# organisers' rule, popularity and own history, and scores all of them pooled over the cuts. What
# came of it is collected in docs/measured/real_logs.json.
#   scripts/real_logs.sh LOGS_DIR [OUT_DIR]
set -euo pipefail

logs=$(realpath -e -- "${1:?usage: scripts/real_logs.sh LOGS_DIR [OUT_DIR]}")
out=${2:-out/real_logs}
program=${VITRINA_BIN:-build/vitrina}
cuts=(2017-11-29 2017-11-30 2017-12-01)
ends=2017-12-02,2017-12-03,2017-12-04

join() { local IFS=,; echo "$*"; }

for log in taobao2017-full-logs taobao2017-baskets; do
  if [ ! -d "$logs/$log" ]; then
    echo "$logs/$log: no such folder; skipped"
    continue
  fi
  mkdir -p "$out/$log/whole"
  "$program" ingest --data "$logs/$log" --workspace "$out/$log/whole" --progress none
  ours=()
  for cut in "${cuts[@]}"; do
    folder=$out/$log/$cut
    "$program" run --data "$logs/$log" --as-of "$cut" --out "$folder" --progress none > /dev/null
    "$program" baselines --data "$logs/$log" --as-of "$cut" --out "$folder" --progress none
    ours+=("$folder/predictions.csv")
  done
  for other in organisers popularity own_history; do
    theirs=()
    for cut in "${cuts[@]}"; do theirs+=("$out/$log/$cut/$other.csv"); done
    echo "== $log against $other"
    "$program" score --predictions "$(join "${ours[@]}")" --vs "$(join "${theirs[@]}")" \
      --truth "$logs/$log" --from "$(join "${cuts[@]}")" --to "$ends" \
      --json "$out/$log/against_$other.json" --progress none
  done
done
.venv/bin/python scripts/collect_real_logs.py "$logs" "$out"
