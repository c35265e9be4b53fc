"""The display list: what a page shows, in points from its top left corner, and what is true about it.

Text stands on its baseline. Colours are (red, green, blue), 0..255. Nothing here draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Colour = tuple[int, int, int]
Point = tuple[float, float]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


@dataclass(slots=True)
class Text:
    """A run of words in one font. `field` names the field whose value it is; `begin` marks the value's first run."""

    x: float
    y: float
    text: str
    font: str
    size: float
    colour: Colour = BLACK
    field: str | None = None
    begin: bool = True
    hand: bool = False
    angle: float = 0.0
    """Degrees, counter-clockwise, about (x, y)."""
    silent: bool = False
    """Drawn, but no word: a signature, a mirrored back."""
    weight: float = 0.0
    """Extra stroke width in points, of a thick pen."""


@dataclass(slots=True)
class Line:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7
    colour: Colour = BLACK


@dataclass(slots=True)
class Rect:
    """A rectangle, filled or outlined."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7
    colour: Colour = BLACK
    fill: Colour | None = None


@dataclass(slots=True)
class Strokes:
    """Pen strokes; with `fill`, outlines of something laid over the page."""

    lines: list[list[Point]]
    width: float
    colour: Colour
    fill: Colour | None = None


@dataclass(slots=True)
class Bars:
    """A barcode: dark cells (x0, y0, x1, y1) from (x, y), turned about it like text."""

    x: float
    y: float
    cells: list[tuple[float, float, float, float]]
    angle: float = 0.0
    colour: Colour = BLACK


@dataclass(slots=True)
class Picture:
    """A picture (height, width) or (height, width, 3), uint8."""

    pixels: np.ndarray
    x0: float
    y0: float
    x1: float
    y1: float


Item = Text | Line | Rect | Strokes | Bars | Picture


@dataclass(slots=True)
class Mark:
    """Ink that means something: who put it there and where, as four corners."""

    kind: str
    role: str | None
    corners: list[Point]


@dataclass(slots=True)
class Page:
    """A page with its truth. `fields` holds normalised values; lists for `customer_po` and `seal_numbers`."""

    width: float
    height: float
    kind: str
    family: str
    split: str
    country: str
    language: str
    items: list[Item] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    coded: dict[str, Any] = field(default_factory=dict)
    """Values that stand in bar codes: a reader of words cannot know them, one of bar codes can."""
    paper: Colour = WHITE
