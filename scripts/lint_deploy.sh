#!/usr/bin/env bash
# Checks each file of deploy/ by the tool whose it is. Docker itself is not needed.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/deploy_tools.sh
export PATH="$PATH:/usr/sbin:$PWD/.cache/deploy-tools/usr/bin:$PWD/.cache/deploy-tools/usr/sbin"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

.venv/bin/hadolint deploy/Dockerfile
.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
for script in deploy/*.sh; do bash -n "$script"; done

quietly() {
  local status=0
  "$@" > "$tmp/said" 2>&1 || status=$?
  if ((status)); then cat "$tmp/said" >&2; fi
  return "$status"
}
quietly promtool check config --syntax-only deploy/prometheus.yml
quietly promtool check rules deploy/alerts.yml
quietly promtool test rules deploy/alerts_test.yml

# As it stands, but for the files and the names that only a deployment has.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
  -keyout "$tmp/tls.key" -out "$tmp/tls.crt" 2> "$tmp/said" || { cat "$tmp/said" >&2; exit 1; }
sed "s#/run/secrets/tls_crt#$tmp/tls.crt#; s#/run/secrets/tls_key#$tmp/tls.key#
     s#server vitrina:8000#server 127.0.0.1:8000#; s#/tmp/nginx#$tmp/nginx#" \
  deploy/nginx.conf > "$tmp/nginx.conf"
quietly nginx -t -q -p "$tmp" -c "$tmp/nginx.conf" -e "$tmp/error.log"

if command -v systemd-analyze > /dev/null; then
  sed 's#/usr/local/bin/vitrina#/bin/true#' deploy/vitrina.service > "$tmp/vitrina.service"
  quietly systemd-analyze verify "$tmp/vitrina.service"
fi
