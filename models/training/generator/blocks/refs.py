"""Reference numbers and dates, true ones among confusers."""

from ..display import WHITE
from ..sheet import Sheet, Value
from ..values import value


def _pairs(sheet: Sheet, keys: list[str]) -> list[tuple[str, Value]]:
    empty = sheet.style.order % 10 * 0.012
    pairs = []
    for key in keys:
        known = value(sheet, key)
        bare = key in ("pro_number", "bol_number", "load_number", "carrier_name") and sheet.style.order % 17 == 0
        pairs.append(("" if bare else sheet.labelled(key), Value("") if sheet.chance(empty) else known))
    return pairs


def refs(sheet: Sheet, x: float, y: float, width: float, keys: list[str]) -> float:
    """A block of labelled values. In a few families the main number stands without a label."""
    kinds = {"grid": _grid, "list": _list, "row": _row, "inline": _inline, "columns": _columns, "cards": _cards, "ledger": _ledger, "run": _run, "right": _right, "tight": _tight, "under": _under, "captions": _captions}
    return kinds[sheet.style.archetypes["refs"]](sheet, x, y, width, _pairs(sheet, keys))


def _grid(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    columns = max(1, min(sheet.style.columns, int(width / 95)))
    wide, tall = width / columns, sheet.cell_height()
    for i, (label, known) in enumerate(pairs):
        sheet.cell(x + wide * (i % columns), y + tall * (i // columns), wide, tall, label, known)
    return y + tall * -(-len(pairs) // columns) + 4


def _list(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    size = sheet.style.value_size
    split = x + width * 0.42
    right = sheet.style.order % 2 == 0
    for label, known in pairs:
        y += size * 1.35
        sheet.label(split - 5 if right else x + 2, y, label, size * 0.9, align="right" if right else "left", width=width * 0.4)
        sheet.entry(split, y, width * 0.56, known)
        if sheet.style.boxes == "rule":
            sheet.line(split, y + 2, x + width, y + 2)
    return y + 6


def _row(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    per_row = max(2, min(7, int(width / 80)))
    size = sheet.style.value_size
    for start in range(0, len(pairs), per_row):
        part = pairs[start : start + per_row]
        wide, head = width / len(part), sheet.style.label_size + 5
        for i, (label, known) in enumerate(part):
            left = x + i * wide
            if sheet.style.band:
                sheet.rect(left, y, left + wide, y + head, fill=sheet.style.accent)
            elif sheet.style.boxes == "box":
                sheet.rect(left, y, left + wide, y + head, fill=(228, 228, 228) if sheet.style.order % 2 else None)
            sheet.label(left + wide / 2, y + head - 3, label, tail=False, align="center", width=wide - 4, colour=WHITE if sheet.style.band else (0, 0, 0))
            if sheet.style.boxes == "box":
                sheet.rect(left, y + head, left + wide, y + head + size + 6)
            sheet.entry(left + 4, y + head + size + 1, wide - 8, known)
        y += head + size + 8
    return y + 2


def _inline(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    size, at = sheet.style.value_size, x
    y += size * 1.3
    for label, known in pairs:
        if at > x + width * 0.62:
            at, y = x, y + size * 1.5
        at += sheet.label(at, y, label, size * 0.95) + 4
        at += sheet.entry(at, y, x + width - at, known) + sheet.rng.uniform(12, 26)
        if not known.text:
            sheet.line(at - 10, y + 1, at + 40, y + 1)
            at += 50
    return y + 8


def _columns(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    half, size = (len(pairs) + 1) // 2, sheet.style.value_size
    for column in (0, 1):
        left = x + column * width / 2
        for row, (label, known) in enumerate(pairs[column * half : (column + 1) * half]):
            base = y + size * 1.4 * (row + 1)
            used = sheet.label(left, base, label, width=width * 0.2)
            if sheet.style.order % 3 == 0:
                sheet.text(left + used + 1, base, "." * max(0, int((width * 0.22 - used) / 3)), 6, silent=True)
            sheet.entry(left + width * 0.23, base, width * 0.26, known)
    return y + size * 1.4 * half + 6


def _cards(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """Big values with the label beneath (test split only)."""
    columns = max(1, min(4, int(width / 110)))
    wide, size = width / columns, sheet.style.value_size * 1.2
    tall = size + sheet.style.label_size + 12
    for i, (label, known) in enumerate(pairs):
        left, top = x + wide * (i % columns), y + tall * (i // columns)
        sheet.rect(left + 2, top + 1, left + wide - 2, top + tall - 2, fill=(244, 244, 244) if i % 2 else None, width=0.4)
        sheet.entry(left + 6, top + size + 2, wide - 12, known, size, bold=True)
        sheet.label(left + 6, top + tall - 5, label, tail=False, width=wide - 12)
    return y + tall * -(-len(pairs) // columns) + 4


def _ledger(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """A bordered table of label and value side by side, one or two pairs in a row."""
    across = 2 if width > 300 and sheet.style.order % 3 else 1
    wide, tall = width / across, sheet.style.value_size + 6
    share = (0.3, 0.38, 0.46)[sheet.style.order % 3]
    for i, (label, known) in enumerate(pairs):
        left, top = x + wide * (i % across), y + tall * (i // across)
        sheet.rect(left, top, left + wide * share, top + tall, fill=(232, 232, 232) if sheet.style.order % 2 else None)
        sheet.rect(left + wide * share, top, left + wide, top + tall)
        sheet.label(left + 3, top + tall - 4, label, width=wide * share - 6)
        sheet.entry(left + wide * share + 4, top + tall - 4, wide * (1 - share) - 8, known)
    return y + tall * -(-len(pairs) // across) + 5


def _run(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """One running text with a mark between the pairs."""
    size, at, between = sheet.style.value_size, x, ["/", "|", ",", ";", "-", ""][sheet.style.order % 6]
    y += size * 1.3
    for i, (label, known) in enumerate(pairs):
        if at > x + width * 0.7:
            at, y = x, y + size * 1.35
        elif i:
            at += sheet.text(at, y, between, size) + size * 0.5
        at += sheet.label(at, y, label, size, bold=False) + size * 0.35
        at += sheet.entry(at, y, x + width - at, known, bold=False) + size * 0.4
    return y + 8


def _right(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """Labels at the left edge, values against the right one."""
    size = sheet.style.value_size
    for label, known in pairs:
        y += size * 1.4
        sheet.label(x + 2, y, label, size * 0.92, width=width * 0.45)
        sheet.entry(x + width - 3, y, width * 0.5, known, align="right")
        if sheet.style.order % 2:
            sheet.line(x, y + 3, x + width, y + 3, 0.3)
    return y + 7


def _tight(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """The value stands hard against its label, as cheap printers and databases have it."""
    columns, size = 2 if width > 240 else 1, sheet.style.value_size
    wide = width / columns
    for i, (label, known) in enumerate(pairs):
        left, base = x + wide * (i % columns), y + size * 1.35 * (i // columns + 1)
        used = sheet.label(left, base, label, size, width=wide * 0.5)
        sheet.entry(left + used + size * 0.08, base, wide - used - 4, known)
    return y + size * 1.35 * -(-len(pairs) // columns) + 6


def _under(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """Values on a line each, what they are in small print under the line."""
    columns = 1 + sheet.style.order % 3 if width > 200 else 1
    wide, size, small = width / columns, sheet.style.value_size, sheet.style.label_size * 0.9
    tall = size + small + 9 * sheet.style.roomy
    for i, (label, known) in enumerate(pairs):
        left, base = x + wide * (i % columns), y + tall * (i // columns) + size + 2
        sheet.entry(left + 2, base, wide - 10, known)
        if sheet.style.order % 2:
            sheet.line(left, base + 2, left + wide - 8, base + 2, 0.4)
        middle = sheet.style.order % 5 == 0
        sheet.label(left + (wide / 2 if middle else 2), base + small + 3, label, small, tail=sheet.style.order % 7 == 0, align="center" if middle else "left", width=wide - 10)
    return y + tall * -(-len(pairs) // columns) + 4


def _captions(sheet: Sheet, x: float, y: float, width: float, pairs: list[tuple[str, Value]]) -> float:
    """A table with the headings in its last row: values first, captions in a shaded row below them."""
    per_row = max(2, min(5, int(width / 95)))
    size, small = sheet.style.value_size, sheet.style.label_size
    for start in range(0, len(pairs), per_row):
        part = pairs[start : start + per_row]
        wide = width / len(part)
        for i, (label, known) in enumerate(part):
            left = x + i * wide
            sheet.rect(left, y, left + wide, y + size + 6)
            sheet.entry(left + 4, y + size + 1, wide - 8, known)
            sheet.rect(left, y + size + 6, left + wide, y + size + small + 10, fill=(226, 226, 226) if sheet.style.order % 2 else None)
            sheet.label(left + wide / 2, y + size + small + 7, label, small, tail=False, align="center", width=wide - 4)
        y += size + small + 12
    return y + 2
