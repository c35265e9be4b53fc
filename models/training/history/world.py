"""Who takes part: carriers with tariffs, customers with contracts, facilities with their habits.

Names and codes are drawn apart from everything that is told of their bearers: nothing observed shows which carriers are bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import calendar

CARRIERS, BAD, CUSTOMERS, FACILITIES = 40, 4, 60, 400
TRUCKLOAD_CARRIERS = 22
"""Of the 40, with two of the four bad ones. Not in domain.md: as many as 60 % of shipments ask for."""
HELD_OUT = {"carriers": 6, "customers": 9}
"""Never seen in training (15 % of each, one of them a bad carrier). Not in domain.md."""
NEW_CUSTOMERS = 4
"""Start within the last 120 days: hard negatives without history. Their number is not in domain.md."""

TARIFF = {"LIFT": (115, 18), "RES": (140, 20), "LIMITED": (130, 18), "APPT": (35, 10), "HAZ": (45, 8), "REWEIGH": (32, 6), "INSIDE_D": (10, 1.5), "REDEL": (105, 20)}
"""LTL tariff of a carrier in dollars in the middle year, mean and deviation; INSIDE_D is dollars per hundredweight."""
GRI = (0.04, 0.06)
"""Yearly general rate increase in January, as a share."""

CONTRACT = {
    "free": ((60, 120, 180), (0.1, 0.8, 0.1)),
    "rate": ((50, 60, 75, 85, 100), (0.30, 0.27, 0.25, 0.06, 0.12)),
    "increment": ((15, 60, 30, 1), (0.46, 0.49, 0.03, 0.02)),
    "cap": ((350, 400), (0.5, 0.5)),
    "stop": ((50, 75, 100), (0.35, 0.40, 0.25)),
    "layover": ((250, 300, 350), (0.60, 0.25, 0.15)),
    "tonu": ((150, 200, 250), (0.30, 0.40, 0.30)),
}
"""Terms of truckload contracts: free minutes, dollars an hour, minutes a step, dollars. domain.md gives no shares for the last four; those
of stops, layovers and unused trucks follow from the medians that it gives of their lines (75, 250, 200)."""
DISCOUNT = 0.35
"""Of LTL tariffs, evenly spread from none to this share."""
ROUNDING = (("up", "nearest", "down"), (0.9, 0.05, 0.05))
START = (("later", "arrival"), (0.85, 0.15))
"""domain.md §4.2 names the kinds; how common they are is not in it: most contracts round up and start at the later."""
KNOWN = (("all", "detention", "nothing"), (0.6, 0.25, 0.15))
"""How much of its contract a customer has put into its profile. Not in domain.md: many contracts live on paper."""
APPROVED_CODES = ("DET", "LAY", "LUMPER", "STOP", "TONU", "REDEL", "LIFT", "INSIDE_D", "SORTSEG", "REWEIGH", "LIMITED", "RES", "APPT", "HAZ")
APPROVAL_WANTED = 0.5
"""Chance that a customer wants a code approved beforehand. Not in domain.md."""

REGIONS = {
    "northeast": ("America/New_York", (("Newark", "NJ", "07"), ("Albany", "NY", "12"), ("Worcester", "MA", "01"))),
    "southeast": ("America/New_York", (("Atlanta", "GA", "30"), ("Charlotte", "NC", "28"), ("Orlando", "FL", "32"))),
    "midwest": ("America/Chicago", (("Joliet", "IL", "60"), ("Des Moines", "IA", "50"), ("Milwaukee", "WI", "53"))),
    "south": ("America/Chicago", (("Dallas", "TX", "75"), ("Memphis", "TN", "38"), ("Tulsa", "OK", "74"))),
    "mountain": ("America/Denver", (("Aurora", "CO", "80"), ("Salt Lake City", "UT", "84"))),
    "west": ("America/Los_Angeles", (("Ontario", "CA", "91"), ("Kent", "WA", "98"), ("Reno", "NV", "89"))),
}
MEDIAN_DWELL, DWELL_BETWEEN_SITES = 94, 0.35
"""Minutes from arrival to release at the usual facility, and how far facilities differ (deviation of the logarithm)."""
SHARES = {"grocery": 0.25, "liftgate": 0.06, "residential": 0.04, "limited": 0.06, "appointment": 0.20}
LTL_PULL = 1.3
"""Sites without a dock, homes and sites of limited access take so much more of LTL deliveries than other facilities. domain.md §4.5
gives 6, 4 and 6 % of facilities, and 5.0, 2.6 and 3.8 lines per 100 shipments: both hold if they are delivered to three
tenths more often, as is to be expected of places that no full truck goes to. Without it the lines would be 4.4, 2.3 and 2.9."""
FLAGS_TOLD = 0.85
"""Share of facilities of which the feed says what kind of site they are. Not in domain.md."""
REGIMES = 8
"""Facilities that become slower from a day on (by 1.5). Their number is not in domain.md."""


@dataclass(frozen=True)
class Carriers:
    """One entry a carrier."""

    scac: np.ndarray
    truckload: np.ndarray
    bad: np.ndarray
    volume: np.ndarray
    tariff: dict[str, np.ndarray]
    """Dollars in the middle year, by code."""
    increases: np.ndarray
    """(carrier, January) factors."""
    by_stop: np.ndarray
    """Bills extra stops on a line each."""
    held_out: np.ndarray

    def at(self, code: str, carrier: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Tariff in dollars on a day of the history."""
        first, second = calendar.JANUARIES
        before, after = self.increases[carrier, 0], self.increases[carrier, 1]
        return self.tariff[code][carrier] * np.where(day < first, 1 / before, np.where(day < second, 1.0, after))


@dataclass(frozen=True)
class Customers:
    """One entry a customer; terms in minutes and dollars."""

    volume: np.ndarray
    start: np.ndarray
    """Day of the history from which it ships."""
    discount: np.ndarray
    terms: dict[str, np.ndarray]
    rounding: np.ndarray
    begins: np.ndarray
    """When free time starts: `later` or `arrival`."""
    known: np.ndarray
    approvals: dict[str, np.ndarray]
    """By code: does it want an approval beforehand."""
    temper: np.ndarray
    """How readily it disputes, on the logit."""
    partners: np.ndarray
    """(customer, carrier) shares of its shipments, within each mode."""
    held_out: np.ndarray


@dataclass(frozen=True)
class Facilities:
    """One entry a facility."""

    region: np.ndarray
    place: list[tuple[str, str, str, str]]
    """Name, town, state and postal code."""
    zone: np.ndarray
    standard: np.ndarray
    median: np.ndarray
    """Minutes of the usual stay, before a change of regime."""
    slower_from: np.ndarray
    """Day of the history; far off for those that stay as they are."""
    sites: dict[str, np.ndarray]
    told: np.ndarray
    traffic: dict[str, np.ndarray]
    """Share of deliveries by mode, `TL` and `LTL`."""


@dataclass(frozen=True)
class World:
    """All of them, and when storms stop traffic."""

    carriers: Carriers
    customers: Customers
    facilities: Facilities
    storms: list[tuple[str, int]]
    """Region and first day of a week in which everything takes twice as long."""


def draw(rng: np.random.Generator) -> World:
    """A world."""
    carriers = _carriers(rng)
    january_or_so = [january + int(rng.integers(5, 45)) for january in calendar.JANUARIES]
    storms = [(str(rng.choice(list(REGIONS))), day) for day in january_or_so]
    return World(carriers, _customers(rng, carriers), _facilities(rng), storms)


def _spread(rng: np.random.Generator, values: tuple, shares: tuple, count: int) -> np.ndarray:
    """`count` values in exactly these shares, shuffled: few entities drawn one by one would make every world's figures others."""
    reached = np.cumsum(shares) / np.sum(shares)
    return rng.permutation(np.array(values)[np.searchsorted(reached, (np.arange(count) + 0.5) / count)])


def _normal(rng: np.random.Generator, mean: float, deviation: float, count: int) -> np.ndarray:
    """Normal values that have this mean and deviation, for the same reason."""
    drawn = rng.normal(0, 1, count)
    return mean + deviation * (drawn - drawn.mean()) / drawn.std()


def _picked(rng: np.random.Generator, total: int, count: int) -> np.ndarray:
    chosen = np.zeros(total, bool)
    chosen[rng.choice(total, count, replace=False)] = True
    return chosen


def _carriers(rng: np.random.Generator) -> Carriers:
    order = rng.permutation(CARRIERS)
    truckload = order < TRUCKLOAD_CARRIERS
    bad = np.zeros(CARRIERS, bool)
    for of_mode in (truckload, ~truckload):
        bad[rng.choice(np.flatnonzero(of_mode), BAD // 2, replace=False)] = True
    held_out = np.zeros(CARRIERS, bool)
    for group, count in ((bad, 1), (~bad & truckload, 3), (~bad & ~truckload, HELD_OUT["carriers"] - 4)):
        held_out[rng.choice(np.flatnonzero(group), count, replace=False)] = True
    letters = rng.choice(list("ABCDEFGHIJKLMNOPQRSTVWY"), (CARRIERS, 3))
    heads = [a + b for a in "ABDFGHKLM" for b in "ACEILORST"]
    scac = np.array([head + a + b for head, (a, b, _) in zip(rng.choice(heads, CARRIERS, replace=False), letters)])
    tariff = {code: np.zeros(CARRIERS) for code in TARIFF}
    for code, (mean, deviation) in TARIFF.items():
        for of_mode in (truckload, ~truckload):
            tariff[code][of_mode] = np.maximum(_normal(rng, mean, deviation, of_mode.sum()), mean / 3)
    return Carriers(
        scac=scac, truckload=truckload, bad=bad, volume=rng.lognormal(0, 0.3, CARRIERS), tariff=tariff,
        increases=1 + rng.uniform(*GRI, (CARRIERS, len(calendar.JANUARIES))), by_stop=rng.random(CARRIERS) < 0.2, held_out=held_out,
    )  # fmt: skip


def _customers(rng: np.random.Generator, carriers: Carriers) -> Customers:
    start = np.zeros(CUSTOMERS, int)
    newcomers = _picked(rng, CUSTOMERS, NEW_CUSTOMERS)
    start[newcomers] = rng.integers(calendar.DAYS - 120, calendar.DAYS - 30, NEW_CUSTOMERS)
    partners = np.zeros((CUSTOMERS, CARRIERS))
    for customer in range(CUSTOMERS):
        for of_mode, count in ((carriers.truckload, 7), (~carriers.truckload, 6)):
            chances = carriers.volume * of_mode
            known = rng.choice(CARRIERS, count, replace=False, p=chances / chances.sum())
            partners[customer, known] = rng.dirichlet(np.full(count, 2.0))
    return Customers(
        volume=rng.lognormal(0, 0.5, CUSTOMERS), start=start, discount=rng.permutation((np.arange(CUSTOMERS) + 0.5) / CUSTOMERS * DISCOUNT),
        terms={name: _spread(rng, values, chances, CUSTOMERS) for name, (values, chances) in CONTRACT.items()},
        rounding=_spread(rng, *ROUNDING, CUSTOMERS), begins=_spread(rng, *START, CUSTOMERS),
        known=_spread(rng, *KNOWN, CUSTOMERS),
        approvals={code: rng.random(CUSTOMERS) < APPROVAL_WANTED for code in APPROVED_CODES},
        temper=_normal(rng, 0, 0.6, CUSTOMERS), partners=partners, held_out=_picked(rng, CUSTOMERS, HELD_OUT["customers"]),
    )  # fmt: skip


def _reaching(rng: np.random.Generator, share: float, traffic: np.ndarray) -> np.ndarray:
    """Facilities picked at random until they take `share` of the traffic: with 400 of them of unlike size, a share of their number
    alone would make every world's figures others."""
    order = rng.permutation(len(traffic))
    taken = np.zeros(len(traffic), bool)
    taken[order[np.cumsum(traffic[order]) - traffic[order] / 2 <= share * traffic.sum()]] = True
    return taken


def _facilities(rng: np.random.Generator) -> Facilities:
    size = rng.lognormal(0, 0.5, FACILITIES)
    sites = {name: _reaching(rng, share, size) for name, share in SHARES.items() if name != "grocery"}
    truckloads = size * ~sites["residential"]
    sites["grocery"] = _reaching(rng, SHARES["grocery"], truckloads)
    pull = LTL_PULL ** sum(sites[name].astype(int) for name in ("liftgate", "residential", "limited"))
    region = rng.choice(list(REGIONS), FACILITIES)
    zone = np.array([REGIONS[name][0] for name in region])
    places = []
    for index, name in enumerate(region):
        towns = REGIONS[name][1]
        town, state, prefix = towns[int(rng.integers(len(towns)))]
        places.append((f"Site {index + 1:03d} {town}", town, state, f"{prefix}{int(rng.integers(1000)):03d}"))
    slower_from = np.full(FACILITIES, 10 * calendar.DAYS)
    changed = rng.choice(FACILITIES, REGIMES, replace=False, p=truckloads / truckloads.sum())
    slower_from[changed] = rng.integers(calendar.DAYS // 4, calendar.DAYS * 3 // 4, REGIMES)
    return Facilities(
        region=region, place=places, zone=zone, standard=np.array([calendar.STANDARD[name] for name in zone]),
        median=MEDIAN_DWELL * np.exp(_normal(rng, 0, DWELL_BETWEEN_SITES, FACILITIES)), slower_from=slower_from, sites=sites,
        told=rng.random(FACILITIES) < FLAGS_TOLD, traffic={"TL": truckloads / truckloads.sum(), "LTL": size * pull / (size * pull).sum()},
    )  # fmt: skip
