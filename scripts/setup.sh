#!/usr/bin/env bash
# Everything the build needs, once: system packages of apt.txt, the virtual environment .venv from
# the lock file, the headers of LightGBM. Says nothing when there is nothing to do.
#
#   scripts/setup.sh             what `make build` and `make run` need
#   scripts/setup.sh --dev       and what `make test` and `make check` need
#   scripts/setup.sh --notebook  and what `make notebook` needs
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A locks=(
  [run]=requirements.lock
  [dev]=requirements-dev.lock
  [notebook]=requirements-notebook.lock
)
group=${1:---run}
group=${group#--}
lock=${locks[$group]:?no such group}

lightgbm_version=4.7.0
lightgbm_sha256=f8e20f682c9aabd000bcf4a7ed8aa6f473c1adfecccae34ec24e823d156f4af0
lightgbm_headers=.cache/lightgbm-$lightgbm_version/include/LightGBM

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

install_system_packages() {
  command -v dpkg-query > /dev/null || {
    say "no dpkg here, so the packages of apt.txt are not checked"
    return
  }
  local wanted missing=() package installed
  mapfile -t wanted < <(sed 's/#.*//; s/[[:space:]]//g; /^$/d' apt.txt)
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null || true)
  for package in "${wanted[@]}"; do
    grep -qx "installed $package" <<< "$installed" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
      as_root=(sudo -n)
    else
      die "system packages are missing and this user may not install them; run:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  fi
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "${missing[@]}")
  say "installing ${#missing[@]} system packages: ${missing[*]}"
  local log=.cache/apt.log try
  for try in 1 2 3; do
    if "${as_root[@]}" apt-get update -qq > "$log" 2>&1 && "${install[@]}" >> "$log" 2>&1; then
      return
    fi
    if ((try < 3)); then
      say "apt-get failed, trying again in 5 s"
      sleep 5
    fi
  done
  tail -n 20 "$log" >&2
  die "apt-get failed three times, see $log"
}

find_python() {
  local name
  for name in python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
    if command -v "$name" > /dev/null &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
      echo "$name"
      return
    fi
  done
  die "python: no python3 of version 3.11 or newer on PATH; install one (Debian 12 has 3.11)"
}

# The stamp holds the digests of the lock files that .venv was filled from, and where that was.
stamp=.venv/vitrina-locks
digest() { sha256sum < "$1" | cut -d ' ' -f 1; }

# The programs of a .venv name its folder: in a checkout that was moved or copied they would start
# those of the old one.
venv_is_moved() {
  local place
  place=$(sed -n 's/^place //p' "$stamp" 2> /dev/null) && [[ -n $place && ! $place -ef .venv ]]
}

is_stamped() { grep -qsx "$1 $(digest "${locks[$1]}")" "$stamp"; }

venv_is_current() {
  ! venv_is_moved && is_stamped "$group" &&
    .venv/bin/python -c '' 2> /dev/null
}

install_python_packages() {
  venv_is_current && return
  if venv_is_moved || ! .venv/bin/python -m pip --version > /dev/null 2>&1; then
    local python
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv ||
      die "python: $python could not make .venv; is the package python3-venv there?"
  fi
  say "installing the $(grep -c '==' "$lock") Python packages of $lock"
  # One lock's versions are another's, so what was installed before stays true.
  local kept=() each
  for each in "${!locks[@]}"; do
    if is_stamped "$each"; then kept+=("$each"); fi
  done
  rm -f "$stamp"
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --require-hashes -r "$lock" || die "pip could not install $lock"
  # Every other lock holds all of the run's.
  {
    echo "place $(cd .venv && pwd -P)"
    for each in run "$group" "${kept[@]}"; do echo "$each $(digest "${locks[$each]}")"; done | sort -u
  } > "$stamp"
}

# Python of .venv finds the package that the build puts into build/python, and vitrina_ops, from
# any folder. The paths are relative to this file: a checkout that was moved means its own. An
# installed wheel comes before them.
link_packages() {
  local site paths=$'../../../../build/python\n../../../../python'
  for site in .venv/lib/python3.*/site-packages; do
    if [[ $(cat "$site/vitrina.pth" 2> /dev/null) != "$paths" ]]; then
      echo "$paths" > "$site/vitrina.pth"
    fi
  done
}

# The wheel has the library but not its C headers; the source archive of the same version has.
# pip checks the archive's digest, then prepares its metadata; told that the wheel needs no CMake,
# the archive does not ask for a newer one than the system has.
fetch_lightgbm_headers() {
  [[ -f $lightgbm_headers/export.h ]] && return
  say "fetching the headers of LightGBM $lightgbm_version"
  local tmp=.cache/lightgbm.tmp
  rm -rf "$tmp"
  mkdir -p "$tmp" "$lightgbm_headers"
  echo "lightgbm==$lightgbm_version --hash=sha256:$lightgbm_sha256" > "$tmp/source.txt"
  SKBUILD_WHEEL_CMAKE=false .venv/bin/python -m pip download \
    -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation \
    --no-binary lightgbm --require-hashes \
    --dest "$tmp" -r "$tmp/source.txt" ||
    die "pip could not download the source of LightGBM $lightgbm_version"
  # export.h last: it marks the set as complete.
  local header
  for header in arrow.h c_api.h export.h; do
    tar -xzOf "$tmp/lightgbm-$lightgbm_version.tar.gz" \
      "lightgbm-$lightgbm_version/include/LightGBM/$header" > "$tmp/$header"
    mv "$tmp/$header" "$lightgbm_headers/$header"
  done
  rm -rf "$tmp"
}

mkdir -p .cache
exec 9> .cache/setup.lock
flock 9 # two builds of one checkout wait for each other
install_system_packages
install_python_packages
link_packages
fetch_lightgbm_headers
# Without them the tests that need them are skipped.
if [[ $group == dev ]]; then scripts/deploy_tools.sh || true; fi
.venv/bin/python -m vitrina_ops.source --if-missing # dvc.yaml reads it
.venv/bin/python -m vitrina_ops.plots_page          # `dvc plots` fills it
