"""Tables of goods and charges, with totals."""

from dataclasses import dataclass

from .. import fonts
from ..display import WHITE
from ..sheet import Sheet, Value

BLANK = Value("")


@dataclass(frozen=True)
class Column:
    """A column: what its head says, its share of the width, and how it is aligned."""

    head: str
    share: float
    align: str = "left"


def table(sheet: Sheet, x: float, y: float, width: float, columns: list[Column], rows: list[list[Value]], totals: list[Value] | None = None, filler: int = 0) -> float:
    """A table; `filler` empty rows follow the rows, `totals` is a last row. Returns where it ends."""
    kind, style = sheet.style.archetypes["table"], sheet.style
    share = sum(column.share for column in columns)
    lefts, at = [], x
    for column in columns:
        lefts.append(at)
        at += width * column.share / share
    lefts.append(x + width)
    size = style.value_size * 0.92
    head, tall = style.label_size + 6, (size + (5.5 if kind != "plain" else 3.0)) * min(1.5, style.roomy)
    top = y
    y = _head(sheet, kind, columns, lefts, y, head)
    body = [*rows, *[[BLANK] * len(columns) for _ in range(filler)]]
    floor = sheet.bottom - (70 if filler else 0)
    for i, row in enumerate(body):
        if y + tall > (sheet.bottom if i < len(rows) else floor):
            break
        _row(sheet, columns, lefts, y, tall, size, row)
        if kind == "zebra" and i % 2:
            sheet.page.items.insert(0, _stripe(x, y, width, tall))
        y += tall
        if kind in ("rules", "dots") or (kind == "grid" and style.order % 2):
            sheet.line(x, y, x + width, y, 0.3 if kind == "dots" else None)
    if kind in ("grid", "shade", "zebra"):
        sheet.rect(x, top, x + width, y)
    if kind == "grid" or (kind == "shade" and style.order % 3):
        for left in lefts[1:-1]:
            sheet.line(left, top, left, y)
    if totals:
        sheet.line(x, y + 1, x + width, y + 1, 1.0)
        _row(sheet, columns, lefts, y + 1, tall + 2, size, totals, bold=style.order % 2 == 0)
        y += tall + 3
    return y + 4


def _stripe(x: float, y: float, width: float, tall: float):
    from ..display import Rect

    return Rect(x, y, x + width, y + tall, 0, (0, 0, 0), (232, 232, 232))


def _head(sheet: Sheet, kind: str, columns: list[Column], lefts: list[float], y: float, tall: float) -> float:
    dark = sheet.style.band and kind in ("grid", "shade")
    if dark or kind == "shade":
        sheet.rect(lefts[0], y, lefts[-1], y + tall, fill=sheet.style.accent if dark else (220, 220, 220), width=0)
    for column, left, right in zip(columns, lefts, lefts[1:]):
        at = {"left": left + 2.5, "right": right - 2.5, "center": (left + right) / 2}[column.align]
        sheet.label(at, y + tall - 3.5, column.head, tail=False, align=column.align, width=right - left - 4, colour=WHITE if dark else (0, 0, 0))
    if kind == "plain" and sheet.style.order % 2:
        for left, right in zip(lefts, lefts[1:]):
            font = fonts.file(sheet.style.body)
            count = int((right - left - 5) / max(1.0, fonts.width(font, 6, "-")))
            sheet.text(left + 2, y + tall + 3, "-" * max(1, count), 6, silent=True)
        return y + tall + 4
    sheet.line(lefts[0], y + tall, lefts[-1], y + tall)
    return y + tall


def _row(sheet: Sheet, columns: list[Column], lefts: list[float], y: float, tall: float, size: float, row: list[Value], bold: bool | None = None) -> None:
    for column, known, left, right in zip(columns, row, lefts, lefts[1:]):
        at = {"left": left + 2.5, "right": right - 2.5, "center": (left + right) / 2}[column.align]
        sheet.entry(at, y + tall - 2.5, right - left - 4.5, known, size, align=column.align, bold=bold)
