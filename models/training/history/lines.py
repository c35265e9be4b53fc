"""Billed accessorial lines that are as they should be: what the contract gives for what happened."""

from __future__ import annotations

import numpy as np

from . import detention
from .loads import Loads
from .world import World

LINE = np.dtype(
    [
        ("load", "i8"), ("code", "U8"), ("service", "U8"), ("cents", "i8"), ("expected", "i8"), ("qty", "f8"), ("rate", "i8"), ("raw", "U32"), ("stop", "i4"),
        ("suffix", "U4"), ("billed", "i8"), ("kind", "U12"), ("negative", "U24"), ("copy", "?"), ("receipt_of", "i8"),
    ]
)  # fmt: skip
"""A line: row of its load, code as billed and what was truly done, amount and what it should be in cents, hours or pieces with cents each (0: a flat amount), the carrier's
own words, the stop it is about (0: unknown), suffix of its invoice, moment of billing in UTC, label kind (empty: not anomalous), name of
the hard negative, whether it repeats another line,
and 1 + row of the load whose receipt comes with it again (0: none does)."""

BILLED_WHEN_OVER = ((30, 0.25), (120, 0.60), (10**6, 0.90))
"""Chance that detention is billed, by minutes over up to which it holds."""
LUMPER = 0.55
LUMPER_FEE = (195, 0.45, 50, 600)
LAYOVER_AFTER, LAYOVER_LONG, LAYOVER_ELSE = 420, 0.35, 0.008
INCIDENTAL = {"LIFT": ("liftgate", 0.05), "RES": ("residential", 0.015), "LIMITED": ("limited", 0.01), "APPT": ("appointment", 0.04)}
"""The kind of site that always bears the charge, and how often any other does."""
FLAT = {"HAZ": 0.04, "REWEIGH": 0.05}
INSIDE, INSIDE_BOUNDS = 0.012, (75, 800)
SORTSEG, SORTSEG_PER_CWT, SORTSEG_LEAST = 0.008, 2.5, 60
REDEL_PER_CWT, REDEL_TRUCKLOAD = 8, 250
"""Dollars; the latter from domain.md §4.1."""
UNCODED, UNCODED_FEE = 0.002, (20, 80)
"""Share of shipments with a small legitimate charge that the carrier has no code for, and dollars of it. Not in domain.md: without them
every `MISC` would be anomalous, which it is not."""
UNDISCOUNTED = ("REWEIGH", "SORTSEG")
ROUNDED_OFF = 0.03
"""Share of valid lines that are 0.01 to 1.00 dollars off the contract."""

WORDS = {
    "DET": ("DETENTION", "DTU", "DET", "Detention - unloading"), "LAY": ("LAYOVER", "LAY", "LYC"), "TONU": ("TRUCK ORDERED NOT USED", "VOR", "TONU"),
    "STOP": ("STOP OFF", "SOC", "EXTRA STOP"), "LUMPER": ("LUMPER", "UNLOADING FEE", "UND"), "LIFT": ("LIFTGATE", "LFT", "LIFTGATE SERVICE"),
    "RES": ("RESIDENTIAL DELIVERY", "RES"), "LIMITED": ("LIMITED ACCESS", "ZZZ"), "APPT": ("APPOINTMENT FEE", "APT"), "REDEL": ("REDELIVERY", "RCL"),
    "HAZ": ("HAZMAT", "HZC"), "REWEIGH": ("REWEIGH", "WRC"), "INSIDE_D": ("INSIDE DELIVERY", "IDL"), "SORTSEG": ("SORT & SEG", "SEG"), "MISC": ("MISC", "OTHER", "ZZZ"),
}  # fmt: skip
"""What carriers write for a charge (domain.md §4.1)."""


def lines(load: np.ndarray, code: str, cents: np.ndarray) -> np.ndarray:
    """Lines of one code; what they should be is what they are."""
    made = np.zeros(len(load), LINE)
    made["load"], made["code"], made["service"], made["cents"], made["expected"], made["qty"] = load, code, code, cents, cents, 1
    return made


def valid(rng: np.random.Generator, world: World, loads: Loads) -> np.ndarray:
    """All valid lines, in order of their loads."""
    laid_over = _layovers(rng, loads)
    parts = [_detention(rng, world, loads, ~laid_over), _lumpers(rng, world, loads), _stops(world, loads)]
    for code, term, rows in (("LAY", "layover", laid_over), ("TONU", "tonu", loads.called_off)):
        load = np.flatnonzero(rows)
        parts.append(lines(load, code, world.customers.terms[term][loads.customer[load]] * 100))
    parts += _less_than_truckload(rng, world, loads)
    load = np.flatnonzero(~loads.called_off & (rng.random(len(loads)) < UNCODED))
    parts.append(lines(load, "MISC", np.round(rng.uniform(*UNCODED_FEE, len(load)) * 100).astype(np.int64)))
    made = np.concatenate(parts)
    made = made[np.argsort(made["load"], kind="stable")]
    _round_off(rng, made)
    return worded(loads, made)


def worded(loads: Loads, made: np.ndarray) -> np.ndarray:
    """The same with the carrier's words and the moment of its bill."""
    made["billed"] = loads.billed[made["load"]]
    for code, words in WORDS.items():
        rows = made["code"] == code
        habit = (loads.carrier[made["load"][rows]] * 7 + len(code)) % len(words)
        made["raw"][rows] = np.array(words)[habit]
    return made


def billed_stay(loads: Loads) -> tuple[np.ndarray, np.ndarray]:
    """Arrival and departure that the carrier bills by: its device, else the paper, else what its clerk knows."""
    by_device, on_paper = loads.witness == "device", loads.has_both_times()
    arrival = np.where(by_device, loads.seen_arrival, np.where(on_paper, loads.paper_arrival, loads.arrival))
    departure = np.where(by_device, loads.seen_departure, np.where(on_paper, loads.paper_departure, loads.departure))
    return arrival, departure


def _detention(rng: np.random.Generator, world: World, loads: Loads, may: np.ndarray) -> np.ndarray:
    known = detention.terms(world.customers, loads.customer)
    over = detention.minutes_over(known, loads.arrival, loads.appointment, loads.departure)
    chance = np.select([over < bound for bound, _ in BILLED_WHEN_OVER], [share for _, share in BILLED_WHEN_OVER])
    arrival, departure = billed_stay(loads)
    charged = detention.minutes_charged(known, detention.minutes_over(known, arrival, loads.appointment, departure))
    is_due = loads.truckload & ~loads.called_off & ~loads.redelivered & may & (over > 0) & (charged > 0)
    load = np.flatnonzero(is_due & (rng.random(len(loads)) < chance))
    made = lines(load, "DET", detention.cents(known, charged)[load])
    made["qty"], made["rate"] = np.round(charged[load] / 60, 4), known.rate[load]
    return made


def _layovers(rng: np.random.Generator, loads: Loads) -> np.ndarray:
    """Loads with a layover. It takes the place of detention: no valid bill has both for the same hours (domain.md §4.3, A07)."""
    is_long = loads.departure - loads.arrival > LAYOVER_AFTER
    chance = np.where(is_long, LAYOVER_LONG, LAYOVER_ELSE)
    return loads.truckload & ~loads.called_off & (rng.random(len(loads)) < chance)


def _lumpers(rng: np.random.Generator, world: World, loads: Loads) -> np.ndarray:
    at_grocer = loads.truckload & ~loads.called_off & world.facilities.sites["grocery"][loads.facility]
    load = np.flatnonzero(at_grocer & (rng.random(len(loads)) < LUMPER))
    return lines(load, "LUMPER", lumper_fee(rng, len(load)))


def lumper_fee(rng: np.random.Generator, count: int) -> np.ndarray:
    """What unloading costs, in cents."""
    median, deviation, least, most = LUMPER_FEE
    return np.round(np.clip(median * np.exp(rng.normal(0, deviation, count)), least, most) * 100).astype(np.int64)


def _stops(world: World, loads: Loads) -> np.ndarray:
    """One line for all extra stops, or one each where that is the carrier's way: legitimate lines of the same amount."""
    load = np.flatnonzero(loads.extra_stops > 0)
    each = world.customers.terms["stop"][loads.customer[load]] * 100
    count = loads.extra_stops[load]
    apart = world.carriers.by_stop[loads.carrier[load]] & (count > 1)
    whole = lines(load[~apart], "STOP", (each * count)[~apart])
    whole["qty"], whole["rate"] = count[~apart], each[~apart]
    split = lines(np.repeat(load[apart], count[apart]), "STOP", np.repeat(each[apart], count[apart]))
    split["rate"], split["negative"] = split["cents"], "same_amount_stops"
    split["stop"] = np.concatenate([np.arange(2, 2 + n) for n in count[apart]]) if apart.any() else 0
    return np.concatenate([whole, split])


def tariff(world: World, loads: Loads, code: str, load: np.ndarray) -> np.ndarray:
    """Dollars by the carrier's tariff of the day, less the customer's discount."""
    price = world.carriers.at(code, loads.carrier[load], loads.day[load])
    return price if code in UNDISCOUNTED else price * (1 - world.customers.discount[loads.customer[load]])


def _less_than_truckload(rng: np.random.Generator, world: World, loads: Loads) -> list[np.ndarray]:
    part = ~loads.truckload
    site = world.facilities.sites

    def some(chance: np.ndarray | float) -> np.ndarray:
        return np.flatnonzero(part & (rng.random(len(loads)) < chance))

    def priced(code: str, load: np.ndarray, dollars: np.ndarray) -> np.ndarray:
        return lines(load, code, np.round(dollars * 100).astype(np.int64))

    made = []
    for code, (kind, else_) in INCIDENTAL.items():
        load = some(np.where(site[kind][loads.facility], 1.0, else_))
        made.append(priced(code, load, tariff(world, loads, code, load)))
    for code, chance in FLAT.items():
        load = some(chance)
        made.append(priced(code, load, tariff(world, loads, code, load)))
    load = some(INSIDE)
    made.append(priced("INSIDE_D", load, np.clip(tariff(world, loads, "INSIDE_D", load) * loads.weight[load] / 100, *INSIDE_BOUNDS)))
    load = some(SORTSEG)
    made.append(priced("SORTSEG", load, np.maximum(SORTSEG_PER_CWT * loads.weight[load] / 100, SORTSEG_LEAST)))
    load = np.flatnonzero(loads.redelivered)
    off = 1 - world.customers.discount[loads.customer[load]]
    fee = np.maximum(tariff(world, loads, "REDEL", load), REDEL_PER_CWT * loads.weight[load] / 100 * off)
    made.append(priced("REDEL", load, np.where(loads.truckload[load], REDEL_TRUCKLOAD, fee)))
    return made


def _round_off(rng: np.random.Generator, made: np.ndarray) -> None:
    """A few valid lines are off by up to a dollar: somebody's rounding. A receipt is passed through as it is."""
    is_off = (rng.random(len(made)) < ROUNDED_OFF) & (made["code"] != "LUMPER")
    made["cents"] += is_off * rng.integers(1, 101, len(made)) * rng.choice((-1, 1), len(made))
