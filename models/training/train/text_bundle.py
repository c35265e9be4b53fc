"""Puts a tuned recogniser into the `text` bundle: between the weights before and after tuning, stored in half precision.

`python -m train.text_bundle --start REC.onnx --tuned BEST.onnx --sheets DIR --papers DIR --target ../text/2` tries several shares of the
tuned weights on validation lines, takes the one with the fewest wrong letters, and writes `recognition.onnx`, the golden example and
the hashes in `manifest.toml`; everything else in the manifest is a person's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from .graph import Graph
from .lines import Strip
from .recogniser import Alphabet, judge, usable

SHARES = (0.0, 0.3, 0.5, 0.7, 0.85, 1.0)
"""Shares of the tuned weights that are tried."""
WIDE = 256
"""Tensors of more numbers are stored in half precision: the file is half as large, and scores differ by less than 0.01."""


def between(start: Graph, tuned: Graph, share: float) -> None:
    """Sets the weights of `start` to this share of the way to those of `tuned`."""
    with torch.no_grad():
        for name, weight in start.weights.items():
            weight.lerp_(tuned.weights[name], share)


def halved(path: Path) -> None:
    """Stores the large tensors of a graph in half precision; the runtime widens them once, when it loads the graph."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype == np.float32 and value.size > WIDE:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def golden(graph: Path, folder: Path) -> None:
    """Answers the golden example's line anew; what it holds of the detection stays."""
    import onnxruntime

    example = json.loads((folder / "input.json").read_text())["recognition.x"]
    line = np.array(example["data"], np.float32).reshape(example["shape"])
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    answer = session.run(None, {session.get_inputs()[0].name: line})[0]
    expected = json.loads((folder / "expected.json").read_text())
    expected["recognition.fetch_name_0"] = {"shape": list(answer.shape), "data": [round(float(score), 5) for score in answer.flatten()]}
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


def rehash(target: Path) -> None:
    """Puts the hashes of the bundle's own files into its manifest."""
    manifest = target / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    for name in ("recognition.onnx", "golden/input.json", "golden/expected.json"):
        digest = hashlib.sha256((target / name).read_bytes()).hexdigest()
        text = re.sub(rf'^"{re.escape(name)}" = "\w*"$', f'"{name}" = "{digest}"', text, flags=re.M)
    manifest.write_text(text, encoding="utf-8")


def main() -> None:
    """Tries, chooses, writes."""
    parser = argparse.ArgumentParser(prog="train.text_bundle", description=__doc__)
    for name in ("start", "tuned", "sheets", "papers", "target"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=700, help="lines of each kind that decide")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    alphabet = Alphabet(arguments.target / "manifest.toml")

    def some(corpus: Path) -> list[Strip]:
        strips = usable([corpus], alphabet)
        return random.Random(11).sample(strips, min(arguments.lines, len(strips)))

    sheets, papers = some(arguments.sheets), some(arguments.papers)
    tuned = Graph(arguments.tuned)
    scores = {}
    for share in SHARES:
        mixed = Graph(arguments.start)
        between(mixed, tuned, share)
        scores[share], told = judge(mixed, sheets, papers, alphabet)
        print(f"share {share}: {told}", flush=True)
    best = max(scores, key=scores.__getitem__)
    mixed = Graph(arguments.start)
    between(mixed, tuned, best)
    graph = arguments.target / "recognition.onnx"
    mixed.save(graph)
    halved(graph)
    golden(graph, arguments.target / "golden")
    rehash(arguments.target)
    print(f"{graph}: share {best}, {graph.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
