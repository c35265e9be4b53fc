"""What people say of the lines later: a reviewer's label, a dispute, how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import calendar
from .loads import Loads
from .world import World

FLIPPED, UNLABELLED = 0.03, 0.20
LABEL_DELAY = (21, 0.6)
"""Days from the bill to the label, median and deviation of the logarithm."""
INTERCEPT, PER_LOG_HUNDRED = -3.6, 0.45
BY_KIND = {"NO_EVIDENCE": 2.4, "UNAUTH": 2.4, "DUP": 2.2, "OVER_RATE": 1.8, "WRONG_FREE": 1.8, "TIME_INFLATE": 1.2, "MISCODE": 1.0, "CREEP": 0.6}
BY_CODE = {"DET": 1.6, "LAY": 0.6, "TONU": 0.6}
TIMES_MISSING = 1.5
"""Logits of a dispute; the last where neither time stands on the paper of a detention or layover."""
UPHELD = {True: 0.85, False: 0.15}
RESOLVED_AFTER = (18, 0.7)
"""Days from the dispute to its end. When it is raised is not in domain.md: with the label's delay."""


@dataclass(frozen=True)
class Review:
    """One entry a line; moments in UTC."""

    labelled: np.ndarray
    label: np.ndarray
    label_at: np.ndarray
    disputed: np.ndarray
    upheld: np.ndarray
    resolved_at: np.ndarray


def review(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> Review:
    """What is said of each line."""
    count, anomalous = len(made), made["kind"] != ""
    label_at = _after(rng, made["billed"], LABEL_DELAY)
    logit = INTERCEPT + world.customers.temper[loads.customer[made["load"]]]
    for table, column in ((BY_KIND, made["kind"]), (BY_CODE, made["code"])):
        for name, weight in table.items():
            logit += weight * (column == name)
    lacks_times = np.isin(made["code"], ("DET", "LAY")) & loads.has_no_time()[made["load"]]
    logit += TIMES_MISSING * lacks_times + PER_LOG_HUNDRED * np.log(np.maximum(np.abs(made["cents"]), 1) / 10000)
    disputed = (made["cents"] > 0) & (rng.random(count) < 1 / (1 + np.exp(-logit)))
    raised_at = _after(rng, made["billed"], LABEL_DELAY)
    upheld = rng.random(count) < np.where(anomalous, UPHELD[True], UPHELD[False])
    return Review(
        labelled=rng.random(count) >= UNLABELLED, label=anomalous ^ (rng.random(count) < FLIPPED), label_at=label_at, disputed=disputed,
        upheld=upheld, resolved_at=_after(rng, raised_at, RESOLVED_AFTER),
    )  # fmt: skip


def _after(rng: np.random.Generator, moment: np.ndarray, delay: tuple[float, float]) -> np.ndarray:
    days = delay[0] * np.exp(rng.normal(0, delay[1], len(moment)))
    return moment + np.round(days * calendar.DAY).astype(np.int64)
