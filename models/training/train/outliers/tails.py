"""Tails: how rare a value as low or as high is, summed over the features (after Li et al. 2022, ECOD), as steps between quantiles."""

from __future__ import annotations

import numpy as np

from .trees import Trees

EVEN_STEPS = 32
"""Steps in the middle. Beyond, each step holds half as many rows as the one before it, down to a single row."""


def fit(x: np.ndarray) -> Trees:
    """One tree a feature; its leaves hold −log of the smaller tail, averaged over the rows of the step."""
    trees = Trees()
    for feature in range(x.shape[1]):
        values = np.sort(x[:, feature])
        knots = _knots(values)
        steps = np.searchsorted(knots, values, side="left")
        rarity = _rarity(values)
        heights = np.bincount(steps, rarity, len(knots) + 1) / np.maximum(np.bincount(steps, minlength=len(knots) + 1), 1)
        # Above the greatest value nothing was seen; it is no less rare.
        heights[-1] = max(heights[-1], rarity[-1])
        trees.begin()
        _grow(trees, trees.node(), feature, knots, heights)
    return trees.packed()


def _rarity(values: np.ndarray) -> np.ndarray:
    """−log of the share of sorted `values` that are at most, or at least, as great: of the smaller share."""
    count = len(values)
    at_most = np.searchsorted(values, values, side="right") / count
    at_least = 1 - np.searchsorted(values, values, side="left") / count
    return -np.log(np.minimum(at_most, at_least))


def _knots(values: np.ndarray) -> np.ndarray:
    """Distinct values between which the steps lie; the greatest is none, nothing lies above it."""
    count = len(values)
    halvings = 0.5 ** np.arange(5, int(np.log2(max(count, 64))) + 1)
    shares = np.concatenate([halvings, np.arange(1, EVEN_STEPS) / EVEN_STEPS, 1 - halvings])
    knots = np.unique(values[np.clip(np.ceil(shares * count).astype(int) - 1, 0, count - 1)])
    return knots[knots < values[-1]]


def _grow(trees: Trees, node: int, feature: int, knots: np.ndarray, heights: np.ndarray) -> None:
    """A balanced tree over the knots."""
    if not len(knots):
        trees.leaf(node, float(heights[0]))
        return
    middle = len(knots) // 2
    first, second = trees.node(), trees.node()
    trees.branch(node, feature, float(knots[middle]), first, second)
    _grow(trees, first, feature, knots[:middle], heights[: middle + 1])
    _grow(trees, second, feature, knots[middle + 1 :], heights[middle + 1 :])
