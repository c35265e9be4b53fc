"""Signature places of receiver, driver and shipper, with names, dates and counts beside them."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from .. import prose, values
from ..sheet import Sheet, Value


@dataclass(frozen=True)
class Slot:
    """A place to sign. `extras` are the keys of what is asked beside it."""

    role: str
    label: str
    extras: tuple[str, ...]


def slots(sheet: Sheet, roles: list[str]) -> list[Slot]:
    """The family's signature places."""
    rng = Random(f"{sheet.style.id}:sign:{','.join(roles)}")
    made = []
    for role in roles:
        extras = ["delivery_date"] if role == "consignee" else ["sign_date"]
        if role == "consignee":
            extras = [key for key, share in (("received_by_name", 0.75), ("delivery_date", 0.9), ("pieces_received", 0.35), ("departure_time", 0.15)) if rng.random() < share]
        elif rng.random() < 0.3:
            extras = []
        made.append(Slot(role, prose.sign_here(rng, role, sheet.style.language, sheet.style.test), tuple(extras)))
    return made


def _signs(sheet: Sheet, slot: Slot) -> str:
    if slot.role == "consignee":
        return sheet.fill.consignee
    return "ink" if getattr(sheet.fill, slot.role) else "none"


def _put(sheet: Sheet, slot: Slot, x: float, y: float, width: float, height: float) -> None:
    kind = _signs(sheet, slot)
    if kind != "none":
        name = {"consignee": sheet.facts.receiver, "driver": sheet.facts.driver, "shipper": sheet.facts.clerk}[slot.role]
        sheet.sign(x, y, width, height, slot.role, name, kind)


DATES = {"en": ["Date", "Date", "Date / Time", "Dated"], "de": ["Datum"], "fr": ["Date", "Le"], "es": ["Fecha"], "pl": ["Data"], "nl": ["Datum"]}


def _signed_on(sheet: Sheet, slot: Slot) -> Value:
    """The date that driver or shipper put beside their names: of pickup on shipping papers, of delivery on delivery papers."""
    facts, kind = sheet.facts, sheet.page.kind
    if _signs(sheet, slot) == "none" or sheet.chance(0.25):
        return Value("")
    if kind in ("rate_confirmation", "freight_invoice", "commercial_invoice"):
        return Value(values.day(sheet, facts.pickup - timedelta(days=1), True), hand=True)
    if slot.role == "driver" and kind in ("delivery_receipt", "lumper_receipt", "detention_form", "osd_report", "pallet_slip", "packing_list", "gate_interchange"):
        if sheet.fill.date == "none":
            return Value("")
        return Value(values.day(sheet, facts.delivery, True), "delivery_date", facts.delivery.isoformat(), True)
    return Value(values.day(sheet, facts.pickup, True), "pickup_date", facts.pickup.isoformat(), True)


def _extra(sheet: Sheet, slot: Slot, key: str) -> tuple[str, Value]:
    if key == "sign_date":
        words = DATES.get(sheet.style.language, DATES["en"])
        return words[sheet.style.order % len(words)], _signed_on(sheet, slot)
    return sheet.labelled(key), values.value(sheet, key)


def signing(sheet: Sheet, x: float, y: float, width: float, roles: list[str]) -> float:
    """The signature block in the family's arrangement. Returns where it ends."""
    kind = sheet.style.archetypes["signature"]
    kinds = {"row": _row, "stack": _stack, "table": _table, "lines": _lines, "xline": _xline, "under": _under, "pair": _pair, "sentence": _sentence}
    return kinds[kind](sheet, x, y, width, slots(sheet, roles))


def _row(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """Boxes side by side."""
    wide, line = width / len(made), sheet.style.label_size + 15
    count = max(len(slot.extras) for slot in made)
    tall = sheet.style.label_size + 32 + count * line
    for i, slot in enumerate(made):
        left = x + i * wide
        if sheet.style.boxes != "none":
            sheet.rect(left, y, left + wide, y + tall)
        sheet.label(left + 3, y + sheet.style.label_size + 2, slot.label, width=wide - 6)
        base = y + sheet.style.label_size + 27
        if sheet.style.order % 2:
            sheet.text(left + 3, base, "X", 9, bold=True)
        sheet.line(left + 12, base + 1, left + wide - 6, base + 1)
        _put(sheet, slot, left + 16, base, wide - 26, 20)
        for key in slot.extras:
            base += line
            label, known = _extra(sheet, slot, key)
            used = sheet.label(left + 3, base, label, width=wide * 0.5)
            sheet.line(left + used + 6, base + 1, left + wide - 6, base + 1, 0.4)
            sheet.entry(left + used + 8, base, wide - used - 14, known)
    return y + tall + 4


def _stack(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """One full line for each, the label in front."""
    for slot in made:
        y += sheet.rng.uniform(24, 30)
        used = sheet.label(x, y, slot.label, sheet.style.label_size + 1, width=width * 0.36)
        share = (width - used) / (1.4 + len(slot.extras))
        end = x + used + 5 + share * 1.35
        sheet.line(x + used + 5, y + 1, end, y + 1)
        _put(sheet, slot, x + used + 8, y, share * 1.3, 20)
        for key in slot.extras:
            label, known = _extra(sheet, slot, key)
            wide = sheet.label(end + 4, y, label, width=share * 0.55)
            sheet.line(end + wide + 6, y + 1, end + share - 4, y + 1)
            sheet.entry(end + wide + 8, y, share - wide - 12, known)
            end += share
    return y + 10


def _table(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """Rows of a grid: who, signature, and the rest."""
    keys = list(dict.fromkeys(key for slot in made for key in slot.extras))
    tall, first = 27.0, width * 0.24
    share = (width - first) / (1.6 + len(keys)) if keys else width - first
    for slot in made:
        sheet.rect(x, y, x + width, y + tall)
        sheet.label(x + 3, y + tall * 0.55, slot.label, width=first - 6)
        sheet.line(x + first, y, x + first, y + tall)
        _put(sheet, slot, x + first + 6, y + tall - 7, share * 1.4 if keys else share * 0.6, 18)
        for i, key in enumerate(keys):
            left = x + first + share * (1.6 + i)
            sheet.line(left, y, left, y + tall)
            if key in slot.extras:
                label, known = _extra(sheet, slot, key)
                sheet.label(left + 2, y + sheet.style.label_size + 1, label, width=share - 4)
                sheet.entry(left + 4, y + tall - 5, share - 6, known)
        y += tall
    return y + 5


def _lines(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """Lines with the label beneath, in one or two columns."""
    columns = 2 if len(made) > 1 and width > 330 else 1
    wide, tops = width / columns, [y] * columns
    for i, slot in enumerate(made):
        column = i % columns
        left, base = x + column * wide, tops[column] + 30
        sheet.line(left, base, left + wide - 14, base)
        _put(sheet, slot, left + 4, base - 1, wide - 30, 22)
        sheet.label(left, base + sheet.style.label_size + 1, slot.label, tail=False, width=wide - 14)
        parts = len(slot.extras)
        if parts:
            base += sheet.style.label_size + 22
            share = (wide - 14) / parts
            for k, key in enumerate(slot.extras):
                label, known = _extra(sheet, slot, key)
                sheet.line(left + k * share, base, left + (k + 1) * share - 6, base)
                sheet.entry(left + k * share + 2, base - 1.5, share - 8, known)
                sheet.label(left + k * share, base + sheet.style.label_size + 1, label, tail=False, width=share - 6)
        tops[column] = base + sheet.style.label_size + 6
    return max(tops) + 4


def _xline(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """X ____ with everything else in a sentence after it (test split only)."""
    for slot in made:
        y += 30
        at = x + sheet.text(x, y, "X", 12, bold=True) + 3
        end = at + width * 0.36
        sheet.line(at, y + 1, end, y + 1)
        _put(sheet, slot, at + 3, y, width * 0.34, 20)
        sheet.text(at, y + sheet.style.label_size + 2, f"({slot.label})", sheet.style.label_size * 0.95)
        at = end + 8
        for key in slot.extras:
            label, known = _extra(sheet, slot, key)
            used = sheet.label(at, y, label, tail=False, width=60)
            room = (x + width - end) / max(1, len(slot.extras)) - used - 10
            sheet.line(at + used + 3, y + 1, at + used + room, y + 1)
            sheet.entry(at + used + 4, y, room - 4, known)
            at += used + room + 8
        y += sheet.style.label_size + 2
    return y + 8


def _under(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """A line to sign with the label in small print under it, all else in a column beside."""
    for slot in made:
        size, base = sheet.style.label_size, y + 30
        end = x + width * (0.5 if slot.extras else 0.6)
        sheet.line(x, base, end, base)
        _put(sheet, slot, x + 10, base - 1, (end - x) * 0.8, 24)
        sheet.label(x, base + size + 1, slot.label, size * 0.9, tail=False, width=end - x)
        beside = y + 12
        for key in slot.extras:
            label, known = _extra(sheet, slot, key)
            used = sheet.label(end + 12, beside, label, width=width * 0.2)
            sheet.line(end + used + 16, beside + 1, x + width, beside + 1, 0.4)
            sheet.entry(end + used + 18, beside, x + width - end - used - 20, known)
            beside += size + 13
        y = max(base + size + 5, beside)
    return y + 4


def _pair(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """What is asked first, then the signature, each on its own line with the label in front."""
    columns = 2 if len(made) > 1 and width > 380 else 1
    wide, tops, size = width / columns, [y] * columns, sheet.style.label_size + 0.5
    for i, slot in enumerate(made):
        left, base = x + wide * (i % columns), tops[i % columns]
        for key in slot.extras:
            base += size + 12
            label, known = _extra(sheet, slot, key)
            used = sheet.label(left, base, label, size, width=wide * 0.42)
            sheet.line(left + used + 4, base + 1, left + wide - 10, base + 1)
            sheet.entry(left + used + 6, base, wide - used - 20, known)
        base += 27
        used = sheet.label(left, base, slot.label, size, width=wide * 0.45)
        sheet.line(left + used + 4, base + 1, left + wide - 10, base + 1)
        _put(sheet, slot, left + used + 8, base, wide - used - 26, 22)
        tops[i % columns] = base + 8
    return max(tops) + 4


FILLERS = {"received_by_name": ["by", "print name", "name"], "delivery_date": ["on", "this day", "date"], "pieces_received": ["pieces", "count"], "departure_time": ["at", "time out"], "sign_date": ["on", "date"]}


def _sentence(sheet: Sheet, x: float, y: float, width: float, made: list[Slot]) -> float:
    """A sentence with blanks: signature, then by whom, on which day."""
    size = sheet.style.label_size + 0.5
    for slot in made:
        y += 28
        at = x + sheet.label(x, y, slot.label, size, tail=False, width=width * 0.3) + 4
        share = (x + width - at) / (1.5 + len(slot.extras))
        sheet.line(at, y + 1, at + share * 1.45, y + 1)
        _put(sheet, slot, at + 4, y, share * 1.35, 20)
        at += share * 1.5
        for key in slot.extras:
            _, known = _extra(sheet, slot, key)
            words = FILLERS.get(key, ["at"]) if sheet.style.language == "en" else [sheet.labelled(key) if key != "sign_date" else "/"]
            used = sheet.text(at, y, words[sheet.style.order % len(words)], size, align="left") + 3
            sheet.line(at + used, y + 1, at + share - 4, y + 1)
            sheet.entry(at + used + 2, y, share - used - 6, known)
            at += share
        y += 4
    return y + 8
