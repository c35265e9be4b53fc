"""Model bundles as the worker takes them: `model.onnx`, `manifest.toml`, `CARD.md` and a golden example."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # models of trees do without torch
    import torch
    from torch import nn

TOLERANCE = 0.002
"""How far another processor's answer to the golden example may be off: ten times what two of ours differed by."""
TYPES = {np.dtype(np.int64): "i64", np.dtype(np.float32): "f32"}


def best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature with the least negative log likelihood, by search over a fine grid."""

    def loss(heat: float) -> float:
        scaled = logits / heat
        scaled = scaled - scaled.max(1, keepdims=True)
        chosen = scaled[np.arange(len(truth)), truth]
        return float((np.log(np.exp(scaled).sum(1)) - chosen).mean())

    return round(float(min(np.geomspace(0.3, 5, 80), key=loss)), 3)


def expected_calibration_error(confidences: Sequence[float], hits: Sequence[bool], bins: int = 10) -> float:
    """Mean distance of confidence and hit rate over ten equal bins, weighted by their size."""
    confidence, hit = np.asarray(confidences, dtype=float), np.asarray(hits, dtype=float)
    slot = np.clip((confidence * bins).astype(int), 0, bins - 1)
    gaps = [abs(confidence[slot == i].mean() - hit[slot == i].mean()) * (slot == i).sum() for i in range(bins) if (slot == i).any()]
    return round(float(np.sum(gaps) / max(1, len(confidence))), 4)


def write(
    target: Path,
    task: str,
    model: nn.Module,
    inputs: dict[str, torch.Tensor],
    outputs: dict[str, list[int | None]],
    labels: dict[str, list[str]],
    thresholds: dict[str, float],
    calibration: dict[str, float],
    preprocessing: dict[str, float],
    figures: dict,
    sha256: str,
    dynamic: dict[str, dict[int, str]],
) -> None:
    """Exports the model, and writes what stands around its graph."""
    import torch

    model.eval()
    target.mkdir(parents=True, exist_ok=True)
    path = target / "model.onnx"
    torch.onnx.export(model, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=list(outputs), dynamic_axes=dynamic, opset_version=17, dynamo=False)
    with torch.no_grad():
        result = model(*inputs.values())
    trained = [value.numpy() for value in (result if isinstance(result, tuple) else (result,))]
    plain = {name: value.numpy() for name, value in inputs.items()}
    surround(target, task, plain, dict(zip(outputs, trained)), outputs, labels, thresholds, calibration, preprocessing, figures, sha256, dynamic)


def surround(
    target: Path,
    task: str,
    inputs: dict[str, np.ndarray],
    trained: dict[str, np.ndarray],
    outputs: dict[str, list[int | None]],
    labels: dict[str, list[str]],
    thresholds: dict[str, float],
    calibration: dict[str, float],
    preprocessing: dict[str, float | dict[str, float]],
    figures: dict,
    sha256: str,
    dynamic: dict[str, dict[int, str]],
) -> None:
    """Runs the graph that lies in `target` once for the golden example, refuses it where it differs from what the `trained` model gives,
    and writes manifest and card (its prose is kept if it exists)."""
    expected = run(target / "model.onnx", inputs)
    worst = max(float(np.abs(value - expected[name]).max()) for name, value in trained.items())
    if worst > 1e-3:
        raise SystemExit(f"the exported {task} model differs from the trained one by {worst}")
    (target / "golden").mkdir(exist_ok=True)
    _golden(target / "golden" / "input.json", inputs)
    _golden(target / "golden" / "expected.json", expected)
    _manifest(target, task, inputs, outputs, labels, thresholds, calibration, preprocessing, figures, sha256, dynamic)
    _card(target, task, figures)
    print(f"{target}: {(target / 'model.onnx').stat().st_size / 1e6:.2f} MB, differs from the trained model by at most {worst:.1e}")


def run(path: Path, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs of a graph by name."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs)))


def _golden(path: Path, tensors: dict[str, np.ndarray]) -> None:
    def plain(value: np.ndarray) -> dict:
        return {"shape": list(value.shape), "data": [round(number, 5) for number in value.flatten().tolist()]}

    path.write_text(json.dumps({name: plain(value) for name, value in tensors.items()}) + "\n", encoding="utf-8")


def _shape(sizes: Sequence[int | None], names: dict[int, str]) -> str:
    return "[" + ", ".join(f'"{names[axis]}"' if axis in names else str(size) for axis, size in enumerate(sizes)) + "]"


def _manifest(target, task, inputs, outputs, labels, thresholds, calibration, preprocessing, figures, sha256, dynamic) -> None:
    lines = [
        f"# Written by models/training (make train); do not edit by hand.",
        "schema = 1",
        f'task = "{task}"',
        f'name = "{target.parent.name}"',
        f"version = {target.name}",
        'licence = "Apache-2.0"',
        f'training_data_sha256 = "{sha256}"',
        "",
        "[graphs]",
        'model = "model.onnx"',
        "",
        "[files]",
    ]
    for name in ("model.onnx", "golden/input.json", "golden/expected.json"):
        lines.append(f'"{name}" = "{hashlib.sha256((target / name).read_bytes()).hexdigest()}"')
    for name, value in inputs.items():
        shape = _shape(value.shape, dynamic.get(name, {}))
        lines += ["", "[[inputs]]", 'graph = "model"', f'name = "{name}"', f'dtype = "{TYPES[value.dtype]}"', f"shape = {shape}"]
    for name, sizes in outputs.items():
        shape = _shape(sizes, dynamic.get(name, {}))
        lines += ["", "[[outputs]]", 'graph = "model"', f'name = "{name}"', 'dtype = "f32"', f"shape = {shape}"]
        if name in labels:
            lines.append(f"labels = {json.dumps(labels[name])}")
    for heading, table in (("preprocessing", preprocessing), ("thresholds", thresholds), ("calibration", calibration), ("figures", _flat(figures))):
        numbers = {key: value for key, value in table.items() if not isinstance(value, dict)}
        lines += ["", f"[{heading}]"] + [f'"{key}" = {float(value)}' if heading == "figures" else f"{key} = {float(value)}" for key, value in numbers.items()]
        for name, inner in ((key, value) for key, value in table.items() if isinstance(value, dict)):
            lines += ["", f"[{heading}.{name}]"] + [f"{key} = {float(value)}" for key, value in inner.items()]
    lines += ["", "[golden]", f"tolerance = {TOLERANCE}"]
    (target / "manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def refer(target: Path, name: str, shares: dict[str, float]) -> None:
    """Writes into the manifest what the model was made for, as `[reference.NAME]`: the worker tells how unlike what comes is to it."""
    manifest = target / "manifest.toml"
    whole = sum(shares.values())
    lines = [f"[reference.{name}]"] + [f"{kind} = {round(share / whole, 5)}" for kind, share in shares.items()]
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("[golden]", "\n".join(lines) + "\n\n[golden]"), encoding="utf-8")


def _flat(figures: dict, prefix: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for key, value in figures.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


BEGIN, END = "<!-- figures: written by training -->", "<!-- end of figures -->"


def _card(target: Path, task: str, figures: dict) -> None:
    """Puts the figures between the two marks of `CARD.md`; the words around them are a person's."""
    path = target / "CARD.md"
    text = path.read_text(encoding="utf-8") if path.exists() else f"# {task} {target.name}\n\n{BEGIN}\n{END}\n"
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    table = "\n".join(f"| {name} | {value} |" for name, value in _flat(figures).items())
    path.write_text(f"{head}{BEGIN}\n\n| figure | value |\n|---|---|\n{table}\n\n{END}{tail}", encoding="utf-8")
