"""Hard negatives: lines that look wrong and are not (domain.md §4.5)."""

from __future__ import annotations

import numpy as np

from . import calendar
from .loads import Loads
from .world import World

CREDITED = 0.006
"""Share of valid lines that are taken back by a credit memo and billed again. Not in domain.md: some 400 in 60,000 shipments."""
CREDIT_LAG = (14, 0.6)
"""Days from the bill to the credit memo, median and deviation of the logarithm."""
REVISION_DAYS, REGIME_DAYS, NEWCOMER_DAYS = 31, 90, 30
"""How long after a tariff revision, a change at a facility or a customer's first day a line counts as a hard negative."""
BY_TARIFF = ("LIFT", "RES", "LIMITED", "APPT", "HAZ", "REWEIGH", "INSIDE_D", "REDEL")


def rebill(rng: np.random.Generator, made: np.ndarray) -> np.ndarray:
    """The lines with credit memos and the bills after them, in order of their loads."""
    chosen = np.flatnonzero((made["kind"] == "") & (made["negative"] == "") & ~np.isin(made["load"], made["load"][made["copy"]]) & (rng.random(len(made)) < CREDITED))
    credit, again = made[chosen].copy(), made[chosen].copy()
    lag = np.round(CREDIT_LAG[0] * np.exp(rng.normal(0, CREDIT_LAG[1], len(chosen))) * calendar.DAY).astype(np.int64)
    credit["cents"], credit["expected"], credit["suffix"] = -credit["cents"], -credit["expected"], "-CM"
    credit["billed"] += lag
    again["billed"] += lag + rng.integers(60, 3 * calendar.DAY, len(chosen))
    again["suffix"] = rng.choice(("-R", "A", "B", "-2"), len(chosen))
    for part in (credit, again):
        part["negative"], part["copy"] = "rebill_after_credit", True
    everything = np.concatenate([made, credit, again])
    return everything[np.argsort(everything["load"], kind="stable")]


def name(world: World, loads: Loads, made: np.ndarray) -> None:
    """Writes into each valid line why it looks wrong, the rarest reason first."""
    load = made["load"]
    day, facility = loads.day[load], loads.facility[load]
    waited = np.isin(made["code"], ("DET", "LAY"))
    since_slower = day - world.facilities.slower_from[facility]
    revised = np.zeros(len(made), bool)
    for january in calendar.JANUARIES:
        revised |= (day >= january) & (day < january + REVISION_DAYS)
    start = world.customers.start[loads.customer[load]]
    reasons = {
        "storm_week": loads.storm[load] & waited,
        "facility_regime": (since_slower >= 0) & (since_slower < REGIME_DAYS) & waited & loads.truckload[load],
        "new_customer": (start > 0) & (day < start + NEWCOMER_DAYS),
        "tariff_revision": revised & np.isin(made["code"], BY_TARIFF),
    }
    for reason, holds in reasons.items():
        made["negative"][holds & (made["kind"] == "") & (made["negative"] == "")] = reason
    made["negative"][made["kind"] != ""] = ""
