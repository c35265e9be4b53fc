"""What people put on a form after it was printed: ink, stamps, stickers, remarks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True)
class Filling:
    """Who signed, what was written in, and how. Entry kinds are `hand`, `typed` or `none`."""

    consignee: str = "none"
    """Mark in the consignee's place: ink, initials, x, slash_s, none."""
    driver: bool = False
    shipper: bool = False
    stamp: bool = False
    stamp_date: bool = False
    other_stamp: bool = False
    sticker: bool = False
    date: str = "none"
    name: str = "none"
    times: str = "none"
    count: str = "none"
    notation: str | None = None
    """Kind of remark: foul, qualified, harmless, refused; or None."""
    remark: str | None = None
    """The remark itself, where it must be a certain one."""
    checks: bool = False
    by_hand: bool = False
    """The whole form is filled in by hand, not only what is entered at delivery."""

    def received(self) -> bool:
        """Did the consignee leave a mark."""
        return self.consignee != "none" or self.stamp


def _entry(rng: Random, hand: float, typed: float) -> str:
    point = rng.random()
    return "hand" if point < hand else "typed" if point < hand + typed else "none"


def delivered(rng: Random) -> Filling:
    """A form as it comes back from the receiver."""
    kind = rng.choices(["ink", "initials", "x", "none"], [0.84, 0.08, 0.02, 0.06])[0]
    stamp = rng.random() < (0.9 if kind == "none" else 0.22)
    date = _entry(rng, 0.72, 0.1)
    return Filling(
        consignee=kind, stamp=stamp, stamp_date=stamp and (date == "none" or rng.random() < 0.5), driver=rng.random() < 0.45, shipper=rng.random() < 0.35, date=date,
        name=_entry(rng, 0.55, 0.12), times=_entry(rng, 0.5, 0.12), count=_entry(rng, 0.4, 0.1), sticker=rng.random() < 0.25, other_stamp=rng.random() < 0.06,
        notation=rng.choices([None, "foul", "qualified", "harmless", "refused"], [0.55, 0.2, 0.07, 0.15, 0.03])[0], checks=rng.random() < 0.4,
    )  # fmt: skip


def undelivered(rng: Random) -> Filling:
    """A form that no receiver has had in hand: blank, or signed by shipper and driver at origin."""
    signed = rng.random() < 0.6
    return Filling(
        shipper=signed and rng.random() < 0.8, driver=signed and rng.random() < 0.7, sticker=rng.random() < 0.3, other_stamp=rng.random() < 0.06,
        notation=rng.choice([None, None, None, "harmless"]) if signed else None, checks=rng.random() < 0.4,
    )  # fmt: skip


def form(rng: Random) -> Filling:
    """A form of its own kind (lumper, detention, OS&D …): some ink or none."""
    if rng.random() < 0.35:
        return Filling(checks=rng.random() < 0.4)
    return replace(delivered(rng), stamp=False, stamp_date=False, sticker=False, notation=None)
