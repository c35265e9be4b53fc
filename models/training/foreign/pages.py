"""A tiny PyTorch model of pages, exported in five ways that differ from the program's own: the good cases of `page-class`."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxconverter_common.float16 import convert_float_to_float16
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from . import contracts
from .bundle import Bundle, Port, Tensors

LABELS = contracts.CLASSES[::-1]
TABLE, WIDTH, TILES, TILE = 64, 8, (4, 3), 32
WORDS = (12, 1, 75)
"""Words of the golden page and of those that are only checked."""
INPUTS = {"ids": "grams", "form": "shape", "position": "place", "picture": "thumbnail"}
OUTPUTS = {"kind": "class", "begins": "first_page"}
"""Names in the graph, and in the contract."""
EXACT, ROUGH = 0.0005, 0.02
"""Tolerances where all numbers have 32 bits, and where some have 16 or 8."""


class Net(nn.Module):
    """Mean embedding of the n-grams, mean form and position of the words and mean ink of tiles of the picture → classes and first page."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(TABLE, WIDTH)
        self.head = nn.Linear(WIDTH + contracts.SHAPE + contracts.PLACE + TILES[0] * TILES[1], len(LABELS) + 1)

    def forward(self, ids: torch.Tensor, form: torch.Tensor, position: torch.Tensor, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # The fp16 converter leaves a cast to 32 bits as it is.
        there = torch.where(ids > 0, 1.0, 0.0).unsqueeze(-1)
        words = (self.table(ids % TABLE) * there).sum(2) / there.sum(2).clamp(min=1)
        ink = 1 - picture / 255
        tiles = ink.reshape(-1, TILES[0], TILE, TILES[1], TILE).mean((2, 4)).flatten(1)
        out = self.head(torch.cat([words.mean(1), form.mean(1), position.mean(1), tiles], dim=1))
        return torch.softmax(out[:, :-1], dim=1), torch.sigmoid(out[:, -1:])


def cases() -> dict[str, Bundle]:
    """By name. Each is held against the answers of the one float model."""
    net = _net()
    free, fixed = _bundle(net, _export(net, free=True), "batch"), _bundle(net, _export(net, free=False), 1)
    return {
        "torch-renamed": free,
        "torch-fixed-batch": fixed,
        "torch-fp16": _halved(free),
        "torch-int8": replace(free, model=_quantized(free.model), tolerance=ROUGH),
        "torch-metadata": _told_by_graph(free),
    }


def _net() -> Net:
    net, dice = Net(), torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in net.parameters():
            weight.normal_(generator=dice)
    return net.eval()


def _page(words: int) -> Tensors:
    """A made-up page: its picture has few distinct numbers, which keeps the golden file short."""
    dice = np.random.default_rng([7, words])
    ids = dice.integers(1, contracts.BUCKETS, (1, words, contracts.GRAMS))
    ids[np.arange(contracts.GRAMS) >= dice.integers(3, contracts.GRAMS, (1, words, 1))] = 0
    tiles = dice.choice([0, 9, 255], (TILES[0] * 2, TILES[1] * 2), p=[0.5, 0.3, 0.2])
    return {
        "ids": ids.astype(np.int32),
        "form": (dice.random((1, words, contracts.SHAPE)) < 0.3).astype(np.float32),
        "position": dice.random((1, words, contracts.PLACE)).round(2).astype(np.float32),
        "picture": np.kron(tiles, np.ones((TILE // 2, TILE // 2)))[None, None].astype(np.float32),
    }


def _answers(net: Net, page: Tensors) -> Tensors:
    with torch.no_grad():
        return dict(zip(OUTPUTS, (value.numpy() for value in net(*(torch.from_numpy(page[name]) for name in INPUTS)))))


def _export(net: Net, free: bool) -> bytes:
    """The graph, with a free batch or one that is always a single page."""
    batch = {0: "batch"} if free else {}
    axes = {name: batch | ({1: "words"} if name != "picture" else {}) for name in INPUTS} | {name: batch for name in OUTPUTS}
    page, file = _page(WORDS[0]), io.BytesIO()
    inputs = tuple(torch.from_numpy(page[name]) for name in INPUTS)
    torch.onnx.export(net, inputs, file, input_names=list(INPUTS), output_names=list(OUTPUTS), dynamic_axes=axes, opset_version=17, dynamo=False)
    return file.getvalue()


def _bundle(net: Net, model: bytes, batch: int | str) -> Bundle:
    shapes = {"ids": ("words", contracts.GRAMS), "form": ("words", contracts.SHAPE), "position": ("words", contracts.PLACE), "picture": (1, *contracts.PICTURE)}
    inputs = tuple(Port(name, "i32" if name == "ids" else "f32", (batch, *shapes[name]), means) for name, means in INPUTS.items())
    outputs = Port("kind", "f32", (batch, len(LABELS)), "class", labels=LABELS), Port("begins", "f32", (batch, 1), "first_page")
    (given, expected), *others = ((page, _answers(net, page)) for page in map(_page, WORDS))
    return Bundle("page-class", model, inputs, outputs, contracts.PAGE_CLASS, given, expected, EXACT, tuple(others))


def _halved(made: Bundle) -> Bundle:
    """All floats of 16 bits, those that go in and come out too."""
    model = convert_float_to_float16(onnx.load_from_string(made.model), keep_io_types=False)
    inputs, outputs = (tuple(replace(port, dtype=port.dtype.replace("f32", "f16")) for port in side) for side in (made.inputs, made.outputs))
    others = tuple((_half(given), expected) for given, expected in made.others)
    return replace(made, model=model.SerializeToString(), inputs=inputs, outputs=outputs, given=_half(made.given), tolerance=ROUGH, others=others)


def _half(tensors: Tensors) -> Tensors:
    return {name: value.astype(np.float16) if value.dtype == np.float32 else value for name, value in tensors.items()}


def _quantized(model: bytes) -> bytes:
    """Weights of 8 bits; what they meet is brought to 8 bits at run time."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "int8.onnx"
        quantize_dynamic(onnx.load_from_string(model), target, weight_type=QuantType.QInt8)
        return target.read_bytes()


def _told_by_graph(made: Bundle) -> Bundle:
    """The same with ports and constants left to the graph."""
    model = onnx.load_from_string(made.model)
    onnx.helper.set_model_props(model, {f"countersign.{key}": value for key, value in _metadata(made)})
    return replace(made, model=model.SerializeToString(), inputs=(), outputs=(), constants={})


def _metadata(made: Bundle) -> Iterator[tuple[str, str]]:
    """What the manifest would have said, as TOML values by dotted keys."""
    for section, constants in made.constants.items():
        yield from ((f"{section}.{key}", str(value)) for key, value in constants.items())
    for port in (*made.inputs, *made.outputs):
        yield f"is.{port.name}", json.dumps(port.means)
        if port.labels:
            yield f"labels.{port.name}", json.dumps(port.labels)
