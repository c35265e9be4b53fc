"""What a key of `wording` shows on a page: the value of a field, or of a confuser that looks like one."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from . import formats, identifiers
from .facts import Party, person
from .sheet import Sheet, Value

IDENTIFIERS = {
    "pro_number": "pro", "bol_number": "bol", "master_bol": "master_bol", "load_number": "load", "shipper_ref": "shipper_ref", "appointment_number": "appointment",
    "trailer_number": "trailer", "container_number": "container", "invoice_no": "invoice",
}  # fmt: skip
TIMES = {"arrival_time": "arrival", "dock_in": "dock_in", "dock_out": "dock_out", "departure_time": "departure"}
WORDS = {
    "terms": ["Prepaid", "Collect", "3rd Party", "PPD", "COL", "PPD & Add", "NET 30", "Net 15 days"],
    "route": ["12", "A-4", "ATL-DAL", "R22", "0417"],
    "terminal": ["DAL", "CHI", "204", "ATL - 30", "MEM", "KCY 118"],
    "zone": ["4", "B", "07", "NE-2"],
    "service": ["Standard", "LTL", "Expedited", "Economy", "Guaranteed 5PM", "Volume"],
    "equipment": ["53' Van", "Reefer 53", "Flatbed", "48 DV", "Straight truck", "53FT DRY"],
    "department": ["14", "092", "Produce", "GM", "48-B"],
    "cod": ["0.00", "N/A", "$1,250.00"],
    "declared": ["$0.50/lb", "NVD", "$5,000.00"],
    "tariff": ["RULE 100-K", "BASE-2019", "CZAR 555"],
}
CONFUSERS = ["account_no", "phone", "fax_no", "contact", "printed_date", "due_date", "order_date", "quote_no", "route", "terminal", "terms", "zone", "salesperson", "driver_no", "tractor",
             "department", "store_no", "vendor_no", "dock_door", "temp", "tariff", "operator", "declared", "cod", "cube", "service", "equipment", "tax_id", "gl_code", "appt_time", "chassis"]  # fmt: skip


def party_norm(party: Party) -> dict[str, str]:
    """A party as understanding gives it, without empty parts."""
    parts = {"name": party.name, "address": party.street, "city": party.city, "state": party.state, "postal": party.postal, "country": party.country}
    return {key: value for key, value in parts.items() if value}


def day(sheet: Sheet, when: date, hand: bool = False) -> str:
    """A date in the family's form, or in one of a hand's."""
    forms = formats.date_forms(sheet.facts.country if not hand else sheet.page.country, hand)
    form = sheet.rng.choice(forms) if hand else forms[sheet.style.date_form % len(forms)]
    return formats.date_text(when, form, sheet.style.language)


def clock(sheet: Sheet, minutes: int, hand: bool = False) -> str:
    """A time of day in the family's form, or in one of a hand's."""
    forms = formats.time_forms(sheet.facts.country, hand)
    form = sheet.rng.choice(forms) if hand else forms[sheet.style.time_form % len(forms)]
    return formats.time_text(minutes, form)


def money(sheet: Sheet, amount: float) -> str:
    """An amount in the family's form."""
    return formats.amount_text(amount, sheet.facts.country, sheet.style.currency)


def _confuser(sheet: Sheet, key: str) -> str:
    rng: Random = sheet.rng
    facts = sheet.facts
    if key in WORDS:
        return rng.choice(WORDS[key])
    if key in ("phone", "fax_no"):
        return identifiers.phone(rng, facts.country)
    if key in ("contact", "salesperson", "driver_name"):
        return facts.driver if key == "driver_name" else person(rng, facts.country)
    if key in ("printed_date", "due_date", "order_date", "invoice_date"):
        early = key == "order_date"
        return day(sheet, facts.pickup + timedelta(days=-rng.randint(2, 40) if early else rng.randint(0, 45)))
    if key in ("appt_time", "time"):
        return clock(sheet, facts.appointment_at) if rng.random() < 0.5 else f"{day(sheet, facts.delivery)} {clock(sheet, facts.appointment_at)}"
    if key in ("dock_door", "store_no", "driver_no", "tractor"):
        return facts.tractor if key == "tractor" else str(rng.randint(1, 9999))
    if key == "temp":
        return f"{rng.choice([-10, 0, 28, 34, 36, 38, 55])} F" if facts.country == "US" else f"{rng.choice([-18, 2, 4, 7])} °C"
    if key in ("cube", "miles"):
        return str(rng.randint(12, 2600))
    if key == "operator":
        return "".join(part[0] for part in facts.clerk.split()) + str(rng.randint(1, 99))
    if key in ("mc_number", "dot_number"):
        return facts.carrier.mc if key == "mc_number" else facts.carrier.dot
    return identifiers.free(rng, 3, 11)


def _counted(sheet: Sheet, key: str) -> Value:
    facts, rng = sheet.facts, sheet.rng
    if key == "pieces":
        text = formats.count_text(rng, facts.pieces, facts.country)
        return Value(f"{text} {facts.piece_type}" if rng.random() < 0.2 else text, key, facts.pieces)
    if key == "handling_units":
        return Value(f"{facts.units} {facts.unit_type}" if rng.random() < 0.35 else str(facts.units), key, facts.units)
    text = formats.count_text(rng, facts.weight, facts.country)
    unit = rng.choice([facts.weight_unit, facts.weight_unit.upper(), f"{facts.weight_unit}s", "#"] if facts.country == "US" else ["kg", "KG"])
    return Value(f"{text}{'' if unit == '#' else ' '}{unit}" if rng.random() < 0.4 else text, "weight", facts.weight)


def _entered(sheet: Sheet, key: str, how: str) -> Value:
    """A value that somebody enters at delivery, by hand or typed, or leaves out."""
    if how == "none":
        return Value("")
    hand, facts = how == "hand", sheet.facts
    if key == "delivery_date":
        return Value(day(sheet, facts.delivery, hand), key, facts.delivery.isoformat(), hand)
    if key == "received_by_name":
        text = facts.receiver if sheet.rng.random() < 0.6 else facts.receiver.upper()
        return Value(text, key, facts.receiver.upper(), hand)
    if key == "pieces_received":
        number = max(0, facts.pieces - sheet.rng.choice([0, 0, 0, 0, 1, 2, 5]))
        return Value(str(number), key, number, hand)
    minutes = getattr(facts, TIMES[key])
    return Value(clock(sheet, minutes, hand), key, formats.clock(minutes), hand)


def value(sheet: Sheet, key: str) -> Value:
    """The value of a key on this page. Confusers carry no field."""
    facts, fill = sheet.facts, sheet.fill
    if key in IDENTIFIERS:
        text = getattr(facts, IDENTIFIERS[key])
        return Value(text, key, identifiers.normalised(text))
    if key == "customer_po":
        few = facts.pos if len(facts.pos) <= 2 else facts.pos[:2]
        return Value(sheet.rng.choice([", ", " / ", "; "]).join(few), key, [identifiers.normalised(po) for po in few])
    if key == "seal_numbers":
        return Value(", ".join(facts.seals), key, [identifiers.normalised(seal) for seal in facts.seals])
    if key == "scac":
        return Value(facts.carrier.scac, key, facts.carrier.scac) if facts.carrier.scac else Value("")
    if key == "carrier_name":
        return Value(facts.carrier.name, key, facts.carrier.name)
    if key == "pickup_date":
        return Value(day(sheet, facts.pickup), key, facts.pickup.isoformat())
    if key in ("pieces", "handling_units", "weight"):
        return _counted(sheet, key)
    if key == "total":
        return Value(money(sheet, facts.total), key, f"{facts.total:.2f}")
    if key in ("delivery_date", "received_by_name", "pieces_received") or key in TIMES:
        how = {"delivery_date": fill.date, "received_by_name": fill.name, "pieces_received": fill.count}.get(key, fill.times)
        return _entered(sheet, key, how)
    return Value(_confuser(sheet, key))

