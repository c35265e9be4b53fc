"""What the world sees: canonical shipments (domain.md §5.2, contract.md §1.2) and what the reading of their papers gave.

A line of `shipments.jsonl` is a shipment as Countersign parses it. A line of `papers.jsonl`:
`{"shipment": id, "papers": [{"class", "fields": {name: {"value", "raw", "confidence"}}, "notations": [{"type", "text", "qty"?, "unit"?}]}]}`
with the classes of domain.md §1.1 and the fields of §2.1; `raw` is what stood on the paper. A shipment that was called off has no papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import calendar
from .evidence import Evidence
from .loads import Loads
from .profiles import money, name, profile_id
from .world import World

TRANSIT_MILES = 500
"""A day; tells when a load was picked up."""
STOP_MINUTES = (15, 50)
"""Stays at extra stops: within every contract's free time."""
REMARKS = (("CLEAN", "RECEIVED IN GOOD ORDER", 0.25), ("SHORT", "2 ctn short", 0.02), ("DAMAGE", "1 ctn crushed", 0.01))
"""Remarks that have nothing to do with charges, and how common they are. Not in domain.md."""
SURE, UNSURE = (0.75, 0.99), (0.30, 0.58)
"""Confidence of values that can be read, and of those that cannot (below 0.6 a person has to look: domain.md §2.2)."""
ATTEMPT_SHOWN = 0.9
"""Of redelivered loads, share whose failed attempt was reported."""
MODES = {True: "TL", False: "LTL"}


@dataclass(frozen=True)
class Row:
    """A billed line as written: on which invoice, as which line of it."""

    row: int
    invoice: str
    line: int


@dataclass(frozen=True)
class Bill:
    """What is billed for a load: number of its first invoice, and the accessorial lines in the order of the feed."""

    invoice: str
    rows: list[Row]


def bills(rng: np.random.Generator, loads: Loads, made: np.ndarray) -> list[Bill]:
    """A bill for each load: the lines of its first invoice, then of later ones."""
    later = made["suffix"] != ""
    order = np.lexsort((rng.random(len(made)), made["copy"], np.where(later, made["billed"], 0), made["load"]))
    numbers = rng.permutation(len(loads)) + 100000 + len(loads)
    found = [Bill(str(number), []) for number in numbers]
    for row in order.tolist():
        load = int(made["load"][row])
        bill = found[load]
        invoice = bill.invoice + str(made["suffix"][row])
        base = 0 if later[row] or loads.called_off[load] else 2
        bill.rows.append(Row(row, invoice, base + 1 + sum(other.invoice == invoice for other in bill.rows)))
    return found


class Observer:
    """Writes down loads one by one. All chance is drawn beforehand, for all of them at once."""

    def __init__(self, rng: np.random.Generator, world: World, loads: Loads, made: np.ndarray, bills_: list[Bill], evidence: Evidence) -> None:
        count = len(loads)
        self._world, self._loads, self._made, self._bills, self._evidence = world, loads, made, bills_, evidence
        self._serial = rng.permutation(count) + 10**7
        self._confidence = rng.uniform(*SURE, (count, 6)).round(3)
        self._doubt = rng.uniform(*UNSURE, (count, 2)).round(3)
        self._lot = rng.random((count, 5))
        standard = world.facilities.standard[loads.facility]

        def utc(local: np.ndarray) -> list[str]:
            return calendar.stamps(calendar.to_utc(local, standard))

        transit = np.maximum(np.round(loads.miles / TRANSIT_MILES), 1).astype(np.int64) * calendar.DAY
        out_on = rng.integers(-240, 240, count)
        self._appointment, self._arrived, self._left = utc(loads.appointment), utc(loads.seen_arrival), utc(loads.seen_departure)
        self._reported = utc(loads.seen_departure + rng.integers(0, 30, count))
        self._attempted = utc(loads.seen_arrival - calendar.DAY)
        self._picked_up, self._tendered = utc(loads.appointment - transit + out_on), utc(loads.appointment - transit - 2 * calendar.DAY + out_on)
        self._called_off = utc(loads.appointment - transit + out_on - 180)
        self._billed, self._line_billed = calendar.stamps(loads.billed), calendar.stamps(made["billed"])
        self._delivered = calendar.days_of(loads.departure)
        self._index_day = calendar.dates(loads.day // 7 * 7).astype(str).tolist()
        self._extra = _nearby(rng, world, loads.facility)
        before = -rng.integers(120, 300, (count, 3)).cumsum(axis=1)
        arrivals = loads.arrival[:, None] + before
        self._extra_times = [(utc(arrivals[:, k]), utc(arrivals[:, k] + rng.integers(*STOP_MINUTES, count))) for k in range(3)]

    def shipments(self) -> Iterator[dict[str, Any]]:
        """In order of delivery."""
        for load in range(len(self._loads)):
            yield self._shipment(load)

    def papers(self) -> Iterator[dict[str, Any]]:
        """In the same order."""
        for load in range(len(self._loads)):
            yield {"shipment": shipment_id(load), "papers": [] if self._loads.called_off[load] else self._pack(load)}

    def _shipment(self, load: int) -> dict[str, Any]:
        loads, carriers = self._loads, self._world.carriers
        customer, carrier = int(loads.customer[load]), int(loads.carrier[load])
        scac, truckload = str(carriers.scac[carrier]), bool(loads.truckload[load])
        kind = ("reefer" if loads.reefer[load] else "van") if truckload else "ltl"
        serial = int(self._serial[load])
        return {
            "id": shipment_id(load), "version": 1, "tenant": "default", "status": "cancelled" if loads.called_off[load] else "delivered",
            "mode": MODES[truckload], "equipment": {"type": kind},
            "refs": [{"type": "PRO", "value": str(serial * 7 % 10**9), "scac": scac}, {"type": "BOL", "value": f"B{serial}"}, {"type": "LOAD", "value": _load_number(serial)}],
            "carrier": {"scac": scac, "name": f"{scac} Freight", "tendered_at": self._tendered[load]},
            "customer": {"id": name(customer), "profile_id": profile_id(self._world, customer, carrier, int(loads.day[load]))},
            "parties": {"shipper": self._party(int(loads.origin[load])), "consignee": self._party(int(loads.facility[load]))},
            "stops": self._stops(load), "rates": self._rates(load), "billed": self._billed_lines(load),
        }  # fmt: skip

    def _party(self, facility: int) -> dict[str, str]:
        title, town, state, postal = self._world.facilities.place[facility]
        return {"name": title, "city": town, "state": state, "postal": postal, "country": "US"}

    def _site(self, facility: int) -> dict[str, Any]:
        facilities = self._world.facilities
        title, town, state, postal = facilities.place[facility]
        site = {"facility_id": f"F{facility + 1:03d}", "name": title, "address": {"city": town, "state": state, "postal": postal}, "tz": str(facilities.zone[facility])}
        if facilities.told[facility]:
            kinds = {key: bool(values[facility]) for key, values in facilities.sites.items()}
            site["flags"] = {"residential": kinds["residential"], "dock": not kinds["liftgate"], "limited_access": kinds["limited"], "grocery": kinds["grocery"]}
        return site

    def _stops(self, load: int) -> list[dict[str, Any]]:
        loads = self._loads
        code, at = ("CA", self._called_off[load]) if loads.called_off[load] else ("AF", self._picked_up[load])
        pickup = self._site(int(loads.origin[load]))
        pickup.pop("flags", None)
        stops = [{"seq": 1, "kind": "pickup", **pickup, "events": [{"code": code, "source": "edi214", "at": at}]}]
        for extra in reversed(range(int(loads.extra_stops[load]))):
            arrived, left = (moments[load] for moments in self._extra_times[extra])
            stops.append({"seq": len(stops) + 1, "kind": "delivery", **self._site(int(self._extra[load, extra])), "events": self._stay(load, arrived, left)})
        last: dict[str, Any] = {"seq": len(stops) + 1, "kind": "delivery", **self._site(int(loads.facility[load])), "events": []}
        if loads.truckload[load] or self._shows(load, "APPT"):
            last["appt"] = {"from": self._appointment[load], "to": self._appointment[load]}
        last["expected"] = {"weight": float(loads.weight[load]), "uom": "lb"}
        if not loads.called_off[load]:
            last["events"] = self._stay(load, self._arrived[load], self._left[load]) + [{"code": "D1", "source": "edi214", "at": self._reported[load]}]
            if loads.redelivered[load] and self._lot[load, 0] < ATTEMPT_SHOWN:
                last["events"].insert(0, {"code": "AH", "source": "edi214", "at": self._attempted[load]})
        return [*stops, last]

    def _stay(self, load: int, arrived: str, left: str) -> list[dict[str, Any]]:
        witness = str(self._loads.witness[load])
        if witness == "nobody":
            return []
        source = "edi214" if witness == "typed" else ("geofence" if self._lot[load, 1] < 0.7 else "eld")
        return [{"code": "X1", "source": source, "at": arrived}, {"code": "CD", "source": source, "at": left}]

    def _shows(self, load: int, service: str) -> bool:
        return any(self._made["service"][known.row] == service and self._evidence.shown[known.row] for known in self._bills[load].rows)

    def _rates(self, load: int) -> dict[str, Any]:
        loads = self._loads
        if loads.truckload[load]:
            fuel: dict[str, Any] = {"table": "DOE", "index_date": self._index_day[load], "index": float(loads.diesel[load])}
        else:
            fuel = {"pct": round(float(loads.fuel_share[load]) * 100, 1)}
        rates: dict[str, Any] = {"currency": "USD", "linehaul": money(int(loads.linehaul[load])), "fsc": fuel, "miles": float(loads.miles[load])}
        given = self._evidence.approvals.get(load)
        if given:
            stamps = calendar.stamps(np.array([at for _, _, at in given]))
            rates["accessorial_auth"] = [
                {"code": code, "approved_by": "dispatch", "at": at} | ({"limit": money(limit)} if limit is not None else {}) for (code, limit, _), at in zip(given, stamps)
            ]
        return rates

    def _billed_lines(self, load: int) -> list[dict[str, Any]]:
        loads, bill, billed = self._loads, self._bills[load], []
        if not loads.called_off[load]:
            for line, code, raw, cents in ((1, "LH", "LINEHAUL", loads.linehaul[load]), (2, "FSC", "FUEL SURCHARGE", loads.fuel[load])):
                billed.append({"invoice_no": bill.invoice, "line": line, "code": code, "raw_code": raw, "amount": money(int(cents)), "billed_at": self._billed[load]})
        return billed + [self._line(row, self._made[row.row]) for row in bill.rows]

    def _line(self, row: Row, made: np.void) -> dict[str, Any]:
        line: dict[str, Any] = {"invoice_no": row.invoice, "line": row.line, "code": str(made["code"]), "raw_code": str(made["raw"]), "qty": float(made["qty"])}
        line["amount"] = money(int(made["cents"]))
        if made["rate"]:
            line["rate"] = money(int(made["rate"]))
        line["billed_at"] = self._line_billed[row.row]
        return line

    def _pack(self, load: int) -> list[dict[str, Any]]:
        papers = [self._proof(load)]
        for number, (cents, legible, paid_for) in enumerate(self._evidence.receipts.get(load, [])):
            serial = int(self._serial[paid_for])
            sure = float(self._confidence[load, 0]) if legible else float(self._doubt[load, 0])
            receipt = f"R{serial * 11 % 10**7 + (number if paid_for == load else 0)}"
            fields = {"total": _field(money(cents), sure), "invoice_no": _field(receipt, sure), "load_number": _field(_load_number(serial), sure)}
            papers.append({"class": "lumper_receipt", "fields": fields, "notations": []})
        if self._shows(load, "REWEIGH"):
            weight = _field(float(self._loads.weight[load]), float(self._confidence[load, 1]))
            papers.append({"class": "weight_inspection", "fields": {"weight": weight}, "notations": []})
        return papers

    def _proof(self, load: int) -> dict[str, Any]:
        """The paper that was signed at the delivery."""
        loads, sure = self._loads, self._confidence[load].tolist()
        fields = {
            "delivery_date": _field(self._delivered[load], sure[2]), "signature_consignee": _field(True, sure[3]), "weight": _field(float(loads.weight[load]), sure[4]),
        }  # fmt: skip
        for number, (key, moment) in enumerate((("arrival_time", loads.paper_arrival[load]), ("departure_time", loads.paper_departure[load]))):
            if moment >= 0:
                raw = calendar.clock(int(moment), bool(loads.in_halves[load]))
                fields[key] = _field(raw.zfill(5), sure[number] if loads.legible[load] else float(self._doubt[load, number]), raw)
        if (loads.truckload[load] and self._lot[load, 2] < 0.5) or self._shows(load, "APPT"):
            fields["appointment_number"] = _field(f"A{int(self._serial[load]) % 10**6}", sure[5])
        notations = [{"type": "SERVICE_MARK", "text": text} for text in self._evidence.notes.get(load, [])]
        lot = self._lot[load, 3]
        for kind, text, share in REMARKS:
            if 0 <= lot < share:
                notations.append({"type": kind, "text": text} | ({"qty": int(text[0]), "unit": "ctn"} if text[0].isdigit() else {}))
            lot -= share
        kind = "delivery_receipt" if self._lot[load, 4] < 0.5 else "bol_consignee_signed"
        return {"class": kind, "fields": fields, "notations": notations}


def shipment_id(load: int) -> str:
    """Counts along the history."""
    return f"S{load + 1:06d}"


def _nearby(rng: np.random.Generator, world: World, facility: np.ndarray) -> np.ndarray:
    """(facility, 3) others of the same region, for extra stops."""
    region, others = world.facilities.region, np.zeros((len(facility), 3), np.int64)
    for name_ in np.unique(region):
        rows = np.flatnonzero(region[facility] == name_)
        others[rows] = rng.choice(np.flatnonzero(region == name_), (len(rows), 3))
    return others


def _load_number(serial: int) -> str:
    return f"L{serial * 3 % 10**8}"


def _field(value: Any, confidence: float, raw: str | None = None) -> dict[str, Any]:
    return {"value": value, "raw": raw if raw is not None else str(value), "confidence": confidence}
