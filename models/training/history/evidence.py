"""What shows for a line: notes and receipts on papers, status messages, approvals. Who judges a line sees only this."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import calendar
from .loads import LEGIBLE, Loads
from .world import World

PRESENT, RECEIPT_ATTACHED = 0.90, 0.93
"""Chance that the evidence for a service that was done is there. Phantom lines have none; all others have it like valid ones."""
APPROVAL_ON_FILE = 0.97
"""Of wanted approvals, of lines that are not `UNAUTH`. Not in domain.md: a customer's own system loses little."""
APPROVED_UNASKED = 0.10
"""Of lines that need no approval, share that has one all the same, so that having one tells nothing. Not in domain.md."""
LIMITED = 0.3
"""Share of approvals up to an amount. Not in domain.md."""
TOO_LATE = 0.2
"""Of `UNAUTH` lines where an approval is wanted, share that was approved after the bill; the others were not at all."""
SHORT = (0.6, 0.85)
"""Of what was billed, share that an `UNAUTH` line was approved up to, where no approval is wanted beforehand. Not in domain.md."""

NOTES = {
    "LIFT": ("LIFTGATE USED", "LIFT GATE REQ'D", "liftgate delivery"), "RES": ("RESIDENTIAL", "residential delivery"), "LIMITED": ("LIMITED ACCESS SITE", "limited access"),
    "INSIDE_D": ("INSIDE DELIVERY", "inside del to 2nd floor"), "SORTSEG": ("SORT & SEG", "sort and segregate"), "REDEL": ("REDELIVERY", "second delivery"),
    "LAY": ("LAYOVER - APPT MOVED", "layover overnight"),
}  # fmt: skip
"""What a receiver or driver writes on the paper."""


@dataclass(frozen=True)
class Evidence:
    """`shown` and `legible` have one entry a line; the others say what a load's papers and messages hold."""

    shown: np.ndarray
    legible: np.ndarray
    notes: dict[int, list[str]]
    """By load."""
    receipts: dict[int, list[tuple[int, bool, int]]]
    """By load: what was paid for unloading, in cents, whether that can be read, and for which load it was paid."""
    approvals: dict[int, list[tuple[str, int | None, int]]]
    """By load: code, up to how many cents, and when, in UTC."""


def gather(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> Evidence:
    """The evidence for all lines. Writes into `expected` what short approvals cover."""
    was_done = (made["kind"] != "NO_EVIDENCE") & ~made["copy"]
    chance = np.where(made["service"] == "LUMPER", RECEIPT_ATTACHED, PRESENT)
    shown = was_done & (rng.random(len(made)) < chance)
    legible = rng.random(len(made)) < LEGIBLE
    notes: dict[int, list[str]] = {}
    receipts: dict[int, list[tuple[int, bool, int]]] = {}
    pick = rng.random(len(made))
    for row in np.flatnonzero(shown & np.isin(made["service"], [*NOTES, "LUMPER"])):
        load, service = int(made["load"][row]), str(made["service"][row])
        if service == "LUMPER":
            # The receipt gives what was paid, whatever was billed; one that is wrongly coded or unapproved was paid all the same.
            paid = made["cents"][row] if made["kind"][row] == "UNAUTH" else made["expected"][row]
            receipts.setdefault(load, []).append((int(paid), bool(legible[row]), load))
        elif legible[row]:
            words = NOTES[service]
            notes.setdefault(load, []).append(words[int(pick[row] * len(words))])
    for row in np.flatnonzero(made["receipt_of"] > 0):
        receipts.setdefault(int(made["load"][row]), []).append((int(made["cents"][row]), bool(legible[row]), int(made["receipt_of"][row]) - 1))
    return Evidence(shown, legible, notes, receipts, _approvals(rng, world, loads, made))


def _approvals(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> dict[int, list[tuple[str, int | None, int]]]:
    count = len(made)
    wanted = np.zeros(count, bool)
    for code, customers in world.customers.approvals.items():
        wanted |= (made["code"] == code) & customers[loads.customer[made["load"]]]
    is_unauthorised = made["kind"] == "UNAUTH"
    lot = rng.random(count)
    short, late = is_unauthorised & ~wanted, is_unauthorised & wanted & (lot < TOO_LATE)
    on_file = ~is_unauthorised & (lot < np.where(wanted, APPROVAL_ON_FILE, APPROVED_UNASKED)) & (made["kind"] != "NO_EVIDENCE") & (made["code"] != "MISC")
    limited = rng.random(count) < LIMITED
    limit = np.where(short, np.round(made["cents"] * rng.uniform(*SHORT, count), -2), np.ceil(made["expected"] / 100) * 100 + 100).astype(np.int64)
    made["expected"][short] = limit[short]
    before = loads.billed[made["load"]] - rng.integers(calendar.DAY // 2, 4 * calendar.DAY, count)
    at = np.where(late, made["billed"] + rng.integers(calendar.DAY, 10 * calendar.DAY, count), before)
    approvals: dict[int, list[tuple[str, int | None, int]]] = {}
    for row in np.flatnonzero((short | late | on_file) & ~made["copy"]):
        load, code = int(made["load"][row]), str(made["code"][row])
        given = approvals.setdefault(load, [])
        if all(known != code for known, _, _ in given):
            given.append((code, int(limit[row]) if short[row] or limited[row] else None, int(at[row])))
    return approvals
