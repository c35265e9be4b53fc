"""Isolation forest: how few random cuts set a row apart from a small sample (Liu, Ting and Zhou 2008)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .trees import Trees

TREES, SAMPLE = 300, 256
"""The paper's sample; three times its trees, since the figures of two forests of 100 still differ in the second digit."""
EULER = 0.5772156649


def usual_depth(rows: np.ndarray | float) -> np.ndarray:
    """Mean number of cuts that set one of `rows` rows apart."""
    count = np.maximum(np.asarray(rows, dtype=float), 2.0)
    depth = 2 * (np.log(np.maximum(count - 1, 1)) + EULER) - 2 * (count - 1) / count
    return np.where(np.asarray(rows) <= 1, 0.0, np.where(np.asarray(rows) == 2, 1.0, depth))


@dataclass(frozen=True)
class Forest:
    """Trees whose leaves hold depth by number of trees, so that their sum is the mean depth."""

    trees: Trees
    scale: float
    """The score is exp(scale · depth): 0.5 at the usual depth, towards 1 for rows that are soon apart."""

    def score(self, x: np.ndarray) -> np.ndarray:
        """By row of `x`, float32."""
        return np.exp(np.float32(self.scale) * self.trees.sums(x))


def fit(rng: np.random.Generator, x: np.ndarray) -> Forest:
    """A forest on `x`, (rows, features) float32."""
    size = min(SAMPLE, len(x))
    most = int(np.ceil(np.log2(max(size, 2))))
    trees = Trees()
    for _ in range(TREES):
        _grow(rng, x[rng.choice(len(x), size, replace=False)], most, trees)
    return Forest(trees.packed(), float(-np.log(2) / usual_depth(max(size, 2))))


def _grow(rng: np.random.Generator, sample: np.ndarray, most: int, trees: Trees) -> None:
    trees.begin()
    waiting = [(trees.node(), sample, 0)]
    while waiting:
        node, rows, depth = waiting.pop()
        cut = _cut(rng, rows) if depth < most and len(rows) > 1 else None
        if cut is None:
            trees.leaf(node, (depth + float(usual_depth(len(rows)))) / TREES)
            continue
        feature, threshold = cut
        below = rows[:, feature] <= threshold
        first, second = trees.node(), trees.node()
        trees.branch(node, feature, threshold, first, second)
        waiting += [(first, rows[below], depth + 1), (second, rows[~below], depth + 1)]


def _cut(rng: np.random.Generator, rows: np.ndarray) -> tuple[int, np.float32] | None:
    """A random value of a random feature that tells these rows apart; `None` where all are alike."""
    least, most = rows.min(0), rows.max(0)
    varied = np.flatnonzero(most > least)
    if not len(varied):
        return None
    feature = int(rng.choice(varied))
    threshold = np.float32(rng.uniform(least[feature], most[feature]))
    # Rounding may reach the greatest value, which would leave one side empty.
    return feature, threshold if threshold < most[feature] else least[feature]
