"""A history from its seed to its four files.

A line of `truth.jsonl`, one for each accessorial line that is billed (linehaul and fuel surcharge are none): shipment, invoice_no, line,
code, amount, expected (what it should have been), anomalous, kind (why, else null), hard_negative (what makes a valid line look wrong,
else null), label (what the reviewer said; null where nobody looked), label_at, disputed, upheld, resolved_at (null without a dispute),
customer, carrier, split, region, storm.

Kinds: WRONG_FREE TIME_INFLATE UNAUTH OVER_RATE DUP CREEP MISCODE NO_EVIDENCE. Hard negatives: storm_week facility_regime new_customer
tariff_revision same_amount_stops rebill_after_credit (the credit memo, whose amount is below zero, and the bill after it). `split` is
`test` where the customer or the carrier is held out, so that nothing of either is seen in training; a split by time is the reader's, by
`billed_at` of the shipment's lines and by `label_at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from . import anomalies, calendar, evidence, lines, loads, negatives, observed, profiles, review, world

STAGES = ("world", "loads", "lines", "anomalies", "rebills", "review", "evidence", "numbers", "observed")
"""Each has dice of its own: a change to one leaves what the earlier ones draw."""


@dataclass(frozen=True)
class History:
    """Everything that was drawn. `lines` and `review` go by billed line, `loads` by shipment."""

    world: world.World
    loads: loads.Loads
    lines: np.ndarray
    evidence: evidence.Evidence
    review: review.Review
    seed: int

    @property
    def anomalous(self) -> np.ndarray:
        """By line."""
        return self.lines["kind"] != ""


def _dice(seed: int, stage: str) -> np.random.Generator:
    return np.random.default_rng([seed, STAGES.index(stage)])


def draw(seed: int, shipments: int) -> History:
    """The same for the same seed and number."""
    drawn = world.draw(_dice(seed, "world"))
    moved = loads.draw(_dice(seed, "loads"), drawn, shipments)
    billed = lines.valid(_dice(seed, "lines"), drawn, moved)
    billed = anomalies.inject(_dice(seed, "anomalies"), drawn, moved, billed)
    billed = negatives.rebill(_dice(seed, "rebills"), billed)
    negatives.name(drawn, moved, billed)
    said = review.review(_dice(seed, "review"), drawn, moved, billed)
    shown = evidence.gather(_dice(seed, "evidence"), drawn, moved, billed)
    return History(drawn, moved, billed, shown, said, seed)


def write(history: History, folder: Path) -> None:
    """Writes the four files."""
    folder.mkdir(parents=True, exist_ok=True)
    bills = observed.bills(_dice(history.seed, "numbers"), history.loads, history.lines)
    seen = observed.Observer(_dice(history.seed, "observed"), history.world, history.loads, history.lines, bills, history.evidence)
    (folder / "profiles.json").write_bytes(orjson.dumps(profiles.profiles(history.world), option=orjson.OPT_INDENT_2))
    for name, entries in (("shipments", seen.shipments()), ("papers", seen.papers()), ("truth", _truth(history, bills))):
        with (folder / f"{name}.jsonl").open("wb") as file:
            file.writelines(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE) for entry in entries)


def _truth(history: History, bills: list[observed.Bill]) -> Iterator[dict[str, Any]]:
    made, said, known = history.lines, history.review, history.world
    label_at, resolved_at = calendar.stamps(said.label_at), calendar.stamps(said.resolved_at)
    held_out = known.customers.held_out[history.loads.customer] | known.carriers.held_out[history.loads.carrier]
    for load, bill in enumerate(bills):
        customer, carrier = int(history.loads.customer[load]), int(history.loads.carrier[load])
        for row in bill.rows:
            line, labelled, disputed = made[row.row], bool(said.labelled[row.row]), bool(said.disputed[row.row])
            yield {
                "shipment": observed.shipment_id(load), "invoice_no": row.invoice, "line": row.line, "code": str(line["code"]),
                "amount": profiles.money(int(line["cents"])), "expected": profiles.money(int(line["expected"])),
                "anomalous": bool(line["kind"]), "kind": str(line["kind"]) or None, "hard_negative": str(line["negative"]) or None,
                "label": bool(said.label[row.row]) if labelled else None, "label_at": label_at[row.row] if labelled else None,
                "disputed": disputed, "upheld": bool(said.upheld[row.row]) if disputed else None, "resolved_at": resolved_at[row.row] if disputed else None,
                "customer": profiles.name(customer), "carrier": str(known.carriers.scac[carrier]), "split": "test" if held_out[load] else "train",
                "region": str(known.facilities.region[history.loads.facility[load]]), "storm": bool(history.loads.storm[load]),
            }  # fmt: skip
