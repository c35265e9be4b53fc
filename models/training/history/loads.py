"""Loads: who ships what where and when, how long the truck stood, and who saw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import calendar
from .world import World

TRUCKLOAD = 0.6
MILES = (520, 0.8, 40, 3000)
PER_MILE, LEAST_LINEHAUL = (2.05, 0.25), 450
PEG, MPG, DIESEL = 1.25, 6.5, (3.85, 0.15)
DIESEL_MEMORY = 0.9
"""How much of a week's deviation stays in the next. domain.md says AR(1); the coefficient is not in it."""
WEIGHT = (1100, 0.8, 100, 12000)
PER_CWT, LEAST_LTL = (24, 7), 110
LTL_FUEL = (0.30, 0.03)
REEFER = 0.17
"""Share of truckloads. Not in domain.md, but it follows from P(stay > 120) = 0.381 of all and 0.543 of reefers."""
REEFER_STAYS, DWELL_WITHIN = 1.40, 0.50
SEASON = {"monday_friday": 1.25, "november_december": 1.3}
STORM, REGIME = 2.0, 1.5
EXTRA_STOPS, HOW_MANY = 0.08, ((1, 2, 3), (0.75, 0.18, 0.07))
TONU, REDELIVERY = 0.02, {"TL": 0.004, "LTL": 0.015}
OFFSET = (5, 10)
"""Minutes from the appointment to the truck's arrival, mean and deviation. Not in domain.md, whose lines of detention leave little room
for trucks that come early, and wait for nothing, or come late, and wait in vain."""
LTL_DWELL = (30, 0.5)
"""Minutes at the dock of a part load, median and deviation of the logarithm. Not in domain.md, where only truckloads are detained."""

RECORDED_OFF = 4
RECORDED_ROUNDED = ((5, 15, 1), (0.50, 0.35, 0.15))
PAIR_MISSING, ONE_MISSING, HALVES_UNCLEAR = 0.15, 0.08, 0.03
LEGIBLE = 0.93
WITNESS = (("device", "typed", "nobody"), (0.85, 0.10, 0.05))
"""Who reports a truckload's arrival and departure to the feed. Not in domain.md."""
DEVICE_OFF, TYPED_OFF = 1.5, 10
"""Minutes by which they are off. Not in domain.md: a fence is crossed at the gate, a clerk types later."""

BILL_LAG = (4, 0.7, 0.2, 40)
"""Days from delivery to the bill, median and deviation of the logarithm, least and most; the median from domain.md §6."""


@dataclass
class Loads:
    """One entry a shipment, in order of delivery. Moments are minutes on the clock of the site of delivery, amounts cents."""

    day: np.ndarray
    customer: np.ndarray
    carrier: np.ndarray
    truckload: np.ndarray
    facility: np.ndarray
    origin: np.ndarray
    miles: np.ndarray
    weight: np.ndarray
    linehaul: np.ndarray
    diesel: np.ndarray
    """Dollars a gallon of the week of delivery."""
    fuel_share: np.ndarray
    fuel: np.ndarray
    reefer: np.ndarray
    extra_stops: np.ndarray
    called_off: np.ndarray
    redelivered: np.ndarray
    storm: np.ndarray
    slowed: np.ndarray
    """At a facility after its change of regime."""
    appointment: np.ndarray
    arrival: np.ndarray
    departure: np.ndarray
    witness: np.ndarray
    seen_arrival: np.ndarray
    """By the feed's events, whoever reported them."""
    seen_departure: np.ndarray
    paper_arrival: np.ndarray
    """As written; -1 where nothing is."""
    paper_departure: np.ndarray
    in_halves: np.ndarray
    legible: np.ndarray
    billed: np.ndarray
    """When the first invoice goes out, in UTC."""

    def __len__(self) -> int:
        return len(self.day)

    def has_both_times(self) -> np.ndarray:
        """On the paper."""
        return (self.paper_arrival >= 0) & (self.paper_departure >= 0)

    def has_no_time(self) -> np.ndarray:
        """On the paper."""
        return (self.paper_arrival < 0) & (self.paper_departure < 0)


def draw(rng: np.random.Generator, world: World, count: int) -> Loads:
    """Loads with what truly happened and what was written of it."""
    customer, day = _who_and_when(rng, world, count)
    truckload = rng.random(count) < TRUCKLOAD
    carrier = _carrier(rng, world, customer, truckload)
    facility = np.where(truckload, _site(rng, world, "TL", count), _site(rng, world, "LTL", count))
    money = _money(rng, world, customer, day, truckload)
    reefer = truckload & (rng.random(count) < REEFER)
    extra = rng.choice(HOW_MANY[0], count, p=HOW_MANY[1]) * (truckload & (rng.random(count) < EXTRA_STOPS))
    called_off = truckload & (rng.random(count) < TONU)
    again = ~called_off & (rng.random(count) < np.where(truckload, REDELIVERY["TL"], REDELIVERY["LTL"]))
    storm = np.zeros(count, bool)
    for region, first in world.storms:
        storm |= (world.facilities.region[facility] == region) & (day >= first) & (day < first + 7)
    slowed = day >= world.facilities.slower_from[facility]
    slow = np.where(reefer, REEFER_STAYS, 1.0) * np.where(storm, STORM, 1.0) * np.where(slowed, REGIME, 1.0)
    stay = _stay(rng, world, day, truckload, facility, slow)
    times = _times(rng, day, truckload, stay)
    drawn = Loads(
        day=day, customer=customer, carrier=carrier, truckload=truckload, facility=facility, origin=_site(rng, world, "TL", count),
        reefer=reefer, extra_stops=np.where(called_off, 0, extra), called_off=called_off, redelivered=again, storm=storm, slowed=slowed, **money, **times,
        **_seen(rng, times, truckload), **_written(rng, times, truckload & ~called_off),
        billed=_billed(rng, world, facility, times["departure"]),
    )  # fmt: skip
    order = np.argsort(calendar.to_utc(drawn.departure, world.facilities.standard[facility]), kind="stable")
    return Loads(**{name: column[order] for name, column in vars(drawn).items()})


def _who_and_when(rng: np.random.Generator, world: World, count: int) -> tuple[np.ndarray, np.ndarray]:
    days = np.arange(calendar.DAYS)
    busy = np.select([calendar.weekday(days) == 5, calendar.weekday(days) == 6], [0.08, 0.02], 1.0)
    busy = busy * np.where(calendar.month(days) >= 11, 1.15, 1.0)
    reached = np.cumsum(busy) / busy.sum()
    open_share = 1 - np.concatenate([[0.0], reached])[world.customers.start]
    volume = world.customers.volume * open_share
    customer = rng.choice(len(volume), count, p=volume / volume.sum())
    day = np.searchsorted(reached, 1 - rng.random(count) * open_share[customer]).clip(0, calendar.DAYS - 1)
    return customer, day


def _carrier(rng: np.random.Generator, world: World, customer: np.ndarray, truckload: np.ndarray) -> np.ndarray:
    carrier = np.zeros(len(customer), int)
    for one in range(len(world.customers.volume)):
        for is_truckload in (True, False):
            rows = np.flatnonzero((customer == one) & (truckload == is_truckload))
            shares = world.customers.partners[one] * (world.carriers.truckload == is_truckload)
            carrier[rows] = rng.choice(len(shares), len(rows), p=shares / shares.sum())
    return carrier


def _site(rng: np.random.Generator, world: World, mode: str, count: int) -> np.ndarray:
    traffic = world.facilities.traffic[mode]
    return rng.choice(len(traffic), count, p=traffic)


def _lognormal(rng: np.random.Generator, figures: tuple[float, float, float, float], count: int) -> np.ndarray:
    median, deviation, least, most = figures
    return np.clip(median * np.exp(rng.normal(0, deviation, count)), least, most)


def diesel(rng: np.random.Generator) -> np.ndarray:
    """Dollars a gallon by week of the history."""
    weeks = calendar.DAYS // 7 + 1
    steps = rng.normal(0, 1, weeks)
    level = np.zeros(weeks)
    level[0] = steps[0]
    for week in range(1, weeks):
        level[week] = DIESEL_MEMORY * level[week - 1] + np.sqrt(1 - DIESEL_MEMORY**2) * steps[week]
    return np.round(DIESEL[0] + DIESEL[1] * level, 3)


def _money(rng: np.random.Generator, world: World, customer: np.ndarray, day: np.ndarray, truckload: np.ndarray) -> dict[str, np.ndarray]:
    count = len(day)
    miles = np.round(_lognormal(rng, MILES, count))
    weight = np.round(np.where(truckload, rng.uniform(12000, 44000, count), _lognormal(rng, WEIGHT, count)))
    per_cwt = np.maximum(rng.normal(*PER_CWT, count), 6) * (1 - world.customers.discount[customer])
    full = np.maximum(miles * rng.normal(*PER_MILE, count), LEAST_LINEHAUL)
    part = np.maximum(weight / 100 * per_cwt, LEAST_LTL)
    linehaul = np.round(np.where(truckload, full, part) * 100).astype(np.int64)
    index = diesel(rng)[day // 7]
    share = np.round(np.clip(rng.normal(*LTL_FUEL, count), 0.15, 0.45), 3)
    fuel = np.where(truckload, miles * (index - PEG) / MPG * 100, linehaul * share)
    return {"miles": miles, "weight": weight, "linehaul": linehaul, "diesel": index, "fuel_share": share, "fuel": np.round(fuel).astype(np.int64)}


def season(day: np.ndarray) -> np.ndarray:
    """Factor on stays by weekday and month, centred: it leaves the median over the year as it was."""
    weekday, month = calendar.weekday(day), calendar.month(day)
    by_week, by_year = np.log(SEASON["monday_friday"]), np.log(SEASON["november_december"])
    logs = by_week * np.isin(weekday, (0, 4)) + by_year * (month >= 11)
    return np.exp(logs - by_week * 0.4 - by_year / 6)


def _stay(rng: np.random.Generator, world: World, day: np.ndarray, truckload: np.ndarray, facility: np.ndarray, slow: np.ndarray) -> np.ndarray:
    """Minutes from arrival to release, where everything takes `slow` times as long as usual."""
    full = world.facilities.median[facility] * season(day) * np.exp(rng.normal(0, DWELL_WITHIN, len(day)))
    part = _lognormal(rng, (*LTL_DWELL, 5, 240), len(day))
    return np.maximum(np.round(np.where(truckload, full, part) * slow), 5).astype(np.int64)


def _times(rng: np.random.Generator, day: np.ndarray, truckload: np.ndarray, stay: np.ndarray) -> dict[str, np.ndarray]:
    count = len(day)
    appointment = calendar.FIRST_MINUTE + day * calendar.DAY + rng.integers(6 * 2, 16 * 2 + 1, count) * 30
    off = np.where(truckload, rng.normal(*OFFSET, count), rng.uniform(-60, 60, count))
    arrival = appointment + np.round(off).astype(np.int64)
    return {"appointment": appointment, "arrival": arrival, "departure": arrival + stay}


def _seen(rng: np.random.Generator, times: dict[str, np.ndarray], truckload: np.ndarray) -> dict[str, np.ndarray]:
    count = len(truckload)
    witness = np.where(truckload, rng.choice(WITNESS[0], count, p=WITNESS[1]), "typed")
    off = np.where(witness == "device", DEVICE_OFF, TYPED_OFF)
    arrival = times["arrival"] + np.round(rng.normal(0, 1, count) * off).astype(np.int64)
    departure = times["departure"] + np.round(rng.normal(0, 1, count) * off).astype(np.int64)
    return {"witness": witness, "seen_arrival": arrival, "seen_departure": np.maximum(departure, arrival + 1)}


def _written(rng: np.random.Generator, times: dict[str, np.ndarray], has_papers: np.ndarray) -> dict[str, np.ndarray]:
    count = len(has_papers)
    to = rng.choice(RECORDED_ROUNDED[0], count, p=RECORDED_ROUNDED[1])

    def by_hand(truth: np.ndarray) -> np.ndarray:
        return (np.round((truth + rng.normal(0, RECORDED_OFF, count)) / to) * to).astype(np.int64)

    arrival, departure = by_hand(times["arrival"]), by_hand(times["departure"])
    departure = np.maximum(departure, arrival + to)
    lot = rng.random(count)
    no_pair, no_one = lot < PAIR_MISSING, (lot >= PAIR_MISSING) & (lot < PAIR_MISSING + ONE_MISSING)
    lacks_arrival = rng.random(count) < 0.5
    return {
        "paper_arrival": np.where(~has_papers | no_pair | (no_one & lacks_arrival), -1, arrival),
        "paper_departure": np.where(~has_papers | no_pair | (no_one & ~lacks_arrival), -1, departure),
        "in_halves": rng.random(count) < HALVES_UNCLEAR,
        "legible": rng.random(count) < LEGIBLE,
    }


def _billed(rng: np.random.Generator, world: World, facility: np.ndarray, departure: np.ndarray) -> np.ndarray:
    days = _lognormal(rng, BILL_LAG, len(facility))
    return calendar.to_utc(departure, world.facilities.standard[facility]) + np.round(days * calendar.DAY).astype(np.int64)
