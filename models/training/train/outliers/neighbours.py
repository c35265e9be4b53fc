"""Neighbours: mean distance to the nearest rows of a sample (Ramaswamy et al. 2000; that a sample serves: Sugiyama and Borgwardt 2013)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE, NEAREST = 1024, 11
"""Rows to compare with, and how many of them count: ten, and the row itself where it is in the sample."""


@dataclass(frozen=True)
class Neighbours:
    """float32; a feature's spread is 1 after `(x − centre) · shrink`."""

    centre: np.ndarray
    shrink: np.ndarray
    sample: np.ndarray
    """(rows, features), shrunk."""
    nearest: int

    def score(self, x: np.ndarray) -> np.ndarray:
        """By row of `x`, float32."""
        scaled = (x - self.centre) * self.shrink
        squared = (scaled**2).sum(1, keepdims=True) - 2 * (scaled @ self.sample.T) + (self.sample**2).sum(1)
        closest = np.partition(np.maximum(squared, 0), self.nearest - 1, axis=1)[:, : self.nearest]
        return np.sqrt(closest).mean(1)


def fit(rng: np.random.Generator, x: np.ndarray) -> Neighbours:
    """A sample of `x`, (rows, features) float32."""
    centre, spread = x.mean(0, dtype=np.float64), x.std(0, dtype=np.float64)
    shrink = 1 / np.where(spread > 0, spread, 1)
    sample = (x[rng.choice(len(x), min(SAMPLE, len(x)), replace=False)] - centre) * shrink
    return Neighbours(centre.astype(np.float32), shrink.astype(np.float32), sample.astype(np.float32), min(NEAREST, len(sample)))
