"""Billing profiles in the keys of contract.md §1.4: what each customer has put on file of its contracts."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import calendar
from .lines import INSIDE_BOUNDS, LUMPER_FEE, REDEL_PER_CWT, REDEL_TRUCKLOAD, SORTSEG_PER_CWT, UNDISCOUNTED
from .loads import MPG, PEG, WEIGHT
from .world import World

FLAT_CODES = ("LIFT", "RES", "LIMITED", "APPT", "HAZ", "REWEIGH")
"""Codes with one price, as a schedule can hold it; those by weight are known to it by their highest amount."""
YEARS = (2024, 2025, 2026)


def money(cents: float) -> str:
    """`135.00`"""
    whole = round(cents)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def name(customer: int) -> str:
    """A customer's id."""
    return f"C{customer + 1:03d}"


def profile_id(world: World, customer: int, carrier: int, day: int) -> str:
    """The profile that a load is billed by. LTL tariffs are a carrier's own and change with the year."""
    if world.carriers.truckload[carrier]:
        return f"{name(customer)}-TL"
    if world.customers.known[customer] != "all":
        return f"{name(customer)}-LTL"
    year = YEARS[sum(day >= january for january in calendar.JANUARIES)]
    return f"{name(customer)}-LTL-{world.carriers.scac[carrier]}-{year}"


def profiles(world: World) -> list[dict[str, Any]]:
    """All profiles that loads can name."""
    made = []
    for customer in range(len(world.customers.volume)):
        made.append(_head(world, customer, f"{name(customer)}-TL") | _truckload(world, customer))
        if world.customers.known[customer] != "all":
            made.append(_head(world, customer, f"{name(customer)}-LTL"))
            continue
        for carrier in np.flatnonzero((world.customers.partners[customer] > 0) & ~world.carriers.truckload):
            for day in (0, *calendar.JANUARIES):
                made.append(_head(world, customer, profile_id(world, customer, carrier, day)) | _part_load(world, customer, carrier, day))
    return made


def _head(world: World, customer: int, id_: str) -> dict[str, Any]:
    wanted = {code: "dispatch" for code, customers in world.customers.approvals.items() if customers[customer]}
    return {
        "id": id_, "version": 1, "customer_id": name(customer), "customer": f"Customer {customer + 1:03d}", "required_docs": ["pod", "lumper_receipt_if_charged"],
        "accessorial_preapproval": wanted, "tolerance": {"abs": "1.00", "pct": 0.5},
    }  # fmt: skip


def _truckload(world: World, customer: int) -> dict[str, Any]:
    customers = world.customers
    if customers.known[customer] == "nothing":
        return {}
    terms = {key: int(values[customer]) for key, values in customers.terms.items()}
    caps = {"DET": money(terms["cap"] * 100)}
    found: dict[str, Any] = {
        "free_time": {"TL": terms["free"]}, "detention_rate_per_hour": money(terms["rate"] * 100), "increment": terms["increment"],
        "rounding": str(customers.rounding[customer]), "detention_start": str(customers.begins[customer]), "caps": caps,
        "fsc": {"TL": {"peg": PEG, "mpg": MPG}},
    }  # fmt: skip
    if customers.known[customer] == "all":
        schedule = {"STOP": terms["stop"], "LAY": terms["layover"], "TONU": terms["tonu"], "REDEL": REDEL_TRUCKLOAD}
        found["accessorial_schedule"] = {code: money(dollars * 100) for code, dollars in schedule.items()}
        caps["LUMPER"] = money(LUMPER_FEE[3] * 100)
    return found


def _part_load(world: World, customer: int, carrier: int, day: int) -> dict[str, Any]:
    off = 1 - world.customers.discount[customer]
    heaviest = WEIGHT[3] / 100

    def price(code: str) -> str:
        dollars = float(world.carriers.at(code, np.array([carrier]), np.array([day]))[0])
        return money(dollars * (1.0 if code in UNDISCOUNTED else off) * 100)

    caps = {"INSIDE_D": INSIDE_BOUNDS[1], "REDEL": REDEL_PER_CWT * heaviest * off, "SORTSEG": SORTSEG_PER_CWT * heaviest}
    return {"accessorial_schedule": {code: price(code) for code in FLAT_CODES}, "caps": {code: money(dollars * 100) for code, dollars in caps.items()}}
