#!/bin/bash
# Has the server on this machine answer by another bundle: swap_bundle.sh FOLDER [PORT] < KEY, a key
# of the scope admin. Prints the answer. Exit code 0: the bundle has taken the old one's place.
# By bash alone, so that the image needs no curl.
set -euo pipefail
LC_ALL=C # lengths are bytes
folder=${1:?FOLDER, as the server sees it}
port=${2:-8001}
if [[ $folder == *[\"\\[:cntrl:]]* ]]; then
  echo "swap_bundle: FOLDER: expected no quotes, backslashes and control characters" >&2
  exit 2
fi
if ! IFS= read -r key && [[ -z $key ]]; then # its file may end without a line end
  echo "swap_bundle: expected a key on standard input" >&2
  exit 2
fi
body="{\"bundle\":\"$folder\"}"
exec 3<> "/dev/tcp/127.0.0.1/$port"
printf '%s\r\n' "POST /admin/v1/bundle HTTP/1.1" "Host: localhost" "Connection: close" \
  "Authorization: Bearer $key" "Content-Type: application/json" "Content-Length: ${#body}" "" >&3
printf %s "$body" >&3
IFS=' ' read -r _ status _ <&3
while IFS= read -r field <&3 && [[ $field != $'\r' ]]; do :; done
answer=
IFS= read -r -d '' answer <&3 || true # to its end
echo "$answer"
[[ $status == 200 ]]
