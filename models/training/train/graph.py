"""An ONNX graph as a PyTorch module: its weights learn, and go back into the graph that they came from.

What a third party trained comes as a graph of plain operators; this runs those that the text models hold. Answers differ from ONNX
Runtime's by less than 1e-5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper
from torch import Tensor, nn


@dataclass
class _Node:
    kind: str
    inputs: list[str]
    output: str
    attributes: dict[str, Any]


class Graph(nn.Module):
    """The graph in a file. `weights` are its floating-point initialisers, in single precision; the statistics of batch normalisation stay
    as they are."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._model = _widened(onnx.load(path))
        self._input = self._model.graph.input[0].name
        self._nodes = _with_gelu([_Node(node.op_type, list(node.input), node.output[0], {a.name: helper.get_attribute_value(a) for a in node.attribute}) for node in self._model.graph.node])
        self._constants: dict[str, Tensor] = {}
        self.weights = nn.ParameterDict()
        statistics = {name for node in self._nodes if node.kind == "BatchNormalization" for name in node.inputs[3:]}
        for tensor in self._model.graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            if value.is_floating_point() and value.numel() > 1 and tensor.name not in statistics:
                self.weights[_key(tensor.name)] = nn.Parameter(value)
            else:
                self._constants[tensor.name] = value
        self._last = {name: index for index, node in enumerate(self._nodes) for name in node.inputs}

    def forward(self, x: Tensor) -> Tensor:
        """The graph's answer; if that is a softmax, what goes into it."""
        known = {self._input: x}
        nodes = self._nodes[:-1] if self._nodes[-1].kind == "Softmax" else self._nodes
        for index, node in enumerate(nodes):
            known[node.output] = _OPERATORS[node.kind]([self._value(known, name) for name in node.inputs], node.attributes)
            for name in node.inputs:
                if self._last[name] == index:
                    known.pop(name, None)
        return known[nodes[-1].output]

    def _value(self, known: dict[str, Tensor], name: str) -> Tensor | None:
        if not name:
            return None
        if name in known:
            return known[name]
        return self._constants[name] if name in self._constants else self.weights[_key(name)]

    def save(self, path: Path) -> None:
        """Writes the graph with the weights as they are now."""
        for tensor in self._model.graph.initializer:
            if _key(tensor.name) in self.weights:
                tensor.CopyFrom(numpy_helper.from_array(self.weights[_key(tensor.name)].detach().numpy(), tensor.name))
        onnx.save(self._model, path)


def _widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its weights in single precision where `text_bundle.halved` stored them in half."""
    halves = {tensor.name: tensor for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16}
    for node in [node for node in model.graph.node if node.op_type == "Cast" and node.input[0] in halves]:
        tensor = halves[node.input[0]]
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), node.output[0]))
        model.graph.node.remove(node)
    return model


def _key(name: str) -> str:
    """A name as PyTorch allows it."""
    return name.replace(".", "/")


def _with_gelu(nodes: list[_Node]) -> list[_Node]:
    """The five operators of x / √2 → erf → + 1 → · x → / 2 become one, which is many times as fast."""
    merged: list[_Node] = []
    index = 0
    while index < len(nodes):
        kinds = [node.kind for node in nodes[index : index + 5]]
        if kinds == ["Div", "Erf", "Add", "Mul", "Mul"]:
            merged.append(_Node("Gelu", nodes[index].inputs[:1], nodes[index + 4].output, {}))
            index += 5
        else:
            merged.append(nodes[index])
            index += 1
    return merged


def _padding(x: Tensor, kernel: Sequence[int], attributes: dict[str, Any]) -> list[int]:
    """Padding as `torch.nn.functional.pad` takes it: left, right, top, bottom."""
    if attributes.get("auto_pad") != b"SAME_UPPER":
        top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
        return [left, right, top, bottom]
    padding = []
    for size, reach, step in zip(reversed(x.shape[2:]), reversed(list(kernel)), reversed(attributes.get("strides", [1, 1]))):
        total = max((-(-size // step) - 1) * step + reach - size, 0)
        padding += [total // 2, total - total // 2]
    return padding


def _conv(inputs: list[Any], attributes: dict[str, Any]) -> Tensor:
    x, weight, bias = [*inputs, None][:3]
    left, right, top, bottom = _padding(x, weight.shape[2:], attributes)
    if (left, top) != (right, bottom):
        x, left, top = F.pad(x, [left, right, top, bottom]), 0, 0
    return F.conv2d(x, weight, bias, attributes.get("strides", [1, 1]), (top, left), attributes.get("dilations", [1, 1]), attributes.get("group", 1))


def _max_pool(inputs: list[Any], attributes: dict[str, Any]) -> Tensor:
    kernel = attributes["kernel_shape"]
    padded = F.pad(inputs[0], _padding(inputs[0], kernel, attributes), value=float("-inf"))
    return F.max_pool2d(padded, kernel, attributes.get("strides", [1, 1]), ceil_mode=bool(attributes.get("ceil_mode", 0)))


def _average_pool(inputs: list[Any], attributes: dict[str, Any]) -> Tensor:
    if any(attributes.get("pads", [])):
        raise NotImplementedError("average pooling with padding")
    return F.avg_pool2d(inputs[0], attributes["kernel_shape"], attributes.get("strides", [1, 1]), ceil_mode=bool(attributes.get("ceil_mode", 0)))


def _slice(inputs: list[Any], _attributes: dict[str, Any]) -> Tensor:
    x, starts, ends, *axes = inputs
    chosen = [slice(None)] * x.dim()
    for axis, start, end in zip(axes[0].tolist() if axes else range(x.dim()), starts.tolist(), ends.tolist()):
        chosen[axis] = slice(start, min(end, x.shape[axis]))
    return x[tuple(chosen)]


def _reshape(inputs: list[Any], _attributes: dict[str, Any]) -> Tensor:
    x, shape = inputs
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())])


def _squeeze(inputs: list[Any], attributes: dict[str, Any]) -> Tensor:
    return inputs[0].squeeze(tuple(attributes["axes"]))


def _unsqueeze(inputs: list[Any], attributes: dict[str, Any]) -> Tensor:
    x = inputs[0]
    for axis in sorted(attributes["axes"]):
        x = x.unsqueeze(axis)
    return x


_OPERATORS: dict[str, Callable[[list[Any], dict[str, Any]], Tensor]] = {
    "Add": lambda v, _: v[0] + v[1],
    "AveragePool": _average_pool,
    "BatchNormalization": lambda v, a: F.batch_norm(v[0], v[3], v[4], v[1], v[2], eps=a.get("epsilon", 1e-5)),
    "Concat": lambda v, a: torch.cat([t if t.is_floating_point() else t.long() for t in v], a["axis"]),
    "Conv": _conv,
    "Div": lambda v, _: v[0] / v[1],
    "Gelu": lambda v, _: F.gelu(v[0]),
    "HardSigmoid": lambda v, a: torch.clamp(v[0] * a.get("alpha", 0.2) + a.get("beta", 0.5), 0, 1),
    "Identity": lambda v, _: v[0],
    "MatMul": lambda v, _: v[0] @ v[1],
    "MaxPool": _max_pool,
    "Mul": lambda v, _: v[0] * v[1],
    "Pow": lambda v, _: v[0] ** v[1],
    "ReduceMean": lambda v, a: v[0].mean(tuple(a["axes"]), keepdim=bool(a.get("keepdims", 1))),
    "Relu": lambda v, _: F.relu(v[0]),
    "Reshape": _reshape,
    "Shape": lambda v, _: torch.tensor(v[0].shape),
    "Sigmoid": lambda v, _: torch.sigmoid(v[0]),
    "Slice": _slice,
    "Softmax": lambda v, a: torch.softmax(v[0], a["axis"]),
    "Sqrt": lambda v, _: v[0].sqrt(),
    "Squeeze": _squeeze,
    "Sub": lambda v, _: v[0] - v[1],
    "Transpose": lambda v, a: v[0].permute(*a["perm"]),
    "Unsqueeze": _unsqueeze,
}
