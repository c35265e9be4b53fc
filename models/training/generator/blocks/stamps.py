"""Rubber stamps and PRO stickers."""

import math

from .. import barcodes, fonts, formats, identifiers, prose
from ..display import Colour, Item, Mark, Point, Strokes, Text
from ..sheet import LISTS, Sheet, Value
from ..style import STAMP_INKS
from ..values import day


def _corners(x: float, y: float, width: float, height: float, angle: float) -> list[Point]:
    return [barcodes.turned((x + dx, y + dy), (x, y), angle) for dx, dy in ((-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2))]


def _outline(x: float, y: float, width: float, height: float, angle: float, colour: Colour, kind: str, weight: float) -> list[Item]:
    if kind == "round":
        ring = [barcodes.turned((x + width / 2 * math.cos(i * math.tau / 36), y + height / 2 * math.sin(i * math.tau / 36)), (x, y), angle) for i in range(37)]
        inner = [(x + (px - x) * 0.78, y + (py - y) * 0.78) for px, py in ring]
        return [Strokes([ring, inner], weight, colour)]
    lines = [_corners(x, y, width, height, angle)] if kind != "none" else []
    if kind == "double":
        lines.append(_corners(x, y, width - 5, height - 5, angle))
    return [Strokes([[*line, line[0]] for line in lines], weight, colour)] if lines else []


def _stamp_date(sheet: Sheet) -> str:
    facts = sheet.facts
    forms = ["{B3} {d:02d} {Y}", "{m:02d}/{d:02d}/{Y}", "{d:02d} {B3} {Y}", "{B3} {d} '{y:02d}", "{m:02d}-{d:02d}-{y:02d}"] if sheet.page.country == "US" else formats.EU_DATES[:6]
    return formats.date_text(facts.delivery, sheet.rng.choice(forms))


def receiving_stamp(sheet: Sheet, x: float, y: float, text: str | None = None, angle: float | None = None) -> None:
    """A receiving stamp centred at (x, y), with a date (printed or written) when the filling says so."""
    rng = sheet.rng
    title = text or rng.choice(prose.STAMPS.get(sheet.style.language, prose.STAMPS["en"]))
    lines: list[tuple[str, float, str | None, bool]] = []
    company = sheet.facts.consignee.name
    if rng.random() < 0.4:
        lines.append((company, 6.5, None, False))
    lines.append((title, rng.uniform(10, 17), "stamp_text", False))
    if sheet.fill.stamp_date:
        hand = rng.random() < 0.3
        lines.append((day(sheet, sheet.facts.delivery, True) if hand else _stamp_date(sheet), 11, "delivery_date", hand))
        sheet.know(Value("x", "delivery_date", sheet.facts.delivery.isoformat()))
    if rng.random() < 0.35:
        lines.append((rng.choice(["BY", "BY:", "Rec'd by", "INITIALS", "PCS", "SIGN"]) + " ________", 7, None, False))
    sheet.know(Value(title, "stamp_text", title))
    box = _impress(sheet, x, y, lines, rng.choice(["box", "box", "double", "round", "none"]), rng.gauss(0, 9) if angle is None else angle)
    sheet.page.marks.append(Mark("stamp", "consignee", box))


def other_stamp(sheet: Sheet, x: float, y: float) -> None:
    """A stamp that says nothing about receipt: COPY, PAID …"""
    text = sheet.rng.choice(prose.OTHER_STAMPS)
    sheet.know(Value(text, "stamp_text", text))
    box = _impress(sheet, x, y, [(text, sheet.rng.uniform(12, 26), "stamp_text", False)], sheet.rng.choice(["box", "none", "double"]), sheet.rng.gauss(5, 14))
    sheet.page.marks.append(Mark("stamp", None, box))


def _impress(sheet: Sheet, x: float, y: float, lines: list[tuple[str, float, str | None, bool]], kind: str, angle: float) -> list[Point]:
    rng, colour = sheet.rng, sheet.rng.choice(STAMP_INKS)
    face = rng.choice(["liberation", "roboto-condensed", "liberation-serif", "dejavu-condensed", "narrow", "lato"])
    font, big = fonts.file(face, rng.random() < 0.7), rng.uniform(0.85, 1.25)
    sized = [(fonts.printable(sheet.hand[0] if hand else font, text), size * big, field, hand) for text, size, field, hand in lines]
    width = max(fonts.width(sheet.hand[0] if hand else font, size, text) for text, size, _, hand in sized) + 14
    height = sum(size * 1.25 for _, size, _, _ in sized) + 8
    if kind == "round":
        width = height = max(width, height) * 1.12
    x = min(max(x, width / 2 + 6), sheet.page.width - width / 2 - 6)
    y = min(max(y, height / 2 + 6), sheet.page.height - height / 2 - 6)
    sheet.page.items.extend(_outline(x, y, width, height, angle, colour, kind, rng.choice([0.8, 1.2, 1.8])))
    top = y - sum(size * 1.25 for _, size, _, _ in sized) / 2
    for text, size, field, hand in sized:
        used = sheet.hand[0] if hand else font
        start = barcodes.turned((x - fonts.width(used, size, text) / 2, top + size), (x, y), angle)
        ink = sheet.ink if hand else colour
        sheet.page.items.append(Text(*start, text, used, size, ink, field, True, hand, angle))
        top += size * 1.25
    return _corners(x, y, width, height, angle)


def _cover(sheet: Sheet, corners: list[Point]) -> None:
    """What lies under a sticker can no longer be read."""
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    for item in sheet.page.items:
        if isinstance(item, Text) and top < item.y - item.size * 0.3 < bottom:
            wide = fonts.width(item.font, item.size, item.text)
            if min(right, item.x + wide) - max(left, item.x) > 0.5 * wide:
                item.silent = True


def sticker(sheet: Sheet, x: float, y: float, angle: float | None = None) -> None:
    """A PRO label with a barcode, its top left corner at (x, y)."""
    rng, number = sheet.rng, sheet.facts.pro
    angle = rng.gauss(0, 2.5) if angle is None else angle
    code = identifiers.normalised(number)
    bars = barcodes.linear(code, rng.choice(["code128", "code128", "code39"]), 0, 0, rng.choice([0.85, 1.0, 1.15]), rng.uniform(20, 38))
    wide, tall = barcodes.width(bars), bars.cells[0][3]
    width, height, size = wide + 20, tall + 24, rng.uniform(10, 15)
    corners = [barcodes.turned((x + dx, y + dy), (x, y), angle) for dx, dy in ((0, 0), (width, 0), (width, height), (0, height))]
    _cover(sheet, corners)
    sheet.page.items.append(Strokes([[*corners, corners[0]]], 0.5, (120, 120, 120), fill=(255, 255, 255)))
    bars.x, bars.y = barcodes.turned((x + 10, y + 5), (x, y), angle)
    bars.angle = angle
    sheet.page.items.append(bars)
    font = fonts.file(rng.choice(["liberation", "liberation-mono", "roboto"]), True)
    text = rng.choice([number, number, " ".join(number)]) if len(number) < 9 else number
    start = barcodes.turned((x + width / 2 - fonts.width(font, size, text) / 2, y + height - 5), (x, y), angle)
    sheet.page.items.append(Text(*start, text, font, size, field="pro_number", angle=angle))
    sheet.know(Value(number, "pro_number", code))
    sheet.page.marks.append(Mark("sticker", None, corners))


def barcode(sheet: Sheet, x: float, y: float, number: str, width: float, height: float, field: str | None = None) -> float:
    """A printed barcode of at most `width`, in some families with its number beneath. Returns where it ends below."""
    kind = sheet.rng.choice(["code128", "code128", "code128", "code39"])
    code = identifiers.normalised(number)
    bars = barcodes.linear(code, kind, x, y, 1.0, height)
    module = min(1.25, width / barcodes.width(bars))
    bars = barcodes.linear(code, kind, x, y, module, height)
    sheet.page.items.append(bars)
    if field:
        sheet.page.coded[field] = [code] if field in LISTS else code
    if sheet.style.order % 8 > 3:
        return y + height
    size = sheet.style.label_size + 1
    shown = number if sheet.style.order % 8 else f"*{code}*"
    sheet.text(x + barcodes.width(bars) / 2, y + height + size, shown, size, align="center", field=field)
    if field:
        sheet.know(Value(number, field, code))
    return y + height + size + 2
