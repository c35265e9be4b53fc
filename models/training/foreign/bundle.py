"""A bundle in memory, its check in ONNX Runtime, and how it is written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

VERSION = 2
"""Above that of the program's own models, so that it serves where both lie in one folder."""
DECIMALS = 5
"""Of the numbers in golden files."""

Tensors = dict[str, np.ndarray]
Constants = Mapping[str, Mapping[str, float | Mapping[str, float]]]
"""By section of the manifest."""


@dataclass(frozen=True)
class Port:
    """An input or output of the graph as the manifest has it. `means` is what of the contract it is, where its name does not say so."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    means: str | None = None
    column: int | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """What is written of one model. Where `inputs`, `outputs` or `constants` are empty the manifest is silent about them."""

    task: str
    model: bytes
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    constants: Constants
    given: Tensors
    expected: Tensors
    tolerance: float
    others: tuple[tuple[Tensors, Tensors], ...] = field(default=())
    """More inputs with what the model that was exported gives for them: checked, not written."""
    file: str = "model.onnx"
    sha256: str | None = None
    """Of the graph as the manifest claims it; `None` for the truth."""


def run(model: bytes, given: Tensors) -> Tensors:
    """The outputs of a graph by name."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, given)))


def off(model: bytes, given: Tensors, expected: Tensors) -> float:
    """The greatest difference of what a graph gives from what is expected; infinite where shapes differ, NaN where a number is none."""
    found = run(model, given)
    if any(found[name].shape != value.shape for name, value in expected.items()):
        return float("inf")
    return max(float(np.abs(found[name].astype(np.float64) - value).max()) for name, value in expected.items())


def check(case: str, made: Bundle) -> float:
    """How far the graph's answers are from those of the model that it was exported from; refuses a bundle that exceeds its tolerance."""
    onnx.checker.check_model(onnx.load_from_string(made.model))
    worst = max(off(made.model, *pair) for pair in ((made.given, made.expected), *made.others))
    if not worst <= made.tolerance:
        raise SystemExit(f"{case} is off by {worst}, {made.tolerance} allowed")
    return worst


def write(made: Bundle, folder: Path) -> None:
    """Writes `<folder>/<task>/<version>/`; the model's name is its task's."""
    target = folder / made.task / str(VERSION)
    (target / "golden").mkdir(parents=True, exist_ok=True)
    files = {made.file: made.model, "golden/input.json": _golden(made.given), "golden/expected.json": _golden(made.expected)}
    for name, content in files.items():
        (target / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    hashes[made.file] = made.sha256 or hashes[made.file]
    (target / "manifest.toml").write_text("\n".join(_manifest(made, hashes)) + "\n", encoding="utf-8")


def _golden(tensors: Tensors) -> bytes:
    stored = {name: {"shape": list(value.shape), "data": [_number(one) for one in value.ravel().tolist()]} for name, value in tensors.items()}
    return json.dumps(stored, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _number(number: float) -> float:
    rounded = round(number, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def _manifest(made: Bundle, hashes: dict[str, str]) -> list[str]:
    lines = [
        "# Written by models/training (python -m foreign); do not edit by hand.",
        "schema = 1",
        f'task = "{made.task}"',
        f'name = "{made.task}"',
        f"version = {VERSION}",
        'licence = "Apache-2.0"',
    ]
    if made.file != "model.onnx":
        lines += ["", "[graphs]", f'model = "{made.file}"']
    lines += ["", "[files]", *(f'"{name}" = "{sha256}"' for name, sha256 in hashes.items())]
    for heading, ports in (("inputs", made.inputs), ("outputs", made.outputs)):
        for port in ports:
            lines += ["", f"[[{heading}]]", *_port(port)]
    for heading, section in made.constants.items():
        lines += _section(heading, section)
    return [*lines, "", "[golden]", f"tolerance = {made.tolerance}"]


def _port(port: Port) -> list[str]:
    wanted = {"name": port.name, "is": port.means, "dtype": port.dtype, "shape": port.shape, "column": port.column, "labels": port.labels or None}
    return [f"{key} = {json.dumps(value)}" for key, value in wanted.items() if value is not None]


def _section(heading: str, section: Mapping[str, float | Mapping[str, float]]) -> list[str]:
    """A table of numbers, then the tables in it."""
    lines = ["", f"[{heading}]", *(f"{key} = {value}" for key, value in section.items() if not isinstance(value, Mapping))]
    for key, value in section.items():
        if isinstance(value, Mapping):
            lines += _section(f"{heading}.{key}", value)
    return lines
