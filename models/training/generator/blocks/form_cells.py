"""Rows of titled boxes, each with a title in its corner and something inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..sheet import Sheet

Content = Callable[[float, float, float, float], object]
"""Draws inside a box: first baseline (x, y), width and height that are left."""


@dataclass(frozen=True)
class Cell:
    """A titled box with its share of the row."""

    title: str
    share: float
    content: Content | None = None


def draw(sheet: Sheet, x: float, y: float, width: float, height: float, cells: list[Cell], shared: Content | None = None) -> None:
    """A row of boxes; `shared` draws across all of them."""
    share = sum(cell.share for cell in cells)
    size, at = min(sheet.style.label_size, 6.8), x
    first = y + size + sheet.style.value_size + 3
    for cell in cells:
        wide = width * cell.share / share
        sheet.rect(at, y, at + wide, y + height)
        sheet.label(at + 2, y + size + 1, cell.title, size, tail=False, width=wide - 4)
        if cell.content:
            cell.content(at + 5, first, wide - 9, height - (first - y))
        at += wide
    if shared:
        shared(x + 5, first, width - 10, height - (first - y))
