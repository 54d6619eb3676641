#!/bin/bash
# Whether the server on a port of this machine wants requests: healthcheck.sh PORT. Exit code 0: yes.
# By bash alone, so that the image needs no curl.
set -euo pipefail
port=${1:?PORT}
exec 3<> "/dev/tcp/127.0.0.1/$port"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[[ $status == 200 ]]
