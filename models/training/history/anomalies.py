"""What goes wrong on purpose: lines are changed, copied or made up, and what they should have been stays in `expected`."""

from __future__ import annotations

import numpy as np

from . import calendar, detention
from .lines import LINE, billed_stay, lines, tariff, worded
from .loads import Loads
from .world import World

PER_LINE, PHANTOM = 0.065, 0.008
"""Chance of an anomaly per line, and of a phantom line per shipment."""
BAD_CARRIER, OTHER_CARRIER = 2.2, 0.85
KINDS = {
    "DET": (("WRONG_FREE", 0.28), ("TIME_INFLATE", 0.30), ("UNAUTH", 0.14), ("OVER_RATE", 0.14), ("DUP", 0.10), ("CREEP", 0.04)),
    "other": (("OVER_RATE", 0.34), ("DUP", 0.22), ("UNAUTH", 0.18), ("CREEP", 0.14), ("MISCODE", 0.12)),
}
FACTORS = (1.1, 1.15, 1.25, 1.5, 2.0)
WRONG_FREE_MINUTES = 60
INFLATED = (30, 120)
"""Minutes by which the paper's stay is longer than the true one."""
CREEP = (1.05, 1.12)
CREEPABLE = ("DET", "LAY", "TONU", "STOP", "LIFT", "RES", "LIMITED", "APPT", "HAZ", "REWEIGH", "INSIDE_D", "REDEL", "SORTSEG")
"""Codes with a rate that can creep: a lumper's fee is passed through."""
PHANTOMS = {"LTL": (("LIFT", "RES", "LIMITED"), (0.36, 0.28, 0.36)), "TL": (("LIMITED", "LUMPER", "LAY"), (0.5, 0.3, 0.2))}
"""Services that leave no trace but a paper's. Which are billed without having been done is not in domain.md."""
COPY_LAG = (1, 45)
"""Days after which a whole bill comes again."""
REBILLED = 0.5
"""Share of copies that come on an invoice of their own. Not in domain.md, which names both ways."""
MEANT = {"LAY": ("DETENTION",), "LUMPER": ("LUMPER FEE", "UNLOADING"), "LIFT": ("LIFTGATE",), "RES": ("RESIDENTIAL",), "LIMITED": ("LIMITED ACCESS",), "APPT": ("APPOINTMENT",)}
"""Words that give a wrongly coded line away."""


def inject(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> np.ndarray:
    """The lines with anomalies among them, in order of their loads. Changes what papers say of inflated stays in `loads`."""
    likelier = np.where(world.carriers.bad, BAD_CARRIER, OTHER_CARRIER)[loads.carrier]
    _choose(rng, loads, made, likelier)
    _creep(rng, world, loads, made)
    _wait_longer(rng, world, loads, made)
    _over_rate(rng, made)
    _miscode(rng, made)
    made["expected"][made["kind"] == "UNAUTH"] = 0
    everything = np.concatenate([made, _copies(rng, made), _phantoms(rng, world, loads, made, likelier)])
    return everything[np.argsort(everything["load"], kind="stable")]


def _choose(rng: np.random.Generator, loads: Loads, made: np.ndarray, likelier: np.ndarray) -> None:
    """Draws the kind of each anomalous line; creeping ones come in streams."""
    for group, kinds in KINDS.items():
        rows = np.flatnonzero((made["code"] == "DET") == (group == "DET"))
        chance = PER_LINE * likelier[made["load"][rows]]
        lot, reached = rng.random(len(rows)) / chance, 0.0
        for kind, share in kinds:
            if kind != "CREEP":
                made["kind"][rows[(lot >= reached) & (lot < reached + share)]] = kind
                reached += share
    # Nothing else is known by the name of what carriers call other charges.
    homeless = (made["kind"] == "MISCODE") & ~np.isin(made["code"], list(MEANT))
    made["kind"][homeless] = "OVER_RATE"


def _creep(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> None:
    """From a day on, what a carrier charges a customer for a code is a little more, for good. Half of a stream lies behind its first
    day on average, so that twice as many streams creep as lines shall."""
    customers, carriers = world.customers, world.carriers
    likelier = np.where(carriers.bad, BAD_CARRIER, OTHER_CARRIER)
    cap = customers.terms["cap"][loads.customer[made["load"]]] * 100
    for code in CREEPABLE:
        group = (made["code"] == "DET") == (code == "DET")
        share = dict(KINDS["DET" if code == "DET" else "other"])["CREEP"] * group.sum() / max(1, (group & np.isin(made["code"], CREEPABLE)).sum())
        size = len(customers.volume), len(carriers.scac)
        creeps = rng.random(size) < 2 * PER_LINE * share * likelier
        begins = customers.start[:, None] + rng.random(size) * (calendar.DAYS - customers.start[:, None])
        factor = rng.uniform(*CREEP, size)
        pair = loads.customer[made["load"]], loads.carrier[made["load"]]
        rows = (made["code"] == code) & creeps[pair] & (loads.day[made["load"]] >= begins[pair]) & np.isin(made["kind"], ("", "UNAUTH"))
        crept = np.round(made["cents"] * factor[pair]).astype(np.int64)
        crept = np.minimum(crept, np.maximum(cap, made["cents"])) if code == "DET" else crept
        rows &= crept > made["cents"]
        made["cents"][rows], made["rate"][rows] = crept[rows], np.round(made["rate"] * factor[pair])[rows]
        made["kind"][rows & (made["kind"] == "")] = "CREEP"


def _wait_longer(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> None:
    """Detention by a free time that is an hour too short, or by times that were stretched on the paper. Where the cap hides it, the
    rate is wrong instead."""
    rows = np.flatnonzero(np.isin(made["kind"], ("WRONG_FREE", "TIME_INFLATE")))
    load = made["load"][rows]
    known = detention.terms(world.customers, loads.customer[load])
    inflates = made["kind"][rows] == "TIME_INFLATE"
    arrival, departure = (moments[load] for moments in billed_stay(loads))
    more = np.round(rng.uniform(*INFLATED, len(rows)) / 5).astype(np.int64) * 5
    comes_earlier = rng.random(len(rows)) < 0.3
    written = _on_five(arrival - more * comes_earlier), _on_five(departure + more * ~comes_earlier)
    arrival, departure = np.where(inflates, written[0], arrival), np.where(inflates, written[1], departure)
    over = detention.minutes_over(known, arrival, loads.appointment[load], departure)
    charged = detention.minutes_charged(known, over + np.where(inflates, 0, WRONG_FREE_MINUTES))
    cents = detention.cents(known, charged)
    works = cents > made["cents"][rows] + 100
    made["kind"][rows[~works]] = "OVER_RATE"
    rows, load, inflates = rows[works], load[works], inflates[works]
    made["cents"][rows], made["qty"][rows] = cents[works], np.round(charged[works] / 60, 4)
    stretched = load[inflates]
    loads.paper_arrival[stretched], loads.paper_departure[stretched] = arrival[works][inflates], departure[works][inflates]


def _on_five(minutes: np.ndarray) -> np.ndarray:
    return np.round(minutes / 5).astype(np.int64) * 5


def _over_rate(rng: np.random.Generator, made: np.ndarray) -> None:
    rows = np.flatnonzero(made["kind"] == "OVER_RATE")
    factor = rng.choice(FACTORS, len(rows))
    for column in ("cents", "rate"):
        made[column][rows] = np.round(made[column][rows] * factor)


def _miscode(rng: np.random.Generator, made: np.ndarray) -> None:
    """A layover that was detention by the carrier's own words; else a charge under `MISC`, whose words say what it is."""
    for row in np.flatnonzero(made["kind"] == "MISCODE"):
        code = str(made["code"][row])
        made["raw"][row] = rng.choice(MEANT[code])
        made["code"][row], made["service"][row] = ("LAY", "DET") if code == "LAY" else ("MISC", code)


def _copies(rng: np.random.Generator, made: np.ndarray) -> np.ndarray:
    """Lines billed again, on the same invoice or on one of their own; only these are anomalous, not what they repeat."""
    copies = made[made["kind"] == "DUP"].copy()
    made["kind"][made["kind"] == "DUP"] = ""
    copies["expected"], copies["copy"], copies["negative"] = 0, True, ""
    again = rng.random(len(copies)) < REBILLED
    copies["suffix"] = np.where(again, rng.choice(("-R", "A", "B", "-2"), len(copies)), "")
    copies["billed"] += again * rng.integers(COPY_LAG[0] * calendar.DAY, COPY_LAG[1] * calendar.DAY, len(copies))
    return copies


def _phantoms(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray, likelier: np.ndarray) -> np.ndarray:
    """Lines for services that nobody did, at the usual price."""
    strikes = ~loads.called_off & (rng.random(len(loads)) < PHANTOM * likelier)
    parts = [np.zeros(0, LINE)]
    for mode, (codes, chances) in PHANTOMS.items():
        of_mode = np.flatnonzero(strikes & (loads.truckload == (mode == "TL")))
        code = rng.choice(codes, len(of_mode), p=chances)
        for one in codes:
            load = of_mode[code == one]
            load = load[~np.isin(load, made["load"][made["code"] == one])]
            parts.append(lines(load, one, _usual_price(rng, world, loads, one, load)))
    phantoms = np.concatenate(parts)
    phantoms["expected"], phantoms["kind"] = 0, "NO_EVIDENCE"
    return worded(loads, phantoms)


def _usual_price(rng: np.random.Generator, world: World, loads: Loads, code: str, load: np.ndarray) -> np.ndarray:
    if code == "LUMPER":
        return np.round(np.clip(195 * np.exp(rng.normal(0, 0.45, len(load))), 50, 600) * 100).astype(np.int64)
    if code == "LAY":
        return world.customers.terms["layover"][loads.customer[load]] * 100
    return np.round(tariff(world, loads, code, load) * 100).astype(np.int64)
