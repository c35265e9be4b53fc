"""Binary trees as flat arrays: what both the forest and the tails are made of, and what ONNX takes them as."""

from __future__ import annotations

from typing import Any

import numpy as np


class Trees:
    """Grown node by node, then packed. A row goes to the first child where its value is at most the threshold, as float32."""

    def __init__(self) -> None:
        self._roots: list[int] = []
        self._rows: list[tuple[int, float, int, int, float]] = []
        self.feature = self.first = self.second = np.zeros(0, np.int64)
        self.threshold = self.value = np.zeros(0, np.float32)

    def begin(self) -> None:
        """The next node is the root of a new tree."""
        self._roots.append(len(self._rows))

    def node(self) -> int:
        """A new node, a leaf of value 0 as yet."""
        self._rows.append((0, 0.0, -1, -1, 0.0))
        return len(self._rows) - 1

    def branch(self, node: int, feature: int, threshold: float, first: int, second: int) -> None:
        """Makes `node` a branch."""
        self._rows[node] = (feature, threshold, first, second, 0.0)

    def leaf(self, node: int, value: float) -> None:
        """Gives a leaf its value."""
        self._rows[node] = (0, 0.0, -1, -1, value)

    def packed(self) -> Trees:
        """Itself, ready to be asked."""
        feature, threshold, first, second, value = zip(*self._rows)
        self.feature, self.first, self.second = (np.array(column, np.int64) for column in (feature, first, second))
        self.threshold, self.value = np.array(threshold, np.float32), np.array(value, np.float32)
        return self

    def sums(self, x: np.ndarray) -> np.ndarray:
        """Sum over all trees of the leaf that each row of `x` (float32) falls into."""
        total, rows = np.zeros(len(x), np.float64), np.arange(len(x))
        for root in self._roots:
            at = np.full(len(x), root)
            while (moves := self.first[at] >= 0).any():
                below = x[rows, self.feature[at]] <= self.threshold[at]
                at = np.where(moves, np.where(below, self.first[at], self.second[at]), at)
            total += self.value[at]
        return total.astype(np.float32)

    def attributes(self) -> dict[str, Any]:
        """Attributes of ONNX's `TreeEnsembleRegressor`."""
        ends = [*self._roots[1:], len(self.feature)]
        tree = np.repeat(np.arange(len(self._roots)), np.array(ends) - np.array(self._roots))
        number = np.arange(len(tree)) - np.array(self._roots)[tree]
        is_leaf = self.first < 0
        start = np.array(self._roots)[tree]
        leaves = np.flatnonzero(is_leaf)
        return {
            "nodes_treeids": tree.tolist(), "nodes_nodeids": number.tolist(), "nodes_featureids": self.feature.tolist(),
            "nodes_modes": np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(), "nodes_values": self.threshold.tolist(),
            "nodes_truenodeids": np.where(is_leaf, 0, self.first - start).tolist(), "nodes_falsenodeids": np.where(is_leaf, 0, self.second - start).tolist(),
            "target_treeids": tree[leaves].tolist(), "target_nodeids": number[leaves].tolist(), "target_ids": [0] * len(leaves),
            "target_weights": self.value[leaves].tolist(), "n_targets": 1, "aggregate_function": "SUM", "post_transform": "NONE",
        }  # fmt: skip
