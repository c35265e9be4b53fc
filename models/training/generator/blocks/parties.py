"""Shipper, consignee and who pays, in blocks."""

from .. import fonts
from ..display import WHITE
from ..facts import Party
from ..sheet import Sheet, Value
from ..values import party_norm, value

ROLES = {"ship_from": "shipper", "ship_to": "consignee", "bill_to": "bill_to", "notify": "bill_to"}


def party_lines(sheet: Sheet, x: float, y: float, width: float, key: str, size: float | None = None) -> float:
    """The lines of a party from the baseline y on. Returns the next baseline."""
    party: Party = getattr(sheet.facts, ROLES[key])
    size = size or sheet.style.value_size
    field = key if key in ("ship_from", "ship_to") else None
    if field:
        sheet.know(Value("x", field, party_norm(party)))
    lines = party.lines(with_country=party.country != sheet.facts.country or sheet.style.order % 9 == 0)
    if sheet.style.order % 13 == 0:
        lines = [lines[0], ", ".join(lines[1:])]
    for i, text in enumerate(lines):
        if sheet.fill.by_hand:
            sheet.write(x + sheet.rng.uniform(0, 6), y, text, width, field=field, begin=i == 0)
            y += size * 1.35
            continue
        font = fonts.file(sheet.style.filled, i == 0 and sheet.style.order % 4 == 0)
        wide = fonts.width(font, size, fonts.printable(font, text))
        sheet.text(x, y, text, size * min(1.0, max(0.6, width / max(1.0, wide))), font=font, field=field, begin=i == 0)
        y += size * 1.22
    return y


def _extras(sheet: Sheet, x: float, y: float, width: float, key: str) -> float:
    """Telephone, contact or location number under a party: confusers."""
    if sheet.style.order % 3 and key in ("ship_from", "ship_to") and sheet.chance(0.6):
        extra = ["phone", "contact", "store_no"][(sheet.style.order // 3) % 3]
        used = sheet.label(x, y, sheet.labelled(extra))
        sheet.text(x + used + 4, y, value(sheet, extra).text, sheet.style.value_size * 0.9)
        y += sheet.style.value_size * 1.22
    return y


def parties(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """The parties in the family's arrangement."""
    kind = sheet.style.archetypes["parties"]
    if kind in ("pair", "triple") and width > 260:
        return _side_by_side(sheet, x, y, width, keys if kind == "triple" else keys[:2] if len(keys) == 2 else keys)
    kinds = {"pair": _stack, "triple": _stack, "stack": _stack, "band": _band, "left_label": _left_label, "vertical": _vertical, "asked": _asked, "line": _line, "columns": _columns, "side": _side}
    return kinds[kind](sheet, x, y, width, keys)


def _block(sheet: Sheet, x: float, y: float, width: float, key: str) -> float:
    label_y = y + sheet.style.label_size + 2
    sheet.label(x + 3, label_y, sheet.labelled(key), sheet.style.label_size + 0.8, width=width - 6)
    end = party_lines(sheet, x + 6, label_y + sheet.style.value_size + 2, width - 10, key)
    return _extras(sheet, x + 6, end, width - 10, key)


def _side_by_side(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    end = y
    per_row = 2 if sheet.style.archetypes["parties"] == "pair" else 3
    for start in range(0, len(keys), per_row):
        part = keys[start : start + per_row]
        wide, top = width / len(part), end
        for i, key in enumerate(part):
            end = max(end, _block(sheet, x + i * wide, top, wide - 4, key))
        if sheet.style.boxes == "box":
            for i in range(len(part)):
                sheet.rect(x + i * wide, top, x + (i + 1) * wide, end)
        elif sheet.style.boxes == "rule":
            sheet.line(x, end, x + width, end)
        end += 2
    return end + 4


def _stack(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    for key in keys:
        end = _block(sheet, x, y, width, key)
        if sheet.style.boxes == "box":
            sheet.rect(x, y, x + width, end)
        y = end + 3
    return y + 2


def _band(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """A dark band over each party, as bills of lading have it."""
    pair = width > 260 and sheet.style.order % 2 == 0
    wide = width / 2 if pair else width
    tops = [y, y]
    for i, key in enumerate(keys):
        column = i % 2 if pair else 0
        left, top = x + column * wide, tops[column]
        tall = sheet.style.label_size + 5
        sheet.rect(left, top, left + wide, top + tall, fill=(0, 0, 0) if not sheet.style.band else sheet.style.accent)
        sheet.label(left + wide / 2, top + tall - 3.4, sheet.labelled(key), tail=False, align="center", colour=WHITE, width=wide)
        end = party_lines(sheet, left + 5, top + tall + sheet.style.value_size + 2, wide - 10, key)
        end = _extras(sheet, left + 5, end, wide - 10, key)
        sheet.rect(left, top, left + wide, end)
        tops[column] = end
    return max(tops) + 5


def _left_label(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    for key in keys:
        sheet.label(x, y + sheet.style.value_size, sheet.labelled(key), sheet.style.value_size * 0.9, width=width * 0.24)
        y = party_lines(sheet, x + width * 0.26, y + sheet.style.value_size, width * 0.74, key)
        y = _extras(sheet, x + width * 0.26, y, width * 0.74, key) - sheet.style.value_size + 6
    return y + 4


def _vertical(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """The label runs up the side (test split only)."""
    wide = width / 2 if width > 260 else width
    tops = [y, y]
    for i, key in enumerate(keys):
        column = i % 2 if wide < width else 0
        left, top = x + column * wide, tops[column]
        end = party_lines(sheet, left + 20, top + sheet.style.value_size + 3, wide - 26, key)
        end = max(end, top + 52)
        sheet.rect(left, top, left + 14, end, fill=(215, 215, 215))
        sheet.text(left + 10, end - 4, sheet.cased(sheet.labelled(key)), sheet.style.label_size, angle=90)
        sheet.rect(left, top, left + wide, end)
        tops[column] = end
    return max(tops) + 5


ASKED = {"en": [("Name", "Address", "City/State/Zip"), ("Name:", "Street:", "City, State, Zip:"), ("COMPANY", "ADDRESS", "CITY / ST / ZIP")], "de": [("Name", "Straße", "PLZ / Ort")], "fr": [("Nom", "Adresse", "Code postal, ville")],
         "es": [("Nombre", "Dirección", "C.P. / Población")], "pl": [("Nazwa", "Ulica", "Kod / Miasto")], "nl": [("Naam", "Straat", "Postcode / Plaats")]}  # fmt: skip


def _asked(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """A form that asks for name, street and town on a line each."""
    across = 2 if width > 300 else 1
    wide, tops, size = width / across, [y] * across, sheet.style.value_size
    asked = ASKED.get(sheet.style.language, ASKED["en"])
    for i, key in enumerate(keys):
        left, first = x + wide * (i % across), tops[i % across]
        base = first + size + 3
        party: Party = getattr(sheet.facts, ROLES[key])
        field = key if key in ("ship_from", "ship_to") else None
        sheet.label(left + 3, base, sheet.labelled(key), size, bold=True, width=wide - 6)
        if field:
            sheet.know(Value("x", field, party_norm(party)))
        lines = party.lines(with_country=False)
        for label, text in zip(asked[sheet.style.order % len(asked)], [lines[0], " ".join(lines[1:-1]), lines[-1]]):
            base += size * 1.45
            used = sheet.label(left + 4, base, label, width=wide * 0.4)
            sheet.entry(left + used + 9, base, wide - used - 14, Value(text, field, None, sheet.fill.by_hand))
            sheet.line(left + used + 8, base + 2, left + wide - 6, base + 2, 0.4)
        tops[i % across] = _extras(sheet, left + 4, base + size * 1.4, wide - 8, key)
        if sheet.style.boxes == "box":
            sheet.rect(left, first, left + wide, tops[i % across])
    return max(tops) + 5


def _line(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """Each party on one line after its label, as lists and messages have it."""
    size = sheet.style.value_size
    for key in keys:
        y += size * 1.45
        used = sheet.label(x, y, sheet.labelled(key), size, width=width * 0.3) + 5
        party: Party = getattr(sheet.facts, ROLES[key])
        field = key if key in ("ship_from", "ship_to") else None
        if field:
            sheet.know(Value("x", field, party_norm(party)))
        parts = party.lines(with_country=False)
        between = [", ", " - ", "  ", " / "][sheet.style.order % 4]
        sheet.entry(x + used, y, width - used, Value(between.join(parts), field, None, sheet.fill.by_hand))
    return y + 8


def _columns(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """One heading row for all, what stands below it centred in its column."""
    wide, size = width / len(keys), sheet.style.value_size
    end, head = y, sheet.style.label_size + 6
    for i, key in enumerate(keys):
        middle = x + wide * (i + 0.5)
        sheet.rect(x + wide * i, y, x + wide * (i + 1), y + head, fill=(220, 220, 220) if sheet.style.order % 2 else None)
        sheet.label(middle, y + head - 3.5, sheet.labelled(key), tail=False, align="center", width=wide - 6)
        party: Party = getattr(sheet.facts, ROLES[key])
        field = key if key in ("ship_from", "ship_to") else None
        if field:
            sheet.know(Value("x", field, party_norm(party)))
        base = y + head + size + 2
        for row, text in enumerate(party.lines(with_country=False)):
            font = fonts.file(sheet.style.filled, False)
            natural = fonts.width(font, size, fonts.printable(font, text))
            sheet.text(middle, base, text, size * min(1.0, max(0.6, (wide - 8) / max(1.0, natural))), font=font, field=field, begin=row == 0, align="center")
            base += size * 1.25
        end = max(end, base)
    if sheet.style.boxes == "box":
        sheet.rect(x, y + head, x + width, end)
    return end + 5


def _side(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """The label stands on its side, before or behind the lines, as binders and narrow forms have it."""
    across = 2 if width > 300 and sheet.style.order % 3 else 1
    wide, tops, size = width / across, [y] * across, sheet.style.label_size
    behind, down = sheet.style.order % 2 == 0, sheet.style.order % 5 == 0
    for i, key in enumerate(keys):
        left, top = x + wide * (i % across), tops[i % across]
        end = max(party_lines(sheet, left + (4 if behind else size + 12), top + sheet.style.value_size + 3, wide - size - 18, key), top + 40)
        strip = left + wide - size - 9 if behind else left
        if sheet.style.boxes == "box":
            sheet.rect(left, top, left + wide - 3, end)
            sheet.rect(strip, top, strip + size + 6, end)
        at = (strip + 3, top + 4) if down else (strip + size + 2, end - 4)
        sheet.text(*at, sheet.cased(sheet.labelled(key)), size, angle=-90 if down else 90)
        tops[i % across] = end + 4
    return max(tops) + 4
