"""`python -m train.charges --train DIR… --valid DIR --test DIR… --target DIR`: trains, measures and exports.

Each folder is a history (`python -m history`); its features are computed where they are not there yet.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import orjson

from .. import bundle
from ..outliers import detector
from . import export, learn, lines, measure
from .learn import Chances
from .lines import Lines

FEATURE_SCHEMA = 2
FEW = {200: None, 1000: None, 5000: {"max_iter": 150, "max_leaf_nodes": 12, "min_samples_leaf": 30}}
"""Numbers of labels, and the settings of trees where there are enough for them; fewer are for a line through the numbers."""
DRAWS = 5
"""Times that a few labels are drawn; figures are means."""
EXAMPLES = 32


def main() -> None:
    parser = argparse.ArgumentParser(prog="train.charges", description=__doc__)
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--valid", type=Path, required=True)
    parser.add_argument("--test", type=Path, nargs="+", required=True)
    parser.add_argument("--target", type=Path, required=True)
    arguments = parser.parse_args()
    names = _names(arguments.train[0])
    train = lines.together([lines.known(lines.load(history, names)) for history in arguments.train])
    valid = lines.later(lines.load(arguments.valid, names))
    chances = _learned(train, valid)
    top = float(np.quantile(chances["anomalous"](valid.features), 1 - measure.BUDGET))
    test = lines.together([lines.unseen(lines.load(history, names)) for history in arguments.test])
    figures = _figures(train, test, chances)
    _write(arguments.target, names, chances, train, test, top, figures, lines.fingerprint(arguments.train))


def _names(history: Path) -> list[str]:
    lines.compute(history)
    told = orjson.loads((history / "features" / "names.json").read_bytes())
    if told["schema"] != FEATURE_SCHEMA:
        raise SystemExit(f"the worker computes features of schema {told['schema']}, this trains on {FEATURE_SCHEMA}")
    return told["features"]


def _learned(train: Lines, valid: Lines) -> dict[str, Chances]:
    """By output."""
    said, told = train.where(train.is_labelled), lines.of_known_dispute(train)
    of_valid = valid.where(valid.is_labelled)
    return {
        "anomalous": learn.of_labels(said.features, said.label).calibrated(of_valid.features, of_valid.label, learn.FLIPPED),
        "disputed": learn.of_facts(told.features, told.disputed).calibrated(valid.features, valid.disputed, 0),
    }


def _figures(train: Lines, test: Lines, chances: dict[str, Chances]) -> dict:
    """Of lines that nothing was fitted or chosen by."""
    anomalous, disputed = (chances[name](test.features) for name in ("anomalous", "disputed"))
    unlabelled = detector.fit(train.features, seed=7)
    return {
        "anomalous": measure.of_chances(anomalous, test),
        "disputed": measure.of_disputes(disputed, test),
        "rules_alone": measure.of_order(test.rules, test),
        "without_labels": measure.of_order(unlabelled.score(test.features), test),
        "with_labels": {f"{count}": _of_few(train, test, count) for count in FEW},
        "training.lines": len(train),
        "training.labels": int(train.is_labelled.sum()),
    }


def _of_few(train: Lines, test: Lines, count: int) -> dict[str, float]:
    """Figures of a model that has seen so many labels, the mean of several draws."""
    said = np.flatnonzero(train.is_labelled)
    drawn = []
    for draw in range(DRAWS):
        few = train.where(np.random.default_rng(draw).choice(said, count, replace=False))
        if FEW[count] is None:
            score = learn.of_few_labels(few, train)(test)
        else:
            score = learn.of_labels(few.features, few.label, FEW[count])(test.features)
        drawn.append(measure.of_order(score, test))
    return {name: round(float(np.mean([figures[name] for figures in drawn])), 4) for name in drawn[0]}


def _write(target: Path, names: list[str], chances: dict[str, Chances], train: Lines, test: Lines, top: float, figures: dict, sha256: str) -> None:
    graph = export.graph(chances, len(names))
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, target / "model.onnx")
    features = _examples(chances["anomalous"], test)
    off = _furthest(target / "model.onnx", chances, test.features)
    usual = np.median(train.features[train.label == 0], axis=0)
    bundle.surround(
        target=target,
        task="charges",
        inputs={"features": features},
        trained={name: one(features) for name, one in chances.items()},
        outputs={name: [EXAMPLES] for name in chances},
        labels={},
        thresholds={"anomalous": 0.5, "top": round(top, 4)},
        calibration={},
        preprocessing={"feature_schema": FEATURE_SCHEMA, "usual": {name: round(float(value), 5) for name, value in zip(names, usual)}},
        figures=figures | {"graph.differs_by_at_most": off},
        sha256=sha256,
        dynamic={name: {0: "lines"} for name in ("features", *chances)},
    )
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())


def _examples(anomalous: Chances, test: Lines) -> np.ndarray:
    """Lines from the least to the most suspicious, with numbers as golden files hold them."""
    order = np.argsort(anomalous(test.features))
    chosen = order[np.linspace(0, len(order) - 1, EXAMPLES).astype(int)]
    upper = order[-EXAMPLES // 2 * 10 :: 10]
    chosen[-len(upper) :] = upper
    return np.round(test.features[chosen].astype(float), 5).astype(np.float32)


def _furthest(graph: Path, chances: dict[str, Chances], features: np.ndarray) -> float:
    """How far the graph is from the model over all rows."""
    given = bundle.run(graph, {"features": features})
    return float(f"{max(float(np.abs(given[name] - one(features)).max()) for name, one in chances.items()):.1e}")


if __name__ == "__main__":
    main()
