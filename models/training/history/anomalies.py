"""What goes wrong on purpose: lines are changed, copied or made up, and what they should have been stays in `expected`."""

from __future__ import annotations

import numpy as np

from . import calendar, detention
from .lines import LINE, WORDS, billed_stay, lines, lumper_fee, tariff, worded
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
PHANTOMS = {"LTL": (("LIFT", "RES", "LIMITED"), (0.36, 0.28, 0.36)), "TL": (("DET", "LUMPER", "STOP", "LAY"), (0.25, 0.40, 0.20, 0.15))}
"""What is billed without having been done, of what is also billed rightly. Not in domain.md."""
TERMS = {"LAY": "layover", "STOP": "stop"}
PHANTOM_WAIT = (15, 150)
"""Minutes of detention that a phantom line claims."""
COPY_LAG = (1, 45)
"""Days after which a whole bill comes again."""
REBILLED = 0.5
"""Share of copies that come on an invoice of their own. Not in domain.md, which names both ways."""
RECEIPT_REUSED, REUSED_AFTER = 0.4, (3, 60)
"""Share of copied unloading charges that come with the old receipt on another load, and after how many days. Not in domain.md, which
names the way (§4.3, A06)."""
MEANT = {code: words[0] for code, words in WORDS.items() if code not in ("DET", "MISC")} | {"LAY": "DETENTION"}
"""Words that give a wrongly coded line away. A layover was detention by them."""
DEARER = {"APPT": "LIFT", "LIFT": "RES", "LIMITED": "RES"}
"""Codes under which half of the others are billed, at that code's price; the rest, and all of other codes, are billed as `MISC`."""


def inject(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> np.ndarray:
    """The lines with anomalies among them, in order of their loads. Changes what papers say of inflated stays in `loads`."""
    likelier = np.where(world.carriers.bad, BAD_CARRIER, OTHER_CARRIER)[loads.carrier]
    _choose(rng, loads, made, likelier)
    crept = _creep(rng, world, loads, made)
    _wait_longer(rng, world, loads, made)
    _over_rate(rng, made)
    _miscode(rng, world, loads, made)
    made["expected"][made["kind"] == "UNAUTH"] = 0
    made = np.concatenate([made, _copies(rng, loads, made, crept)])
    everything = np.concatenate([made, _phantoms(rng, world, loads, made, likelier)])
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
    # What has no code cannot have a wrong one.
    homeless = (made["kind"] == "MISCODE") & (made["code"] == "MISC")
    made["kind"][homeless] = "OVER_RATE"


def _creep(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> np.ndarray:
    """From a day on, what a carrier charges a customer for a code is a little more, for good. Half of a stream lies behind its first
    day on average, so that twice as many streams creep as lines shall. Says which lines crept; those that something else happened to
    keep their kind."""
    crept = np.zeros(len(made), bool)
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
        rows = (made["code"] == code) & creeps[pair] & (loads.day[made["load"]] >= begins[pair]) & np.isin(made["kind"], ("", "UNAUTH", "DUP"))
        higher = np.round(made["cents"] * factor[pair]).astype(np.int64)
        higher = np.minimum(higher, np.maximum(cap, made["cents"])) if code == "DET" else higher
        rows &= higher > made["cents"]
        made["cents"][rows], made["rate"][rows] = higher[rows], np.round(made["rate"] * factor[pair])[rows]
        made["kind"][rows & (made["kind"] == "")] = "CREEP"
        crept |= rows
    return crept


def _wait_longer(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> None:
    """Detention by a free time that is an hour too short, or by times that were stretched on the paper. Where the cap hides it, the
    rate is wrong instead."""
    rows = np.flatnonzero(np.isin(made["kind"], ("WRONG_FREE", "TIME_INFLATE")))
    load = made["load"][rows]
    known = detention.terms(world.customers, loads.customer[load])
    inflates = made["kind"][rows] == "TIME_INFLATE"
    arrival, departure = (moments[load] for moments in billed_stay(loads))
    more = np.round(rng.uniform(*INFLATED, len(rows)) / 5).astype(np.int64) * 5
    # Where free time starts with the appointment at the earliest, an earlier arrival would gain nothing.
    comes_earlier = known.from_arrival & (rng.random(len(rows)) < 0.5)
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


def _miscode(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray) -> None:
    """Under a code that the carrier's own words contradict."""
    for row in np.flatnonzero(made["kind"] == "MISCODE"):
        code = str(made["service"][row])
        made["raw"][row] = MEANT[code]
        if code == "LAY":
            made["service"][row] = "DET"
        elif code in DEARER and rng.random() < 0.5:
            made["code"][row] = DEARER[code]
            made["cents"][row] = np.round(tariff(world, loads, DEARER[code], made["load"][row : row + 1])[0] * 100)
        else:
            made["code"][row] = "MISC"


def _copies(rng: np.random.Generator, loads: Loads, made: np.ndarray, crept: np.ndarray) -> np.ndarray:
    """Lines billed again, on the same invoice or on one of their own; only these are anomalous, not what they repeat."""
    is_original = made["kind"] == "DUP"
    copies = made[is_original].copy()
    made["kind"][is_original] = np.where(crept[is_original], "CREEP", "")
    copies["expected"], copies["copy"], copies["negative"] = 0, True, ""
    again = rng.random(len(copies)) < REBILLED
    copies["suffix"] = np.where(again, rng.choice(("-R", "A", "B", "-2"), len(copies)), "")
    copies["billed"] += again * rng.integers(COPY_LAG[0] * calendar.DAY, COPY_LAG[1] * calendar.DAY, len(copies))
    _use_receipts_again(rng, loads, made, copies)
    return copies


def _use_receipts_again(rng: np.random.Generator, loads: Loads, made: np.ndarray, copies: np.ndarray) -> None:
    """Moves some copied unloading charges, with their receipts, to a later load of the carrier that has none."""
    is_free = loads.truckload & ~loads.called_off
    is_free[made["load"][made["service"] == "LUMPER"]] = False
    for row in np.flatnonzero((copies["code"] == "LUMPER") & (rng.random(len(copies)) < RECEIPT_REUSED)):
        old = int(copies["load"][row])
        after = loads.day - loads.day[old]
        others = np.flatnonzero(is_free & (loads.carrier == loads.carrier[old]) & (after >= REUSED_AFTER[0]) & (after <= REUSED_AFTER[1]))
        if len(others):
            new = int(rng.choice(others))
            is_free[new] = False
            copies["load"][row], copies["receipt_of"][row], copies["suffix"][row], copies["billed"][row] = new, old + 1, "", loads.billed[new]


def _phantoms(rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray, likelier: np.ndarray) -> np.ndarray:
    """Lines for services that nobody did, at the usual price, on loads where they could have been done."""
    parts = [np.zeros(0, LINE)]
    for mode, (codes, shares) in PHANTOMS.items():
        of_mode = ~loads.called_off & (loads.truckload == (mode == "TL"))
        for code, share in zip(codes, shares):
            could_be = of_mode & _lends_itself(world, loads, code)
            could_be[made["load"][(made["code"] == code) | (made["service"] == code)]] = False
            chance = PHANTOM * likelier * share * could_be * of_mode.sum() / max(1, could_be.sum())
            parts.append(_phantom(rng, world, loads, code, np.flatnonzero(rng.random(len(loads)) < chance)))
    phantoms = np.concatenate(parts)
    phantoms["expected"], phantoms["kind"] = 0, "NO_EVIDENCE"
    return worded(loads, phantoms)


def _lends_itself(world: World, loads: Loads, code: str) -> np.ndarray:
    """Loads on which the charge is not out of place: unloading at a grocer, detention where the truck left within the free time,
    a stop where there was none beside the last."""
    if code == "LUMPER":
        return world.facilities.sites["grocery"][loads.facility]
    if code == "DET":
        known = detention.terms(world.customers, loads.customer)
        return detention.minutes_over(known, loads.arrival, loads.appointment, loads.departure) == 0
    return loads.extra_stops == 0


def _phantom(rng: np.random.Generator, world: World, loads: Loads, code: str, load: np.ndarray) -> np.ndarray:
    if code == "DET":
        return _phantom_wait(rng, world, loads, load)
    if code == "LUMPER":
        return lines(load, code, lumper_fee(rng, len(load)))
    if code in TERMS:
        return lines(load, code, world.customers.terms[TERMS[code]][loads.customer[load]] * 100)
    return lines(load, code, np.round(tariff(world, loads, code, load) * 100).astype(np.int64))


def _phantom_wait(rng: np.random.Generator, world: World, loads: Loads, load: np.ndarray) -> np.ndarray:
    """Wipes the times off the paper, which would tell."""
    known = detention.terms(world.customers, loads.customer[load])
    charged = np.maximum(detention.minutes_charged(known, rng.integers(*PHANTOM_WAIT, len(load))), known.increment)
    made = lines(load, "DET", detention.cents(known, charged))
    made["qty"], made["rate"] = np.round(charged / 60, 4), known.rate
    loads.paper_arrival[load] = loads.paper_departure[load] = -1
    return made
