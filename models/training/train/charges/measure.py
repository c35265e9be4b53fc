"""How well scores find what is wrong: of lines that training saw nothing of, by the simulator's truth."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from .. import bundle
from .lines import Lines

BUDGET = 0.05
"""Share of the lines that somebody can look at: what is meant by `top` below."""


def of_order(score: np.ndarray, lines: Lines) -> dict[str, float]:
    """How well lines are put in order. `dollars` is the share of all that was billed on anomalous lines."""
    top = _top(score)
    wrong = lines.amount * lines.anomalous
    return {
        "auc": _digits(roc_auc_score(lines.anomalous, score)),
        "average_precision": _digits(average_precision_score(lines.anomalous, score)),
        "top.precision": _digits(lines.anomalous[top].mean()),
        "top.recall": _digits(lines.anomalous[top].sum() / lines.anomalous.sum()),
        "top.dollars": _digits(wrong[top].sum() / wrong.sum()),
    }


def of_chances(chance: np.ndarray, lines: Lines) -> dict:
    """All that is told of the model's chances of anomalies."""
    by_dollars, wrong = _top(chance * lines.amount), lines.amount * lines.anomalous
    hard, top = lines.hard_negative != "", _top(chance)
    overbilled = lines.excess * lines.anomalous
    figures = of_order(chance, lines) | {
        "top_by_dollars.precision": _digits(lines.anomalous[by_dollars].mean()),
        "top_by_dollars.dollars": _digits(wrong[by_dollars].sum() / wrong.sum()),
        "top_by_dollars.overbilled": _digits(overbilled[by_dollars].sum() / overbilled.sum()),
        "best_possible.recall": _digits(len(top) / lines.anomalous.sum()),
        "best_possible.dollars": _digits(wrong[_top(wrong)].sum() / wrong.sum()),
        "hard_negatives.in_top": _digits(hard[top].sum() / hard.sum()),
        "hard_negatives.in_top_by_dollars": _digits(hard[by_dollars].sum() / hard.sum()),
        "hard_negatives.from_half": _digits((chance[hard] >= 0.5).mean()),
        "hard_negatives.lines": int(hard.sum()),
        "from_half.precision": _digits(lines.anomalous[chance >= 0.5].mean()),
        "from_half.recall": _digits((chance[lines.anomalous] >= 0.5).mean()),
        "from_half.dollars": _digits(wrong[chance >= 0.5].sum() / wrong.sum()),
        "ece": bundle.expected_calibration_error(chance, lines.anomalous),
        "lines": len(lines),
        "anomalous_lines": int(lines.anomalous.sum()),
    }
    is_top = np.zeros(len(lines), bool)
    is_top[top] = True
    for what, names in (("kind", lines.kind), ("hard", lines.hard_negative)):
        for name in sorted(set(names) - {""}):
            named = names == name
            figures[f"{what}.{name}"] = {"lines": int(named.sum()), "in_top": _digits(is_top[named].mean()), "from_half": _digits((chance[named] >= 0.5).mean())}
    return figures


def of_disputes(chance: np.ndarray, lines: Lines) -> dict[str, float]:
    """How well disputes are foreseen."""
    return {
        "auc": _digits(roc_auc_score(lines.disputed, chance)),
        "average_precision": _digits(average_precision_score(lines.disputed, chance)),
        "ece": bundle.expected_calibration_error(chance, lines.disputed),
        "share": _digits(lines.disputed.mean()),
    }


def _top(score: np.ndarray) -> np.ndarray:
    """Indexes of the lines that there is time for."""
    return np.argsort(-score, kind="stable")[: int(len(score) * BUDGET)]


def _digits(number: float) -> float:
    return round(float(number), 4)
