#!/usr/bin/env bash
# Makes deploy/secrets, which deploy/compose.yaml reads, and prints the site's key, which is kept
# nowhere: keys (their SHA-256 and scopes), admin.key (of who runs the server), metrics.key
# (Prometheus's), grafana.password, and tls.crt with tls.key, signed by themselves: put real ones in
# their place.
# Files are readable for the containers' users, the folder for its owner alone.
set -euo pipefail
cd "$(dirname "$0")"
umask 022
[[ ! -e secrets ]] || { echo "make_secrets: deploy/secrets is there; remove it first" >&2; exit 1; }
mkdir -m 0700 secrets
digest() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

site=$(openssl rand -hex 32)
admin=$(openssl rand -hex 32)
metrics=$(openssl rand -hex 32)
{
  echo "$(digest "$site") recommend,events  # the site"
  echo "$(digest "$admin") admin  # who runs the server"
  echo "$(digest "$metrics") admin  # Prometheus"
} > secrets/keys
printf %s "$admin" > secrets/admin.key
printf %s "$metrics" > secrets/metrics.key
openssl rand -hex 16 | tr -d '\n' > secrets/grafana.password
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout secrets/tls.key -out secrets/tls.crt 2> /dev/null
chmod 0644 secrets/tls.key
echo "the site's key: $site"
