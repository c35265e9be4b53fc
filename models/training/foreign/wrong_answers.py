"""Bad cases whose graph can be run, but which break their task's contract, or whose files are not what the manifest says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx

from . import contracts, plain
from .bundle import Bundle, Tensors, run
from .plain import node

PAGE_LIMIT, LINES_LIMIT = 50, plain.LINES
"""Words of a page and lines of a bill up to which the `unseen` cases are right."""
UNKNOWN = "invoice_of_doom"
OFF = 0.3


def cases() -> dict[str, Bundle]:
    """By name."""
    return _no_numbers() | _sizes() | _manifests() | _files()


def _no_numbers() -> dict[str, Bundle]:
    charges, pages = plain.charges(), plain.page_class()
    halves = charges.expected | {"anomalous": np.full(plain.LINES, 0.5)}
    return {
        "bad-nan": replace(charges, model=_undefined().SerializeToString(), expected=halves),
        "bad-nan-unseen": replace(pages, model=_undefined_beyond(PAGE_LIMIT, pages.task)),
        "bad-nan-unseen-charges": replace(charges, model=_undefined_beyond(LINES_LIMIT, charges.task)),
        "bad-late-nan": replace(pages, model=_undefined_between(61, 1000)),
    }


def _undefined() -> onnx.ModelProto:
    """Nought by nought."""
    return plain.charges_graph([node("Sub", ["score", "score"], ["nought"]), node("Div", ["nought", "nought"], ["anomalous"])])


def _undefined_between(low: int, high: int) -> bytes:
    """Right on every page that the check tries (1, 60 and 1,024 words), undefined on common ones: such a model passes, and fails at work."""
    last = [
        node("Shape", ["shape"], ["sizes"], end=1),
        node("Cast", ["sizes"], ["count"], to=onnx.TensorProto.FLOAT),
        node("Sub", ["low", "count"], ["below"]),
        node("Sub", ["high", "count"], ["above"]),
        node("Mul", ["below", "above"], ["left"]),
        node("Sqrt", ["left"], ["root"]),
        node("Mul", ["root", "none"], ["nothing"]),
        node("Add", ["chances", "nothing"], ["class"]),
    ]
    limits = {"low": np.float32(low), "high": np.float32(high), "none": np.float32(0)}
    return plain.pages_graph(last, limits).SerializeToString()


def _undefined_beyond(limit: int, task: str) -> bytes:
    """Adds nothing times the root of what is left to the limit."""
    graph, rows, right, wrong = {
        "charges": (plain.charges_graph, "features", "score", "anomalous"),
        "page-class": (plain.pages_graph, "shape", "chances", "class"),
    }[task]
    last = [
        node("Shape", [rows], ["sizes"], end=1),
        node("Cast", ["sizes"], ["count"], to=onnx.TensorProto.FLOAT),
        node("Sub", ["limit", "count"], ["left"]),
        node("Sqrt", ["left"], ["root"]),
        node("Mul", ["root", "none"], ["nothing"]),
        node("Add", [right, "nothing"], [wrong]),
    ]
    return graph(last, {"limit": np.float32(limit), "none": np.float32(0)}).SerializeToString()


def _sizes() -> dict[str, Bundle]:
    """The manifest promises as many entries as there are classes, and so do the golden files."""
    right, count = plain.page_class(), len(contracts.CLASSES)
    few, many = plain.pages_graph(entries=count - 1, says=count - 1), _too_many(count + 1)
    return {"bad-shape": replace(right, model=few.SerializeToString()), "bad-shape-dynamic": replace(right, model=many.SerializeToString())}


def _too_many(entries: int) -> onnx.ModelProto:
    """Their number is reckoned from the input, so that it is known to nobody before the graph has run."""
    last = [
        node("Shape", ["shape"], ["sizes"], end=1),
        node("Mul", ["sizes", "none"], ["nothing"]),
        node("Add", ["nothing", "entries"], ["end"]),
        node("Slice", ["chances", "none", "end"], ["class"]),
    ]
    return plain.pages_graph(last, {"none": np.array([0]), "entries": np.array([entries])}, entries, says="classes")


def _manifests() -> dict[str, Bundle]:
    charges, pages = plain.charges(), plain.page_class()
    classes, first = pages.outputs
    alone = plain.pages_graph(begins=False).SerializeToString()
    schema = {"preprocessing": {**charges.constants["preprocessing"], "feature_schema": 7}}
    unsigned = {section: constants for section, constants in pages.constants.items() if section != "calibration"}
    return {
        "bad-label": replace(pages, outputs=(replace(classes, labels=(*classes.labels[:-1], UNKNOWN)), first)),
        "bad-missing-output": replace(pages, model=alone, outputs=(classes,), expected=run(alone, pages.given)),
        "bad-schema": replace(charges, constants={**charges.constants, **schema}),
        "bad-sign": replace(pages, constants=unsigned),
    }


def _files() -> dict[str, Bundle]:
    right = plain.charges()
    return {
        "bad-golden": replace(right, expected=_moved(right.expected)),
        "bad-hash": replace(right, sha256="0" * 64),
        "bad-escape": replace(right, file="../model.onnx"),
    }


def _moved(expected: Tensors) -> Tensors:
    """One number is off, but still a chance."""
    moved = {name: value.copy() for name, value in expected.items()}
    first = moved["disputed"][:1]
    first += OFF if first < 0.5 else -OFF
    return moved
