"""Checks licence and source of every dependency against deny.toml, for machines without cargo-deny."""

import json
import re
import subprocess
import sys
import tomllib

with open("deny.toml", "rb") as file:
    allowed = set(tomllib.load(file)["licenses"]["allow"])


def is_allowed(expression: str) -> bool:
    """One alternative of every `AND` part must be allowed; SPDX writes them `A OR B`, old crates `A/B`."""
    expression = expression.replace("/", " OR ").replace("(", " ").replace(")", " ")
    parts = re.split(r"\s+AND\s+", expression)
    return all(any(choice.strip() in allowed for choice in re.split(r"\s+OR\s+", part)) for part in parts)


command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
packages = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"]
wrong = []
for package in packages:
    name = f"{package['name']} {package['version']}"
    if package["source"] and not package["source"].startswith("registry+"):
        wrong.append(f"{name} comes from {package['source']}")
    if not is_allowed(package["license"] or ""):
        wrong.append(f"{name} has the licence {package['license']!r}")
print("\n".join(wrong) or f"licences: {len(packages)} packages, all allowed")
sys.exit(bool(wrong))
