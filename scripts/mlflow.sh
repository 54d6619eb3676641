#!/usr/bin/env bash
# The MLflow UI on this machine alone. Variables: PORT=5000, MLFLOW_TRACKING_URI.
set -euo pipefail
cd "$(dirname "$0")/.."
export MLFLOW_DISABLE_TELEMETRY=true
exec .venv/bin/mlflow ui --host 127.0.0.1 --port "${PORT:-5000}" \
  --backend-store-uri "${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db}"
