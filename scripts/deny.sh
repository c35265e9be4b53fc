#!/usr/bin/env bash
# Licences and sources of the dependencies, as deny.toml allows them. Uses cargo-deny where it is installed (it also asks
# the advisory database, which is outside the package registries); else checks licences and sources by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
if cargo deny --version >/dev/null 2>&1; then
    exec cargo deny --locked check --hide-inclusion-graph licenses bans sources
fi
exec python3 scripts/licences.py
