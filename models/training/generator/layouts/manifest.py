"""Manifests of stops: a row for each shipment of the run, signed by its receiver in the row."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from random import Random

from .. import facts as business
from .. import filling, formats, values
from ..blocks import header, refs, signing
from ..sheet import Sheet, Value
from .form import ink_on_top

TITLES = ["DELIVERY MANIFEST", "STOP-OFF MANIFEST", "MANIFEST", "ROUTE SHEET", "DRIVER RUN SHEET", "DELIVERY LOG", "TRIP MANIFEST", "MULTI-STOP DELIVERY RECEIPT", "Delivery Manifest / Receipt", "DAILY DELIVERY SHEET"]
HEADS = {
    "stop": ["Stop", "Stop #", "#", "Seq"], "pro_number": ["PRO #", "PRO Number", "PRO", "Pro / Waybill"], "bol_number": ["BOL #", "B/L No.", "BOL"], "consignee": ["Consignee", "Deliver To", "Ship To", "Customer", "Consignee / Address"],
    "pieces": ["Pcs", "Pieces", "Qty", "Ctns"], "weight": ["Weight", "Wt", "Lbs"], "name": ["Print Name", "Name", "Received By (print)", "Receiver"], "date": ["Date", "Del. Date", "Date Rec'd"], "time": ["Time", "Time In", "Out"],
    "signature": ["Received by (signature)", "Signature", "Consignee Signature", "Receiver Signature", "Signed", "Sign", "Received By", "Customer Signature"],
}  # fmt: skip
SHARES = {"stop": 0.5, "pro_number": 1.3, "bol_number": 1.4, "consignee": 2.8, "pieces": 0.6, "weight": 0.9, "name": 1.5, "signature": 2.4, "date": 1.0, "time": 0.8}
ALWAYS = ("consignee", "signature")


def _columns(rng: Random) -> list[str]:
    chosen = {key for key, share in (("stop", 0.7), ("pro_number", 0.85), ("bol_number", 0.4), ("pieces", 0.7), ("weight", 0.5), ("name", 0.45), ("date", 0.6), ("time", 0.45)) if rng.random() < share}
    order = ["stop", "pro_number", "bol_number", "consignee", "pieces", "weight", *rng.choice([("name", "signature", "date", "time"), ("signature", "date", "time", "name"), ("time", "signature", "name", "date"), ("date", "time", "name", "signature")])]
    return [key for key in order if key in chosen or key in ALWAYS]


def manifest(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """A head, what names the run, the rows, and the driver's own signature in some families."""
    rng, facts = Random(f"{sheet.style.id}:manifest"), sheet.facts
    header.header(sheet, rng.choice(TITLES), facts.carrier.address, facts.carrier.name, "carrier_name", pages=pages)
    sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, [key for key in ("load_number", "driver_name", "trailer_number", "printed_date", "tractor", "route") if rng.random() < 0.6])
    sheet.y = _rows(sheet, rng, sheet.y + 4)
    if rng.random() < 0.4:
        sheet.y = signing.signing(sheet, sheet.left, sheet.y + 8, sheet.width, ["driver"])
    sheet.fill = replace(sheet.fill, sticker=False)
    ink_on_top(sheet, False)


def _rows(sheet: Sheet, rng: Random, top: float) -> float:
    columns, tall, ruled = _columns(rng), rng.uniform(21, 44), rng.random() < 0.75
    heads = {key: rng.choice(HEADS[key]) for key in columns}
    unit, lefts = sheet.width / sum(SHARES[key] for key in columns), [sheet.left]
    for key in columns:
        lefts.append(lefts[-1] + unit * SHARES[key])
    base = top + sheet.style.label_size + 3
    for key, left in zip(columns, lefts):
        sheet.label(left + 2.5, base, heads[key], tail=False, width=unit * SHARES[key] - 4)
    y, most = base + 4, sheet.rng.randint(2, 14)
    sheet.line(sheet.left, y, sheet.left + sheet.width, y)
    rows = min(most, int((sheet.bottom - 60 - y) / tall))
    for number in range(rows):
        row = _row_of(sheet, number)
        for key, left in zip(columns, lefts):
            _cell(row, key, number, left, y, unit * SHARES[key], tall)
        y += tall
        sheet.line(sheet.left, y, sheet.left + sheet.width, y)
    for left in lefts if ruled else ():
        sheet.line(left, top, left, y)
    return y


def _row_of(sheet: Sheet, number: int) -> Sheet:
    """The sheet as one receiver fills it in: another shipment after the first row, another hand and pen, and sometimes nothing yet."""
    row = copy(sheet)
    other = Sheet(sheet.page.kind, sheet.style, sheet.facts, sheet.fill, sheet.rng)
    row.hand, row.ink, row.pen = other.hand, other.ink, other.pen
    row.fill = filling.delivered(sheet.rng) if sheet.fill.received() and not sheet.chance(0.2) else filling.Filling()
    if number:
        run, other = sheet.facts, business.facts(sheet.rng, sheet.facts.country, sheet.facts.language)
        row.facts = replace(other, carrier=run.carrier, load=run.load, pickup=run.pickup, delivery=run.delivery, pro=_alike(sheet.rng, run.pro))
    return row


def _alike(rng: Random, number: str) -> str:
    """Another number of the same carrier: of the same shape, with other digits at its end."""
    digits = [at for at, c in enumerate(number) if c.isdigit()][-5:]
    return "".join(str(rng.randrange(10)) if at in digits else c for at, c in enumerate(number))


def _cell(row: Sheet, key: str, number: int, left: float, top: float, width: float, tall: float) -> None:
    size, base = min(row.style.value_size, tall * 0.4), top + tall * 0.6
    if key == "signature":
        if row.fill.consignee != "none":
            row.sign(left + 4, top + tall - 5, width - 8, min(22.0, tall * 0.7), "consignee", row.facts.receiver, row.fill.consignee)
        return
    if key == "consignee":
        party = row.facts.consignee
        for line, text in enumerate((party.name, party.town()) if tall < 32 else (party.name, party.street, party.town())):
            row.entry(left + 2.5, top + (line + 1) * size * 1.05, width - 5, Value(text, "ship_to"), size * 0.85)
        return
    row.entry(left + 2.5, base, width - 5, _value(row, key, number), size)


def _value(row: Sheet, key: str, number: int) -> Value:
    if key == "stop":
        return Value(str(number + 1))
    if key in ("pro_number", "bol_number"):
        return values.value(row, key)
    if key in ("pieces", "weight"):
        return Value(formats.count_text(row.rng, getattr(row.facts, key), row.facts.country))
    return values.value(row, {"name": "received_by_name", "date": "delivery_date", "time": "departure_time"}[key])
