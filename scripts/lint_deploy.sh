#!/usr/bin/env bash
# Checks each file of deploy/ by the tool whose it is. Docker itself is not needed. With --fast what
# has no promtool, amtool or nginx here, and no apt-get to bring them, leaves theirs out and says so.
set -euo pipefail
cd "$(dirname "$0")/.."
are_tools_here=true
scripts/deploy_tools.sh || {
  [[ ${1:-} == --fast ]] || exit 1
  are_tools_here=false
}
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
check_metrics() {
  quietly promtool check config --syntax-only deploy/prometheus.yml
  quietly promtool check rules deploy/alerts.yml
  quietly promtool test rules deploy/alerts_test.yml
  quietly amtool check-config deploy/alertmanager.yml
}

# As it stands, but for the files and the names that only a deployment has.
check_proxy() {
  quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -subj /CN=localhost -keyout "$tmp/tls.key" -out "$tmp/tls.crt"
  sed "s#/run/secrets/tls_crt#$tmp/tls.crt#; s#/run/secrets/tls_key#$tmp/tls.key#
       s#server vitrina:8000#server 127.0.0.1:8000#; s#/tmp/nginx#$tmp/nginx#" \
    deploy/nginx.conf > "$tmp/nginx.conf"
  quietly nginx -t -q -p "$tmp" -c "$tmp/nginx.conf" -e "$tmp/error.log"
}

if $are_tools_here; then
  check_metrics
  check_proxy
else
  echo "lint: metrics and proxy of deploy/ were not checked" >&2
fi
if command -v systemd-analyze > /dev/null; then
  sed 's#/usr/local/bin/vitrina#/bin/true#' deploy/vitrina.service > "$tmp/vitrina.service"
  quietly systemd-analyze verify "$tmp/vitrina.service"
fi
