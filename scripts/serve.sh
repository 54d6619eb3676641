#!/usr/bin/env bash
# Answers a shop's site on 127.0.0.1. `make serve` has built the program before.
# Variables: BUNDLE=DIR (default the champion registered in MLflow for SHOP=NAME, which is chosen as
# by `make fetch`, else models/bundle where `make run` has left one, else the bundle of a small
# simulated shop, made once), DATA=DIR (a log from before; with the simulated bundle its shop),
# STORE=DIR (default data/store), PORT=8000, ADMIN_PORT=8001.
set -euo pipefail
cd "$(dirname "$0")/.."

demo=.cache/serve
bundle=${BUNDLE:-}
data=${DATA:-}
if [[ -z $bundle ]]; then
  # Whatever goes wrong with it was a warning; 9: it was interrupted, and so is this.
  bundle=$(PYTHONPATH=python .venv/bin/python -m vitrina_ops.served --shop "${SHOP:-}" --into "$demo") ||
    (($? != 9)) || exit 9
fi
bundle=${bundle:-models/bundle}
if [[ -z ${BUNDLE:-} && ! -f $bundle/manifest.json ]]; then
  bundle=$demo/bundle
  data=${data:-$demo/shop}
  if [[ ! -f $bundle/manifest.json ]]; then
    echo "serve: there is no models/bundle; making one of a simulated shop"
    build/vitrina simulate --scale 0.02 --out "$demo/shop" --quiet
    build/vitrina run --data "$demo/shop" --out "$demo/answer" --bundle "$bundle" --quiet
  fi
fi
words=(--bundle "$bundle" --store "${STORE:-data/store}")
words+=(--port "${PORT:-8000}" --admin-port "${ADMIN_PORT:-8001}")
if [[ -n $data ]]; then words+=(--data "$data"); fi
exec build/vitrina serve "${words[@]}"
