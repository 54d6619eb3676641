#!/usr/bin/env bash
# The notebook in JupyterLab, on this machine alone; its address, with a token, is printed.
# Variables: PORT=8888.
set -euo pipefail
cd "$(dirname "$0")/.."
exec .venv/bin/python -m jupyterlab --ip 127.0.0.1 --port "${PORT:-8888}" --allow-root \
  notebooks/case_in_five_minutes.ipynb
