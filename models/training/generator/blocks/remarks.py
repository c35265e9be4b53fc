"""Times at the door, remarks and exceptions, instructions, clauses, check boxes, notes in the margin."""

from random import Random

from .. import prose, values
from ..sheet import Sheet, Value


def times(sheet: Sheet, x: float, y: float, width: float) -> float:
    """Arrival, dock and departure times: two or four of them."""
    rng = Random(f"{sheet.style.id}:times")
    keys = ["arrival_time", "dock_in", "dock_out", "departure_time"] if rng.random() < 0.55 else ["arrival_time", "departure_time"]
    shown = [(sheet.labelled(key), values.value(sheet, key) if not sheet.chance(0.08) else Value("")) for key in keys]
    if rng.random() < 0.3:
        shown.insert(0, (sheet.labelled("appt_time"), Value(values.clock(sheet, sheet.facts.appointment_at))))
    kind, size = sheet.style.archetypes["times"], sheet.style.value_size
    if kind == "row":
        wide, tall = width / len(shown), sheet.style.label_size + size + 9
        for i, (label, known) in enumerate(shown):
            sheet.cell(x + i * wide, y, wide, tall, label, known, place="above" if sheet.style.label_place == "left" else None)
        return y + tall + 4
    if kind == "table":
        wide, head = width / len(shown), sheet.style.label_size + 5
        for i, (label, known) in enumerate(shown):
            sheet.rect(x + i * wide, y, x + (i + 1) * wide, y + head, fill=(225, 225, 225))
            sheet.label(x + (i + 0.5) * wide, y + head - 3, label, tail=False, align="center", width=wide - 3)
            sheet.rect(x + i * wide, y + head, x + (i + 1) * wide, y + head + 17)
            sheet.entry(x + i * wide + 8, y + head + 13, wide - 12, known)
        return y + head + 21
    if kind == "stack":
        for label, known in shown:
            y += size + 8
            used = sheet.label(x, y, label, width=width * 0.5)
            sheet.line(x + used + 5, y + 1, x + min(width, used + 90), y + 1)
            sheet.entry(x + used + 7, y, min(width - used, 80), known)
        return y + 8
    if kind == "pairs":
        for i, (label, known) in enumerate(shown):
            left, base = x + (i % 2) * width / 2, y + (size + 9) * (i // 2 + 1)
            used = sheet.label(left, base, label, size, width=width * 0.3)
            sheet.entry(left + used + 6, base, width / 2 - used - 12, known)
            sheet.line(left + used + 4, base + 2, left + min(width / 2 - 10, used + 80), base + 2, 0.4)
        return y + (size + 9) * -(-len(shown) // 2) + 8
    y, at = y + size + 6, x
    share = width / len(shown)
    for label, known in shown:
        used = sheet.label(at, y, label.lower() if kind == "sentence" else label, tail=kind != "sentence", width=share * 0.6)
        sheet.line(at + used + 3, y + 1, at + share - 6, y + 1)
        sheet.entry(at + used + 5, y, share - used - 10, known)
        at += share
    return y + 9


def _noted(sheet: Sheet) -> tuple[str, bool] | None:
    fill = sheet.fill
    if fill.remark or fill.notation:
        text = fill.remark or prose.notation(sheet.rng, fill.notation or "harmless", sheet.style.language, sheet.facts.piece_type)
        return text, sheet.chance(0.92)
    return None


def exceptions(sheet: Sheet, x: float, y: float, width: float) -> float:
    """The place for remarks: lines or a box, filled or empty; what stands there is `exception_notation`."""
    style, tall = sheet.style, sheet.rng.uniform(28, 48)
    noted = _noted(sheet)
    if style.boxes == "box":
        sheet.rect(x, y, x + width, y + tall)
    used = sheet.label(x + 3, y + style.label_size + 2, sheet.labelled("exception_notation"), width=width - 6)
    if style.boxes != "box":
        sheet.line(x + used + 6, y + style.label_size + 3, x + width, y + style.label_size + 3)
        sheet.line(x, y + tall - 4, x + width, y + tall - 4)
    if noted:
        text, hand = noted
        value = Value(text, "exception_notation", text, hand)
        inside = y + tall * sheet.rng.uniform(0.55, 0.85)
        sheet.entry(x + sheet.rng.uniform(4, 30), max(inside, y + style.label_size + 12), width - 34, value)
    return y + tall + 5


def margin_note(sheet: Sheet) -> None:
    """A remark written anywhere: in the margin, over print, near the bottom."""
    noted = _noted(sheet)
    if not noted:
        return
    text = noted[0]
    x = sheet.rng.uniform(sheet.page.width * 0.08, sheet.page.width * 0.6)
    y = sheet.rng.uniform(sheet.page.height * 0.35, sheet.page.height * 0.92)
    sheet.know(Value(text, "exception_notation", text))
    sheet.write(x, y, text, (sheet.page.width - x - 14) * 0.8, field="exception_notation", size=sheet.rng.uniform(1.0, 1.7))


def instructions(sheet: Sheet, x: float, y: float, width: float) -> float:
    """Special instructions: unlabelled noise that looks like remarks."""
    rng, style = sheet.rng, sheet.style
    size = style.value_size * 0.9
    head = {"de": "Hinweise", "fr": "Instructions", "es": "Instrucciones", "pl": "Instrukcje", "nl": "Instructies"}.get(style.language, ["Special Instructions", "Notes", "Delivery Instructions", "Shipping Instructions", "Comments"][style.order % 5])
    sheet.label(x, y + style.label_size + 2, head)
    y += style.label_size + size + 4
    for text in rng.sample(prose.INSTRUCTIONS, rng.randint(1, 4)):
        sheet.text(x + 4, y, text.upper() if style.order % 3 == 0 else text, size, face=style.filled)
        y += size * 1.25
    return y + 3


def clauses(sheet: Sheet, x: float, y: float, width: float, count: int, receipt: bool = False) -> float:
    """Small print."""
    rng = Random(f"{sheet.style.id}:clauses:{receipt}")
    language = sheet.style.language
    first = [rng.choice(prose.RECEIPT_CLAUSE.get(language, prose.RECEIPT_CLAUSE["en"]))] if receipt else []
    text = " ".join(first + prose.clauses(rng, min(count, 12), language))
    return sheet.paragraph(x, y + 7, width, text, rng.uniform(4.8, 7.0), bottom=sheet.bottom) + 2


def checkboxes(sheet: Sheet, x: float, y: float, width: float, words: list[str]) -> float:
    """A row of boxes to tick."""
    at, y = x, y + sheet.style.label_size + 4
    for text in words:
        if at > x + width * 0.82:
            at, y = x, y + sheet.style.label_size * 1.6
        at += sheet.checkbox(at, y, text, sheet.fill.checks and sheet.chance(0.3)) + 12
    return y + 6


def circle_something(sheet: Sheet) -> None:
    """A pen circle or a loose check mark over some printed value, as people leave them."""
    from .. import ink
    from ..display import Text

    texts = [item for item in sheet.page.items if isinstance(item, Text) and not item.hand and not item.angle and 2 < len(item.text) < 14]
    if not texts:
        return
    item = sheet.rng.choice(texts)
    if sheet.chance(0.5):
        from .. import fonts

        items, _ = ink.circle(sheet.rng, item.x, item.y - item.size * 0.8, item.x + fonts.width(item.font, item.size, item.text), item.y + 2, sheet.ink)
    else:
        items, box = ink.tick(sheet.rng, item.x - 10, item.y, item.size, sheet.ink)
        sheet.mark("check", None, box)
    sheet.page.items.extend(items)
