"""Barcodes as dark cells, encoded by reportlab (Code 128, Code 39) and qrcode."""

import math
from functools import lru_cache

import qrcode
from reportlab.graphics.barcode.code39 import Standard39
from reportlab.graphics.barcode.code128 import Code128

from .display import Bars

_WIDTHS = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}


@lru_cache(maxsize=256)
def _code128(text: str) -> tuple[tuple[float, float], ...]:
    code = Code128(text, barWidth=1)
    code.validate()
    code.encode()
    code.decompose()
    return _runs([(_WIDTHS[char.lower()], char.isupper()) for char in code.decomposed])


@lru_cache(maxsize=256)
def _code39(text: str) -> tuple[tuple[float, float], ...]:
    code = Standard39(text, barWidth=1, checksum=0)
    code.validate()
    code.encode()
    code.decompose()
    widths = {"b": (1.0, True), "B": (2.4, True), "s": (1.0, False), "S": (2.4, False), "i": (1.0, False)}
    return _runs([widths[char] for char in code.decomposed])


def _runs(elements: list[tuple[float, bool]]) -> tuple[tuple[float, float], ...]:
    x, bars = 0.0, []
    for width, dark in elements:
        if dark:
            bars.append((x, x + width))
        x += width
    return tuple(bars)


def linear(text: str, kind: str, x: float, y: float, module: float, height: float, angle: float = 0.0) -> Bars:
    """A Code 128 or Code 39 with its top left corner at (x, y). `module` is the narrowest bar in points."""
    runs = _code39(text.upper()) if kind == "code39" else _code128(text)
    return Bars(x, y, [(a * module, 0.0, b * module, height) for a, b in runs], angle)


def width(bars: Bars) -> float:
    """How wide it is, unturned."""
    return max(cell[2] for cell in bars.cells)


@lru_cache(maxsize=64)
def _matrix(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(border=0, mask_pattern=sum(text.encode()) % 8, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    return code.get_matrix()


def qr(text: str, x: float, y: float, size: float) -> Bars:
    """A QR code of `size` points."""
    matrix = _matrix(text)
    cell = size / len(matrix)
    cells = []
    for row, line in enumerate(matrix):
        start = None
        for column, dark in enumerate([*line, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                cells.append((start * cell, row * cell, column * cell, (row + 1) * cell))
                start = None
    return Bars(x, y, cells)


def turned(point: tuple[float, float], origin: tuple[float, float], angle: float) -> tuple[float, float]:
    """A point turned counter-clockwise by so many degrees about an origin, y downwards."""
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    dx, dy = point[0] - origin[0], point[1] - origin[1]
    return origin[0] + dx * cos + dy * sin, origin[1] - dx * sin + dy * cos
