"""`python -m train.compare_outliers DIR`: the detector beside isolation forest, ECOD and COPOD of PyOD on labelled sets.

In: `.npz` files with `X` (rows, features) and `y` (1: anomalous), as in ADBench. Every method is fitted to all rows without labels and
scores the same rows, which are standardised for all alike; settings are each method's own and the same for all sets. Ours is run as the
exported graph. Those with chance in them are run with several seeds and averaged. Out: a Markdown table of AUROC and average precision.
Exits with 1 where the mean AUROC is below the best of the three.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from sklearn.metrics import average_precision_score, roc_auc_score

from .outliers import detector, export

SEEDS = 5
ROWS = 4096
"""Rows that the graph scores at once."""
OURS = "ours"


def _ours(x: np.ndarray, seed: int) -> np.ndarray:
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(export.graph(detector.fit(x, seed)).SerializeToString(), options, providers=["CPUExecutionProvider"])
    rows = x.astype(np.float32)
    return np.concatenate([session.run(None, {"features": rows[start : start + ROWS]})[0] for start in range(0, len(rows), ROWS)])


def _methods() -> dict[str, tuple[Callable[[np.ndarray, int], np.ndarray], int]]:
    """What scores rows, and with how many seeds."""
    from pyod.models.copod import COPOD
    from pyod.models.ecod import ECOD
    from pyod.models.iforest import IForest

    return {
        OURS: (_ours, SEEDS),
        "IForest": (lambda x, seed: IForest(random_state=seed).fit(x).decision_scores_, SEEDS),
        "ECOD": (lambda x, _: ECOD().fit(x).decision_scores_, 1),
        "COPOD": (lambda x, _: COPOD().fit(x).decision_scores_, 1),
    }


def _standardised(x: np.ndarray) -> np.ndarray:
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread > 0, spread, 1)


def _figures(path: Path, methods: dict[str, tuple[Callable[[np.ndarray, int], np.ndarray], int]]) -> dict[str, tuple[float, float]]:
    """(AUROC, average precision) by method."""
    with np.load(path) as held:
        x, y = _standardised(held["X"].astype(float)), held["y"].astype(int)
    found = {}
    for name, (score, seeds) in methods.items():
        scores = [score(x, seed) for seed in range(seeds)]
        found[name] = (float(np.mean([roc_auc_score(y, one) for one in scores])), float(np.mean([average_precision_score(y, one) for one in scores])))
    return found


def _row(name: str, figures: list[tuple[float, float]]) -> str:
    return f"| {name} | " + " | ".join(f"{auroc:.3f} | {precision:.3f}" for auroc, precision in figures) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="compare_outliers", description=__doc__)
    parser.add_argument("folder", type=Path)
    paths = sorted(parser.parse_args().folder.glob("*.npz"), key=lambda path: int(path.name.split("_")[0]))
    if not paths:
        sys.exit("no .npz file there")
    warnings.simplefilter("ignore")
    methods = _methods()
    print("| set | " + " | ".join(f"{name} AUROC | {name} AP" for name in methods) + " |", flush=True)
    print("|---|" + "---|" * (2 * len(methods)))
    rows = []
    for path in paths:
        rows.append(list(_figures(path, methods).values()))
        print(_row(path.stem, rows[-1]), flush=True)
    means = np.array(rows).mean(0)
    print(_row("**mean**", [tuple(figures) for figures in means]))
    auroc = dict(zip(methods, means[:, 0]))
    best = max(value for name, value in auroc.items() if name != OURS)
    if auroc[OURS] < best:
        sys.exit(f"ours is worse: {auroc[OURS]:.4f} against {best:.4f}")


if __name__ == "__main__":
    main()
