"""Boosted trees that say how likely a line is anomalous or disputed, learned from labels that are wrong now and then.

A reviewer's label is the other way round once in `FLIPPED`. Where the noise does not depend on the line, a chance of the label `l` and a
chance of the truth `p` go with each other by l = FLIPPED + (1 − 2·FLIPPED)·p. Trees are first grown on the labels as they are; what they
say of lines that they did not see, put right by this, and the line's own label give how far to believe the label (Bayes). Trees grown on
those beliefs give `p` itself; what these say of lines that they did not see gives better beliefs, on which the last trees are grown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ..outliers.trees import Trees
from .lines import Lines

FLIPPED = 0.03
"""Share of labels that are the other way round (domain.md §4.5)."""
DRAWN_TO_NOTHING = 0.003
"""Of scikit-learn's logistic regression (`C`), for few labels; of 0.0003, 0.003 and 0.03 it orders the labels of the validation history
best on average."""
FOLDS = 4
NONE = 0.002
"""A belief that is nearer to 0 or 1 is that number: half the rows, and half the time."""
SETTINGS = {"max_iter": 300, "learning_rate": 0.05, "max_leaf_nodes": 24, "min_samples_leaf": 20, "l2_regularization": 1.0, "early_stopping": False, "random_state": 7}
"""Of scikit-learn's boosting; chosen by the likelihood of the labels of the validation history; models/charges/1/CARD.md says among which."""


def corrected(chance: np.ndarray) -> np.ndarray:
    """The chance that a line is anomalous, from the chance that a reviewer says so."""
    return np.clip((chance - FLIPPED) / (1 - 2 * FLIPPED), 0, 1)


def believed(chance: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The chance that a line is anomalous once its label is known, from the one before."""
    if_anomalous = chance * np.where(label > 0, 1 - FLIPPED, FLIPPED)
    return if_anomalous / (if_anomalous + (1 - chance) * np.where(label > 0, FLIPPED, 1 - FLIPPED))


@dataclass(frozen=True)
class Chances:
    """Fitted: trees, and the line (`slope`, `offset`) that their sum goes through before it is made a chance."""

    trees: Trees
    slope: float = 1.0
    offset: float = 0.0

    def sums(self, features: np.ndarray) -> np.ndarray:
        """By row: what the chance is made of, as the graph adds it up."""
        return self.trees.sums(np.ascontiguousarray(features, np.float32))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """By row, 0 to 1."""
        return chance(self.slope * self.sums(features) + self.offset)

    def calibrated(self, features: np.ndarray, label: np.ndarray, flipped: float) -> Chances:
        """With the line that makes the labels of rows that it was not grown on likeliest, where a share of them is the other way round."""
        sums = self.sums(features).astype(float)

        def loss(line: np.ndarray) -> float:
            said = flipped + (1 - 2 * flipped) * chance(line[0] * sums + line[1])
            return -float(np.log(np.clip(np.where(label > 0, said, 1 - said), 1e-12, 1)).mean())

        slope, offset = minimize(loss, [1.0, 0.0], method="Nelder-Mead").x
        return Chances(self.trees, float(slope), float(offset))


def chance(logit: np.ndarray) -> np.ndarray:
    """The logistic function."""
    return 1 / (1 + np.exp(-np.clip(logit, -60, 60)))


def of_labels(features: np.ndarray, label: np.ndarray, settings: dict | None = None) -> Chances:
    """Learned from labels of which a share is the other way round."""
    belief = believed(_inside(corrected(_of_others(features, label, settings))), label)
    belief = believed(_inside(_of_others(features, belief, settings)), label)
    return Chances(_as_trees(_grown(features, belief, settings)))


def of_few_labels(few: Lines, others: Lines) -> Callable[[Lines], np.ndarray]:
    """A score learned from hundreds of labels: a sum of the features and of what the rules say, each in units of its deviation over all
    `others`, whose labels do not matter."""
    units = StandardScaler().fit(_with_rules(others))
    line = LogisticRegression(C=DRAWN_TO_NOTHING, max_iter=500).fit(units.transform(_with_rules(few)), few.label)
    return lambda lines: line.decision_function(units.transform(_with_rules(lines)))


def _with_rules(lines: Lines) -> np.ndarray:
    return np.column_stack([lines.features.astype(float), lines.rules])


def _inside(chance: np.ndarray) -> np.ndarray:
    """Nothing is so sure that no label could tell otherwise."""
    return np.clip(chance, 1e-4, 1 - 1e-4)


def _of_others(features: np.ndarray, belief: np.ndarray, settings: dict | None) -> np.ndarray:
    """By row: what trees say that were grown on other rows."""
    fold = np.random.default_rng(7).permutation(len(belief)) % FOLDS
    said = np.zeros(len(belief))
    for number in range(FOLDS):
        others = fold != number
        said[~others] = _grown(features[others], belief[others], settings).predict_proba(features[~others])[:, 1]
    return said


def of_facts(features: np.ndarray, fact: np.ndarray) -> Chances:
    """Learned from what is told without error."""
    return Chances(_as_trees(_grown(features, fact)))


def _grown(features: np.ndarray, belief: np.ndarray, settings: dict | None = None) -> HistGradientBoostingClassifier:
    """Boosted trees on rows that are `belief` parts of the one kind and 1 − `belief` of the other."""
    yes, no = belief > NONE, belief < 1 - NONE
    rows = np.concatenate([features[yes], features[no]])
    kinds = np.repeat([1, 0], [yes.sum(), no.sum()])
    parts = np.concatenate([belief[yes], 1 - belief[no]])
    return HistGradientBoostingClassifier(**(SETTINGS | (settings or {}))).fit(rows, kinds, sample_weight=parts)


def _as_trees(grown: HistGradientBoostingClassifier) -> Trees:
    """The same trees as flat arrays, their base as one more tree. Refuses splits by category, which are never asked for."""
    trees = Trees()
    trees.begin()
    trees.leaf(trees.node(), float(np.ravel(grown._baseline_prediction)[0]))
    for (predictor,) in grown._predictors:
        if predictor.nodes["is_categorical"].any():
            raise ValueError("a split is by category")
        trees.begin()
        _copy(trees, trees.node(), predictor.nodes, 0)
    return trees.packed()


def _copy(trees: Trees, node: int, nodes: np.ndarray, index: int) -> None:
    """A node and those below it."""
    entry = nodes[index]
    if entry["is_leaf"]:
        trees.leaf(node, float(entry["value"]))
        return
    first, second = trees.node(), trees.node()
    trees.branch(node, int(entry["feature_idx"]), at_most(float(entry["num_threshold"])), first, second)
    _copy(trees, first, nodes, int(entry["left"]))
    _copy(trees, second, nodes, int(entry["right"]))


def at_most(threshold: float) -> float:
    """The greatest single-precision number that is not above: single-precision values fall on the same side of both."""
    near = np.float32(threshold)
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))
