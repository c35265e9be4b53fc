#!/usr/bin/env bash
# Installs what building and running Countersign needs: system packages, then native libraries and weights. With `tests` also the
# servers that tests run against.
# Idempotent: a second run looks and does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

PACKAGES=(
    build-essential clang cmake libclang-dev pkg-config          # building
    libleptonica-dev libtesseract-dev                            # Tesseract, Leptonica
    tesseract-ocr tesseract-ocr-eng                              # language data
    python3 python3-pip python3-venv unzip                       # fetching native/ by pip
)
[ "${1:-}" != tests ] || PACKAGES+=(curl postgresql-15 prometheus rabbitmq-server)

missing=()
for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null; then
        as_root=(sudo)
    else
        echo "setup: these Debian packages are missing: ${missing[*]}" >&2
        echo "setup: run this as root, or install sudo, or ask an administrator to install them" >&2
        exit 1
    fi
    echo "setup: installing ${missing[*]}"
    # The servers that tests start themselves must not be started by their packages.
    policy=/usr/sbin/policy-rc.d
    if [ "${1:-}" = tests ] && [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod +x "$policy"
        trap '"${as_root[@]}" rm -f "$policy"' EXIT
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

command -v cargo >/dev/null || {
    echo "setup: there is no cargo: install a Rust toolchain of at least the version in Cargo.toml (rust-version)" >&2
    exit 1
}

scripts/fetch_native.sh "$@"

# The example clients, which tests run against the worker.
clients=docker/examples/requirements.txt
if [ "${1:-}" = tests ] && ! cmp -s "$clients" .venv/requirements.txt; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r "$clients"
    cp "$clients" .venv/requirements.txt
fi
