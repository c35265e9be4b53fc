#!/usr/bin/env bash
# Measures what the README says: CPU-seconds and memory a scanned page, born-digital pages a second, start to first result,
# two slots against one, and the share of time outside the engines. Usage: scripts/bench.sh PATH-TO-COUNTERSIGN
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=$1
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
exec python3 scripts/bench.py "$BIN" "$WORK"
