"""Billed lines of drawn histories: their features, what people said of them and, for measuring only, the truth."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import orjson

from ..data import COUNTERSIGN

TRAINED_UNTIL = np.datetime64("2025-11-01T00:00", "m")
"""What was billed or said from here on, training does not know: two thirds of a history, and the tariff revision of January 2026 comes
after it."""
DISPUTED_WITHIN = np.timedelta64(120 * 1440, "m")
"""Later than that a line in five hundred is disputed (history/review.py: 21 days, deviation of the logarithm 0.6)."""


@dataclass(frozen=True)
class Lines:
    """One entry a line. `label` is 1, 0 or, where nobody had looked, NaN; amounts in dollars; moments in UTC. `anomalous`, `kind`,
    `hard_negative` and `excess`, what was billed above what was due, are the simulator's truth: nothing is fitted or chosen by them."""

    features: np.ndarray
    rules: np.ndarray
    amount: np.ndarray
    billed_at: np.ndarray
    label: np.ndarray
    label_at: np.ndarray
    disputed: np.ndarray
    held_out: np.ndarray
    anomalous: np.ndarray
    kind: np.ndarray
    hard_negative: np.ndarray
    excess: np.ndarray

    def __len__(self) -> int:
        return len(self.amount)

    def where(self, chosen: np.ndarray) -> Lines:
        """Those that are chosen by a mask or by their indexes."""
        return Lines(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def is_labelled(self) -> np.ndarray:
        """Had a reviewer said something of it?"""
        return np.isfinite(self.label)


def together(parts: list[Lines]) -> Lines:
    """The lines of several histories."""
    return Lines(**{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Lines)})


def known(lines: Lines) -> Lines:
    """What training may see: billed before its end and of no customer or carrier that is held out. A label that came later is none."""
    early = lines.where((lines.billed_at < TRAINED_UNTIL) & ~lines.held_out)
    return replace(early, label=np.where(early.label_at < TRAINED_UNTIL, early.label, np.nan))


def of_known_dispute(lines: Lines) -> Lines:
    """Those billed so long before the end of training that a dispute would have been raised."""
    return lines.where(lines.billed_at < TRAINED_UNTIL - DISPUTED_WITHIN)


def later(lines: Lines) -> Lines:
    """Billed after training's end."""
    return lines.where(lines.billed_at >= TRAINED_UNTIL)


def unseen(lines: Lines) -> Lines:
    """Billed after training's end, of customers or carriers that are held out."""
    return lines.where((lines.billed_at >= TRAINED_UNTIL) & lines.held_out)


def fingerprint(histories: list[Path]) -> str:
    """Hash of the truth of the histories, for the manifest."""
    whole = hashlib.sha256()
    for history in histories:
        whole.update((history / "truth.jsonl").read_bytes())
    return whole.hexdigest()


def compute(history: Path) -> None:
    """Has the worker compute the features of a history, once."""
    if not (history / "features" / "names.json").exists():
        subprocess.run([str(COUNTERSIGN), "charge-features", str(history), "--out", str(history / "features")], check=True)


def load(history: Path, names: list[str]) -> Lines:
    """The lines of a history. Refuses features of other names."""
    compute(history)
    folder = history / "features"
    if orjson.loads((folder / "names.json").read_bytes())["features"] != names:
        raise ValueError(f"{folder}: other features; remove the folder, and they are computed anew")
    return join(np.load(folder / "features.npy"), _read(folder / "lines.jsonl"), _read(history / "truth.jsonl"), _billed(history))


def join(features: np.ndarray, seen: list[dict], truth: list[dict], billed: dict[tuple, str]) -> Lines:
    """Lines as the worker saw them, in its order, with their truth. Credits, which the worker gives no row, are left out; a row without a
    truth and a truth without a row are refused."""
    by_key = {_key(line): line for line in truth if float(line["amount"]) > 0}
    lost = {_key(line) for line in seen} ^ by_key.keys() or by_key.keys() - billed.keys()
    if lost or not len(features) == len(seen) == len(by_key):
        raise ValueError(f"{len(features)} rows for {len(seen)} lines, {len(by_key)} with a truth; without the other: {sorted(lost)[:3]}")
    true = [by_key[_key(line)] for line in seen]
    amount = np.array([float(line["amount"]) for line in true])
    return Lines(
        features=features.astype(np.float32), rules=np.array([line["risk"] for line in seen]), amount=amount,
        billed_at=_moments([billed[_key(line)] for line in seen]),
        label=np.array([np.nan if line["label"] is None else float(line["label"]) for line in true]),
        label_at=_moments([line["label_at"] for line in true]), disputed=np.array([line["disputed"] for line in true], float),
        held_out=np.array([line["split"] == "test" for line in true]), anomalous=np.array([line["anomalous"] for line in true]),
        kind=np.array([line["kind"] or "" for line in true]), hard_negative=np.array([line["hard_negative"] or "" for line in true]),
        excess=np.maximum(0, amount - np.array([float(line["expected"]) for line in true])),
    )  # fmt: skip


def _key(line: dict) -> tuple:
    return line["shipment"], line["invoice_no"], line["line"]


def _moments(stamps: list[str | None]) -> np.ndarray:
    """Of stamps in UTC; a moment that never came is not a time."""
    return np.array([stamp.removesuffix("Z") if stamp else "NaT" for stamp in stamps], "datetime64[m]")


def _billed(history: Path) -> dict[tuple, str]:
    """When each line was billed."""
    with open(history / "shipments.jsonl", "rb") as shipments:
        bills = ((shipment["id"], line) for shipment in map(orjson.loads, shipments) for line in shipment["billed"])
        return {(shipment, line["invoice_no"], line["line"]): line["billed_at"] for shipment, line in bills}


def _read(path: Path) -> list[dict]:
    with open(path, "rb") as lines:
        return [orjson.loads(line) for line in lines]
