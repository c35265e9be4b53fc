"""A scikit-learn model of charges, as its exporter writes it: the good cases of `charges`."""

from __future__ import annotations

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from . import contracts
from .bundle import Bundle, Port, Tensors

FIXED = 16
LEARNED = 400
TOLERANCE = 0.0005
HEADS = ("anomalous", "disputed")
"""Columns of the probabilities."""


def cases() -> dict[str, Bundle]:
    """By name."""
    model = _model()
    return {"sklearn-charges": _bundle(model, None, 8), "sklearn-charges-fixed": _bundle(model, FIXED, FIXED)}


def _rows(seed: int, count: int) -> np.ndarray:
    """Made-up features; only the first eight vary much, which keeps golden files short."""
    dice = np.random.default_rng([11, seed])
    rows = (dice.random((count, contracts.FEATURES)) < 0.2).astype(np.float32)
    rows[:, :8] = dice.normal(0, 1.5, (count, 8)).round(2)
    return rows


def _model() -> OneVsRestClassifier:
    """Two classifiers in one, since a line may be both, one or neither."""
    rows = _rows(0, LEARNED)
    truth = np.stack([rows[:, 0] + rows[:, 1] > 1, rows[:, 2] - rows[:, 3] > 0.5], axis=1).astype(int)
    return OneVsRestClassifier(LogisticRegression()).fit(rows, truth)


def _bundle(model: OneVsRestClassifier, batch: int | None, lines: int) -> Bundle:
    kind = FloatTensorType([batch, contracts.FEATURES])
    graph = convert_sklearn(model, "charges", initial_types=[("X", kind)], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3})
    rows = batch or "lines"
    inputs = (Port("X", "f32", (rows, contracts.FEATURES), "features"),)
    outputs = tuple(Port("probabilities", "f32", (rows, len(HEADS)), head, column) for column, head in enumerate(HEADS))
    (given, expected), *others = (_answered(model, _rows(seed, count)) for seed, count in ((1, lines), (2, lines), (3, batch or 50)))
    return Bundle("charges", graph.SerializeToString(), inputs, outputs, contracts.CHARGES, given, expected, TOLERANCE, tuple(others))


def _answered(model: OneVsRestClassifier, rows: np.ndarray) -> tuple[Tensors, Tensors]:
    return {"X": rows}, {"probabilities": model.predict_proba(rows)}
