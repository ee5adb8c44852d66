#!/usr/bin/env bash
# Compares Sluice with nginx in front of the same origin; prints Markdown. "run.sh catalog" puts load on the catalog instead. See bench/README.md, or --help.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# The download cache has no nginx to stand beside: its peer is the AWS command line.
if [[ ${1:-} == downloads ]]; then
  shift
  for tool in python3 dotnet aws; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing (Debian: apt-get install --no-install-recommends python3 awscli; https://dotnet.microsoft.com/download)" >&2; exit 1; }
  done
  PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/downloads.py" "$@"
fi
# A start with a million objects on disk is measured by itself.
if [[ ${1:-} == index ]]; then exec dotnet run -c Release --project "$here/../Sluice.Benchmarks" -- index-start --entries "${2:-1000000}"; fi
for tool in python3 nginx wrk taskset; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing (Debian: apt-get install --no-install-recommends python3 nginx-light wrk util-linux)" >&2; exit 1; }
done
if [[ ${1:-} == catalog ]]; then PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/catalog.py" "$@"; fi
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/main.py" "$@"
