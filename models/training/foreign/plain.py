"""The smallest right graphs of both tasks, made by hand: what the bad cases are right in but for one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from . import contracts
from .bundle import Bundle, Port, run

OPSETS = {"": 17}
TOLERANCE = 0.002
LINES, WORDS = 5, 20
"""Of the golden inputs."""
node = helper.make_node

Constants = Mapping[str, Any]
"""Arrays and numbers by name."""
NONE: Constants = {}
SAME_SCORE, SAME_CHANCES = (node("Identity", ["score"], ["anomalous"]),), (node("Identity", ["chances"], ["class"]),)


def charges_graph(last: Sequence[onnx.NodeProto] = SAME_SCORE, constants: Constants = NONE, opsets: Mapping[str, int] = OPSETS) -> onnx.ModelProto:
    """`features` → `anomalous` and `disputed`. The `last` nodes make `anomalous` of `score`, and may use the constants that come with them."""
    dice = np.random.default_rng(21)
    own = {"weights": dice.normal(0, 0.8, (contracts.FEATURES, 2)).astype(np.float32), "first": np.int64(0), "second": np.int64(1)}
    nodes = [
        node("MatMul", ["features", "weights"], ["logits"]),
        node("Sigmoid", ["logits"], ["chances"]),
        node("Gather", ["chances", "first"], ["score"], axis=1),
        node("Gather", ["chances", "second"], ["disputed"], axis=1),
        *last,
    ]
    ports = {"features": ["lines", contracts.FEATURES]}, {"anomalous": ["lines"], "disputed": ["lines"]}
    return _model("charges", nodes, *ports, {**own, **constants}, opsets)


def pages_graph(
    last: Sequence[onnx.NodeProto] = SAME_CHANCES,
    constants: Constants = NONE,
    entries: int = len(contracts.CLASSES),
    says: int | str = len(contracts.CLASSES),
    begins: bool = True,
) -> onnx.ModelProto:
    """`shape` → `class`, of so many entries, and `first_page`, unless nothing `begins`. The graph `says` what size `class` has; the `last`
    nodes make it of `chances`. Words' n-grams and places and the picture are not looked at."""
    dice = np.random.default_rng(22)
    sizes = {"by_class": entries} | ({"by_first": 1} if begins else {})
    own = {name: dice.normal(0, 5, (contracts.SHAPE, size)).astype(np.float32) for name, size in sizes.items()}
    nodes = [
        node("ReduceMean", ["shape"], ["mean"], axes=[0], keepdims=0),
        node("MatMul", ["mean", "by_class"], ["logits"]),
        node("Softmax", ["logits"], ["chances"], axis=0),
        *last,
    ]
    outputs: dict[str, list[int | str]] = {"class": [says]}
    if begins:
        nodes += [node("MatMul", ["mean", "by_first"], ["logit"]), node("Sigmoid", ["logit"], ["first_page"])]
        outputs["first_page"] = [1]
    return _model("page-class", nodes, {"shape": ["words", contracts.SHAPE]}, outputs, {**own, **constants}, OPSETS)


def _model(name: str, nodes: list[onnx.NodeProto], inputs: dict, outputs: dict, constants: Constants, opsets: Mapping[str, int]) -> onnx.ModelProto:
    """A graph of floats."""
    ports = [[helper.make_tensor_value_info(port, TensorProto.FLOAT, shape) for port, shape in side.items()] for side in (inputs, outputs)]
    weights = [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()]
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(helper.make_graph(nodes, name, *ports, weights), opset_imports=imports, ir_version=8, producer_name="foreign")


def cases() -> dict[str, Bundle]:
    """The right bundles by name: where they are refused, a bad case proves nothing."""
    return {"plain-charges": charges(), "plain-page-class": page_class()}


def charges() -> Bundle:
    """The right bundle of `charges`."""
    dice = np.random.default_rng(23)
    given = {"features": dice.normal(0, 0.4, (LINES, contracts.FEATURES)).round(1).astype(np.float32)}
    inputs = (Port("features", "f32", ("lines", contracts.FEATURES)),)
    outputs = Port("anomalous", "f32", ("lines",)), Port("disputed", "f32", ("lines",))
    model = charges_graph().SerializeToString()
    return Bundle("charges", model, inputs, outputs, contracts.CHARGES, given, run(model, given), TOLERANCE)


def page_class() -> Bundle:
    """The right bundle of `page-class`."""
    dice = np.random.default_rng(24)
    given = {"shape": (dice.random((WORDS, contracts.SHAPE)) < 0.3).astype(np.float32)}
    inputs = (Port("shape", "f32", ("words", contracts.SHAPE)),)
    outputs = Port("class", "f32", (len(contracts.CLASSES),), labels=contracts.CLASSES), Port("first_page", "f32", (1,))
    model = pages_graph().SerializeToString()
    return Bundle("page-class", model, inputs, outputs, contracts.PAGE_CLASS, given, run(model, given), TOLERANCE)
