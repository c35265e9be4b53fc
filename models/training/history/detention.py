"""What waiting costs by the contract (domain.md §4.2), for many stays at once, in minutes and cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .world import Customers

GRACE = 30
"""Minutes after the appointment from which a truck is late, which voids detention (domain.md §4.2: 15 to 30)."""


@dataclass(frozen=True)
class Terms:
    """Contract terms, one entry a stay: minutes, cents an hour, cents."""

    free: np.ndarray
    increment: np.ndarray
    rounding: np.ndarray
    rate: np.ndarray
    cap: np.ndarray
    from_arrival: np.ndarray


def terms(customers: Customers, customer: np.ndarray) -> Terms:
    """The terms that hold for stays of these customers' loads."""
    of = {name: values[customer] for name, values in customers.terms.items()}
    begins = customers.begins[customer]
    return Terms(of["free"], of["increment"], customers.rounding[customer], of["rate"] * 100, of["cap"] * 100, begins == "arrival")


def minutes_over(known: Terms, arrival: np.ndarray, appointment: np.ndarray, departure: np.ndarray) -> np.ndarray:
    """Minutes beyond the free time, 0 within it and for a truck that was late."""
    start = np.where(known.from_arrival, arrival, np.maximum(arrival, appointment))
    over = np.maximum(departure - start - known.free, 0)
    is_late = ~known.from_arrival & (arrival > appointment + GRACE)
    return np.where(is_late, 0, over)


def minutes_charged(known: Terms, over: np.ndarray) -> np.ndarray:
    """Whole steps."""
    slack = np.select([known.rounding == "up", known.rounding == "nearest"], [known.increment - 1, known.increment // 2], 0)
    return (over + slack) // known.increment * known.increment


def cents(known: Terms, charged: np.ndarray) -> np.ndarray:
    """Amount of so many minutes, at most the cap."""
    return np.minimum((charged * known.rate + 30) // 60, known.cap)
