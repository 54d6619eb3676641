#!/usr/bin/env bash
# Brings promtool, Prometheus, amtool and nginx into .cache/deploy-tools, from Debian's packages,
# unpacked and not installed: an installed one would start a service. What the system has is not
# fetched. Tests and scripts/lint_deploy.sh use them.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=.cache/deploy-tools

has() { command -v "$1" > /dev/null || [[ -x /usr/sbin/$1 || -x $tools/usr/bin/$1 || -x $tools/usr/sbin/$1 ]]; }

wanted=()
has promtool && has prometheus || wanted+=(prometheus)
has amtool || wanted+=(prometheus-alertmanager)
has nginx || wanted+=(nginx)
((${#wanted[@]})) || exit 0
command -v apt-get > /dev/null || {
  echo "deploy tools: no apt-get here, so ${wanted[*]} stay missing" >&2
  exit 1
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
download() { (cd "$tmp" && apt-get download -qq -o APT::Sandbox::User=root "${wanted[@]}"); }
# The lists of packages may be missing or old.
download 2> /dev/null || { ((EUID == 0)) && apt-get update -qq > /dev/null && download; } || {
  echo "deploy tools: apt-get download ${wanted[*]} failed; run 'apt-get update' first" >&2
  exit 1
}
mkdir -p "$tools"
for package in "$tmp"/*.deb; do dpkg-deb -x "$package" "$tools"; done
