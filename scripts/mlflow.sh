#!/usr/bin/env bash
# The MLflow UI on this machine alone, at the runs. Variables: PORT=5000, MLFLOW_TRACKING_URI.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m vitrina_ops.ui
