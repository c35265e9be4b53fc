"""Cuts the head of the PP-OCRv6 recogniser down to the alphabet in models/text/2/manifest.toml.

The network gives each step of a line one score per character of its 18,708-character dictionary. Papers here use some
200 of them, so the other columns of the last matrix are dropped: the file gets smaller, reading gets faster, and no
Chinese look-alike can win against a digit. The result depends on nothing but the two inputs: the same bytes each time.

Usage: `python -m train.slim MANIFEST REC.onnx OUT.onnx`
"""

import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

GRAPH = "recognition"  # the graph of the manifest whose output is labelled with the alphabet
BLANK, SPACE = "<blank>", " "


def alphabet(manifest: Path) -> list[str]:
    """The labels of the recogniser: the blank first, the space last."""
    outputs = tomllib.loads(manifest.read_text(encoding="utf-8"))["outputs"]
    labels = next(output["labels"] for output in outputs if output.get("graph") == GRAPH)
    if labels[0] != BLANK or labels[-1] != SPACE or len(set(labels)) != len(labels):
        sys.exit(f"{manifest}: the labels must start with {BLANK!r}, end with a space and hold no character twice")
    return labels


def columns(model: onnx.ModelProto, labels: list[str]) -> list[int]:
    """Where each label stands in the head: the blank at 0, the dictionary from 1, the space behind it."""
    dictionary = next(entry.value for entry in model.metadata_props if entry.key == "character").split("\n")
    position = {character: index + 1 for index, character in enumerate(dictionary)}
    position |= {BLANK: 0, SPACE: len(dictionary) + 1}
    unknown = [label for label in labels if label not in position]
    if unknown:
        sys.exit(f"the dictionary of the recogniser has no {' '.join(unknown)}: take them out of the manifest")
    return [position[label] for label in labels]


def cut_head(model: onnx.ModelProto, keep: list[int]) -> None:
    """Keeps these columns of the last matrix and of its bias."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    product = [node for node in model.graph.node if node.op_type == "MatMul"][-1]
    total = next(node for node in model.graph.node if product.output[0] in node.input)
    for node in (product, total):
        for name in node.input:
            if name in weights:
                array = numpy_helper.to_array(weights[name])[..., keep]
                weights[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(array), name))


def describe(model: onnx.ModelProto, labels: list[str]) -> None:
    """Writes the new alphabet into the metadata and the new width into the output's shape."""
    for entry in model.metadata_props:
        if entry.key == "character":
            entry.value = "\n".join(labels[1:-1])
    model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value = len(labels)
    del model.graph.value_info[:]  # notes about inner shapes, now wrong; the runtime works them out itself


def main(manifest: Path, source: Path, target: Path) -> None:
    labels = alphabet(manifest)
    model = onnx.load(source)
    cut_head(model, columns(model, labels))
    describe(model, labels)
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
