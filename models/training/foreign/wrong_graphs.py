"""Bad cases whose graph must not be loaded, or not be waited for: each would give the right answer if it were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from . import plain
from .bundle import Bundle
from .plain import node

OUTSIDE = "outside.bin"
"""Lies beside the cases, and holds the weights that `bad-external-data` asks for."""
TRIPS = 2**62
DEEP = 300
FLOATS = 2**36
NO_OPSET = 99
SIDE, PRODUCTS = 2048, 1500
"""Of the matrices that are multiplied, and how often: 17 GFLOP each, four minutes in all on a core that does 100 a second."""


def cases() -> dict[str, Bundle]:
    """By name."""
    graphs = {
        "bad-custom-operator": plain.charges_graph([node("Telephone", ["score"], ["anomalous"], domain="evil.example")], opsets=plain.OPSETS | {"evil.example": 1}),
        "bad-unknown-operator": plain.charges_graph([node("Unheard", ["score"], ["anomalous"])]),
        "bad-external-data": _with_weights_at(f"../../../{OUTSIDE}"),
        "bad-external-absolute": _with_weights_at("/etc/passwd"),
        "bad-loop": _loop(),
        "bad-memory": _memory(),
        "bad-slow": _slow(),
        "bad-opset": plain.charges_graph(opsets={"": NO_OPSET}),
    }
    right = plain.charges()
    made = {case: replace(right, model=graph.SerializeToString()) for case, graph in graphs.items()}
    half = right.model[: len(right.model) // 2]
    return made | {"bad-nested-if": replace(right, model=_nested()), "bad-truncated": replace(right, model=half)}


def write_outside(folder: Path) -> None:
    """Writes the file outside of all bundles, so that who follows the path finds it."""
    (folder / OUTSIDE).write_bytes(_weights(plain.charges_graph()).raw_data)


def _weights(model: onnx.ModelProto) -> TensorProto:
    return next(tensor for tensor in model.graph.initializer if tensor.name == "weights")


def _with_weights_at(place: str) -> onnx.ModelProto:
    model = plain.charges_graph()
    weights = _weights(model)
    size = len(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in {"location": place, "offset": "0", "length": str(size)}.items():
        weights.external_data.add(key=key, value=value)
    return model


def _loop() -> onnx.ModelProto:
    """Takes the absolute value of the score, over and over."""
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["lines"]) for name in ("before", "after")]
    goes = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("goes", "goes_on")]
    trip = helper.make_tensor_value_info("trip", TensorProto.INT64, [])
    turn = [node("Identity", ["goes"], ["goes_on"]), node("Abs", ["before"], ["after"])]
    body = helper.make_graph(turn, "turn", [trip, goes[0], value[0]], [goes[1], value[1]])
    return plain.charges_graph([node("Loop", ["trips", "", "score"], ["anomalous"], body=body)], {"trips": np.int64(TRIPS)})


def _memory() -> onnx.ModelProto:
    """Adds the sum of 2^36 noughts."""
    nought = helper.make_tensor("value", TensorProto.FLOAT, [1], [0.0])
    last = [
        node("ConstantOfShape", ["size"], ["noughts"], value=nought),
        node("ReduceSum", ["noughts"], ["nothing"], keepdims=0),
        node("Add", ["score", "nothing"], ["anomalous"]),
    ]
    return plain.charges_graph(last, {"size": np.array([FLOATS])})


def _slow() -> onnx.ModelProto:
    """Multiplies a matrix of equal entries by itself, which leaves it as it is, and adds nothing of the last product. The entries come by
    way of the input, so that no optimizer can reckon ahead."""
    last = [
        node("ReduceSum", ["score"], ["total"], keepdims=0),
        node("Mul", ["total", "none"], ["nothing"]),
        node("Add", ["nothing", "entry"], ["every"]),
        node("Expand", ["every", "square"], ["p0"]),
        *(node("MatMul", [f"p{done}", "p0"], [f"p{done + 1}"]) for done in range(PRODUCTS)),
        node("ReduceMax", [f"p{PRODUCTS}"], ["product"], keepdims=0),
        node("Mul", ["product", "none"], ["still_nothing"]),
        node("Add", ["score", "still_nothing"], ["anomalous"]),
    ]
    return plain.charges_graph(last, {"none": np.float32(0), "entry": np.float32(1 / SIDE), "square": np.array([SIDE, SIDE])})


def _nested() -> bytes:
    """`If`s in `If`s. Written as bytes, since protobuf's own writer stops at a hundred messages in each other."""
    model = plain.charges_graph(
        [node("ReduceSum", ["score"], ["total"], keepdims=0), node("GreaterOrEqual", ["total", "none"], ["is_right"])],
        {"none": np.float32(0)},
    )
    inner = _branch(node("Identity", ["score"], ["anomalous"]).SerializeToString())
    other = _attribute("else_branch", inner)
    for _ in range(DEEP - 1):
        inner = _branch(_if(_attribute("then_branch", inner) + other))
    graph = model.graph.SerializeToString() + _field(onnx.GraphProto, "node", _if(_attribute("then_branch", inner) + other))
    model.ClearField("graph")
    return model.SerializeToString() + _field(onnx.ModelProto, "graph", graph)


def _if(attributes: bytes) -> bytes:
    return node("If", ["is_right"], ["anomalous"]).SerializeToString() + attributes


def _attribute(name: str, graph: bytes) -> bytes:
    """As a field of its node."""
    named = onnx.AttributeProto(name=name, type=onnx.AttributeProto.GRAPH).SerializeToString()
    return _field(onnx.NodeProto, "attribute", named + _field(onnx.AttributeProto, "g", graph))


def _branch(only: bytes) -> bytes:
    """A graph of one node that gives `anomalous`."""
    output = helper.make_tensor_value_info("anomalous", TensorProto.FLOAT, ["lines"])
    return onnx.GraphProto(name="branch", output=[output]).SerializeToString() + _field(onnx.GraphProto, "node", only)


def _field(message: type, name: str, content: bytes) -> bytes:
    """A field of a message in protobuf's wire format: tag, length, content."""
    return _varint(message.DESCRIPTOR.fields_by_name[name].number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, with the highest bit where more follow."""
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])
