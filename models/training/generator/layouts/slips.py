"""Narrow strips and tickets: lumper receipts, scale tickets, till receipts."""

from __future__ import annotations

from random import Random

from .. import formats, identifiers, values
from ..sheet import Sheet, Value
from .form import ink_on_top, issuer
from .specs import SPECS


def strip_paper(rng: Random) -> tuple[float, float]:
    """A thermal strip in points."""
    return rng.choice([226.0, 226.0, 288.0, 165.0]), rng.uniform(380, 640)


def _pair(sheet: Sheet, label: str, known: Value) -> None:
    size = sheet.style.value_size
    sheet.y += size * 1.35
    used = sheet.label(sheet.left, sheet.y, label, size, width=sheet.width * 0.6)
    if sheet.style.order % 2:
        sheet.entry(sheet.left + sheet.width, sheet.y, sheet.width - used - 4, known, size, align="right") if not known.hand else sheet.entry(sheet.left + used + 8, sheet.y, sheet.width - used - 8, known, size)
    else:
        sheet.entry(sheet.left + used + 5, sheet.y, sheet.width - used - 5, known, size)


def _dashes(sheet: Sheet) -> None:
    sheet.y += sheet.style.value_size
    if sheet.style.order % 3:
        sheet.line(sheet.left, sheet.y, sheet.left + sheet.width, sheet.y, 0.6)
    else:
        sheet.text(sheet.left, sheet.y, "-" * int(sheet.width / sheet.style.value_size * 1.4), sheet.style.value_size * 0.8, silent=True)
    sheet.y += 2


def _centred(sheet: Sheet, text: str, size: float, bold: bool = False) -> None:
    sheet.y += size * 1.2
    from .. import fonts

    font = fonts.file(sheet.style.body, bold)
    size *= min(1.0, sheet.width / max(1.0, fonts.width(font, size, text)))
    sheet.text(sheet.page.width / 2, sheet.y, text, size, bold=bold, align="center")


def lumper(sheet: Sheet) -> None:
    """A lumper receipt as a strip."""
    spec, facts, rng = SPECS["lumper_receipt"], sheet.facts, Random(f"{sheet.style.id}:strip")
    party, name, _ = issuer(sheet, spec)
    sheet.fill = sheet.fill.__class__(**{**sheet.fill.__dict__, "date": "typed"})
    _centred(sheet, name, 12, True)
    for text in (party.street, party.town(), values.value(sheet, "phone").text):
        _centred(sheet, text, 7.5)
    _centred(sheet, rng.choice(spec.titles["en"]), 11, True)
    _dashes(sheet)
    keys = [key for key, share in spec.refs.items() if rng.random() < share] + rng.sample(["ticket_no", "dock_door", "auth_code", "time", "operator", "vendor_no"], 3)
    rng.shuffle(keys)
    for key in keys:
        _pair(sheet, sheet.labelled(key), values.value(sheet, key))
    _dashes(sheet)
    for _, text, amount in facts.charges[:4]:
        label = sheet.rng.choice([text, "Unload fee", "Convenience fee", "Restack", "Pallet fee"]) if sheet.chance(0.6) else text
        _pair(sheet, label, Value(values.money(sheet, amount)))
    _pair(sheet, sheet.labelled("total"), values.value(sheet, "total"))
    _dashes(sheet)
    for text in rng.sample(list(spec.extra), 2):
        _centred(sheet, text.format(a=1, b=2, c=3), 7)
    sheet.y += 26
    role = rng.choice(["driver", "consignee"])
    sheet.line(sheet.left, sheet.y, sheet.left + sheet.width, sheet.y)
    if (role == "driver" and sheet.fill.driver) or (role == "consignee" and sheet.fill.consignee != "none"):
        sheet.sign(sheet.left + 4, sheet.y, sheet.width - 10, 22, role, facts.driver if role == "driver" else facts.receiver)
    sheet.label(sheet.left, sheet.y + 8, "Driver signature" if role == "driver" else "Received by", tail=False)
    ink_on_top(sheet, True)


def scale(sheet: Sheet) -> None:
    """A scale ticket: axle weights or gross, tare, net."""
    rng, facts = Random(f"{sheet.style.id}:scale"), sheet.facts
    _centred(sheet, rng.choice(["CERTIFIED SCALE TICKET", "PUBLIC WEIGHMASTER CERTIFICATE", "CERTIFIED AUTOMATED TRUCK SCALE", "WEIGH TICKET", "TRUCK SCALE RECEIPT", "WEIGHT CERTIFICATE"]), 13, True)
    for text in (facts.bill_to.name, facts.bill_to.street, facts.bill_to.town()):
        _centred(sheet, text, 8)
    _dashes(sheet)
    keys = ["ticket_no", "time", "tractor"] + [k for k, p in (("trailer_number", 0.7), ("carrier_name", 0.6), ("driver_name", 0.4), ("load_number", 0.2), ("printed_date", 0.6), ("operator", 0.4)) if rng.random() < p]
    rng.shuffle(keys)
    for key in keys:
        _pair(sheet, sheet.labelled(key), values.value(sheet, key))
    _dashes(sheet)
    steer, drive, rear = sheet.rng.randrange(9000, 12600, 20), sheet.rng.randrange(18000, 34500, 20), sheet.rng.randrange(12000, 34500, 20)
    unit = rng.choice([" lb", " LB", "", " lbs"])
    gross = steer + drive + rear
    if rng.random() < 0.6:
        rows = [("STEER AXLE", steer), ("DRIVE AXLE", drive), ("TRAILER AXLE", rear), ("GROSS WEIGHT", gross)]
    else:
        tare = sheet.rng.randrange(30000, 36000, 20)
        rows = [("GROSS", gross), ("TARE", tare), ("NET", max(20, gross - tare))]
    for label, number in rows:
        field = "weight" if label.startswith("GROSS") else None
        _pair(sheet, label, Value(f"{formats.count_text(sheet.rng, number, 'US')}{unit}", field, number))
    _dashes(sheet)
    sheet.y += 6
    sheet.y = sheet.paragraph(sheet.left, sheet.y + 7, sheet.width, rng.choice(["This is to certify that the following described merchandise was weighed by a sworn weighmaster.", "We guarantee that our scales give an accurate weight. If you get an overweight fine after weighing here legally, we will pay the fine.", "Weighed on a certified scale. Full service fee paid."]), 6.2)
    if sheet.chance(0.4):
        sheet.sign(sheet.left + 10, sheet.y + 26, sheet.width * 0.6, 20, "shipper", facts.clerk)
        sheet.page.marks[-1].role = None
        sheet.text(sheet.left, sheet.y + 36, "Weighmaster", 7)


def till(sheet: Sheet) -> None:
    """A fuel or shop receipt."""
    rng, facts = sheet.rng, sheet.facts
    _centred(sheet, rng.choice(["TRAVEL CENTER", "TRUCK STOP", "FUEL MART", "DINER", "TIRE SHOP", "TRUCK WASH"]), 13, True)
    for text in (facts.bill_to.street, facts.bill_to.town(), identifiers.phone(rng, facts.country)):
        _centred(sheet, text, 8)
    _dashes(sheet)
    for key in rng.sample(["ticket_no", "time", "operator", "auth_code", "tractor", "printed_date", "driver_no", "account_no"], 5):
        _pair(sheet, sheet.labelled(key), values.value(sheet, key))
    _dashes(sheet)
    total = 0.0
    for text in rng.sample(["DIESEL #2", "DEF BULK", "UNLEADED", "COFFEE LG", "SHOWER", "OIL 15W40", "SNACK", "SCALE FEE", "PARKING", "WASH TRAILER", "SALES TAX"], rng.randint(2, 6)):
        amount = rng.uniform(2, 420)
        total += amount
        _pair(sheet, text, Value(f"{amount:.2f}"))
    _pair(sheet, rng.choice(["TOTAL", "SALE TOTAL", "AMOUNT"]), Value(f"${total:.2f}"))
    _dashes(sheet)
    _centred(sheet, rng.choice(["THANK YOU", "DRIVE SAFELY", "APPROVED", "CUSTOMER COPY", "NO REFUNDS"]), 9)
