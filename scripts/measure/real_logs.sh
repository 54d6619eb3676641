#!/usr/bin/env bash
# Makes the README's figures: runs Vitrina on the real logs at three cuts with defaults, beside the
# organisers' rule, popularity and own history, and scores all of them pooled over the cuts. What
# came of it is collected in docs/measured/real_logs.json.
#   scripts/measure/real_logs.sh LOGS_DIR [OUT_DIR]
set -euo pipefail

logs=$(realpath -e -- "${1:?usage: scripts/measure/real_logs.sh LOGS_DIR [OUT_DIR]}")
out=$(realpath -m -- "${2:-$(dirname "$0")/../../out/real_logs}")
program=$(realpath -e -- "${VITRINA_BIN:-$(dirname "$0")/../../build/vitrina}")
cd "$(dirname "$0")/../.."
cuts=2017-11-29,2017-11-30,2017-12-01

for log in taobao2017-full-logs taobao2017-baskets; do
  if [ ! -d "$logs/$log" ]; then
    echo "$logs/$log: no such folder; skipped"
    continue
  fi
  mkdir -p "$out/$log/whole"
  "$program" ingest --data "$logs/$log" --workspace "$out/$log/whole" --progress none
  echo "== $log"
  "$program" backtest --data "$logs/$log" --at "$cuts" --out "$out/$log" \
    --json "$out/$log/backtest.json" --progress none
done
.venv/bin/python scripts/measure/collect_real_logs.py "$logs" "$out"
