"""The three views together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import forest, neighbours, tails
from .forest import Forest
from .neighbours import Neighbours
from .trees import Trees

UNITS_ROWS = 20000
"""Rows from which mean and deviation of each view are taken: enough for three digits."""
CHUNK = 4096
"""Rows that are scored at once: distances to the whole sample are in memory for each."""


@dataclass(frozen=True)
class Detector:
    """Fitted. `units` is (view, [mean, 1 / deviation]) in the order forest, neighbours, tails."""

    features: int
    forest: Forest
    neighbours: Neighbours
    tails: Trees
    units: np.ndarray

    def score(self, x: np.ndarray) -> np.ndarray:
        """By row; the higher the more unusual."""
        views = _views(self.forest, self.neighbours, self.tails, np.asarray(x, np.float32))
        return ((views - self.units[:, :1]) * self.units[:, 1:]).mean(0)


def fit(x: np.ndarray, seed: int) -> Detector:
    """A detector on the rows of `x`, (n, features). No value may be missing."""
    x = np.ascontiguousarray(x, np.float32)
    if not np.isfinite(x).all():
        raise ValueError("a value is missing or infinite")
    rng = np.random.default_rng(seed)
    cuts, near, far_out = forest.fit(rng, x), neighbours.fit(rng, x), tails.fit(x)
    views = _views(cuts, near, far_out, x[rng.choice(len(x), min(UNITS_ROWS, len(x)), replace=False)])
    deviation = views.std(1, dtype=np.float64)
    units = np.stack([views.mean(1, dtype=np.float64), 1 / np.where(deviation > 0, deviation, 1)], axis=1)
    return Detector(x.shape[1], cuts, near, far_out, units.astype(np.float32))


def _views(cuts: Forest, near: Neighbours, far_out: Trees, x: np.ndarray) -> np.ndarray:
    parts = [x[start : start + CHUNK] for start in range(0, len(x), CHUNK)]
    return np.concatenate([np.stack([cuts.score(part), near.score(part), far_out.sums(part)]) for part in parts], axis=1)
