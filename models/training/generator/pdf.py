"""A page as born-digital PDF: real text, lines and strokes, drawn by reportlab. The same input gives the same bytes."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from reportlab import rl_config
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import fonts
from .display import Bars, Colour, Line, Page, Picture, Rect, Strokes, Text

rl_config.useA85 = 0
"""Pictures as plain bytes: a fifth smaller."""


@lru_cache(maxsize=128)
def _registered(name: str) -> str:
    pdfmetrics.registerFont(TTFont(name, str(fonts.FOLDER / f"{name}.ttf")))
    return name


def write(pages: list[Page], path: Path | BinaryIO) -> None:
    """Write pages with real text."""
    canvas = Canvas(path if isinstance(path, io.IOBase) else str(path), pageCompression=1, invariant=1)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        for item in page.items:
            _draw(canvas, item, page.height)
        canvas.showPage()
    canvas.save()


def write_batch(pages: list[Page], path: Path) -> None:
    """Write pages as different senders would have made them: each brings its own fonts. Reportlab by itself would let every
    page refer to all fonts of the file."""
    batch = PdfWriter()
    for page in pages:
        single = io.BytesIO()
        write([page], single)
        batch.append(single)
    batch.write(path)


def write_scans(pictures: list[bytes], sizes: list[tuple[float, float]], path: Path, password: str | None = None) -> None:
    """Write JPEG pictures as pages of the sizes given in points."""
    encryption = StandardEncryption(password, ownerPassword="owner", strength=128) if password else None
    canvas = Canvas(str(path), pageCompression=0, invariant=1, encrypt=encryption)
    for picture, (width, height) in zip(pictures, sizes, strict=True):
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(io.BytesIO(picture)), 0, 0, width, height)
        canvas.showPage()
    canvas.save()


def _set(canvas: Canvas, colour: Colour) -> None:
    red, green, blue = (part / 255 for part in colour)
    canvas.setFillColorRGB(red, green, blue)
    canvas.setStrokeColorRGB(red, green, blue)


def _draw(canvas: Canvas, item: object, high: float) -> None:
    match item:
        case Text():
            _text(canvas, item, high)
        case Line():
            _set(canvas, item.colour)
            canvas.setLineWidth(item.width)
            canvas.line(item.x0, high - item.y0, item.x1, high - item.y1)
        case Rect():
            if item.fill:
                _set(canvas, item.fill)
                canvas.rect(item.x0, high - item.y1, item.x1 - item.x0, item.y1 - item.y0, stroke=0, fill=1)
            if item.width:
                _set(canvas, item.colour)
                canvas.setLineWidth(item.width)
                canvas.rect(item.x0, high - item.y1, item.x1 - item.x0, item.y1 - item.y0)
        case Strokes():
            _strokes(canvas, item, high)
        case Bars():
            _set(canvas, item.colour)
            canvas.saveState()
            canvas.translate(item.x, high - item.y)
            canvas.rotate(item.angle)
            for x0, y0, x1, y1 in item.cells:
                canvas.rect(x0, -y1, x1 - x0, y1 - y0, stroke=0, fill=1)
            canvas.restoreState()
        case Picture():
            picture = Image.fromarray(np.ascontiguousarray(item.pixels))
            canvas.drawImage(ImageReader(picture), item.x0, high - item.y1, item.x1 - item.x0, item.y1 - item.y0)


def _penned(canvas: Canvas, item: Text, high: float) -> None:
    """Handwriting and signatures are pictures: no reader finds them in a text layer."""
    zoom = 4.0
    font = fonts.pil(item.font, item.size * zoom)
    left, top, right, bottom = font.getbbox(item.text, anchor="ls")
    picture = Image.new("RGBA", (int(right - left) + 4, int(bottom - top) + 4), (*item.colour, 0))
    ImageDraw.Draw(picture).text((2 - left, 2 - top), item.text, (*item.colour, 255), font, anchor="ls")
    canvas.saveState()
    canvas.translate(item.x, high - item.y)
    canvas.rotate(item.angle)
    canvas.drawImage(ImageReader(picture), (left - 2) / zoom, -(bottom + 2) / zoom, picture.width / zoom, picture.height / zoom, mask="auto")
    canvas.restoreState()


def _text(canvas: Canvas, item: Text, high: float) -> None:
    if item.hand:
        _penned(canvas, item, high)
        return
    _set(canvas, item.colour)
    canvas.saveState()
    canvas.translate(item.x, high - item.y)
    if item.angle:
        canvas.rotate(item.angle)
    canvas.setFont(_registered(item.font), item.size)
    canvas.drawString(0, 0, item.text)
    canvas.restoreState()


def _strokes(canvas: Canvas, item: Strokes, high: float) -> None:
    canvas.setLineWidth(item.width)
    for line in item.lines:
        path = canvas.beginPath()
        path.moveTo(line[0][0], high - line[0][1])
        for x, y in line[1:]:
            path.lineTo(x, high - y)
        if item.fill:
            _set(canvas, item.fill)
            canvas.drawPath(path, stroke=0, fill=1)
        _set(canvas, item.colour)
        canvas.drawPath(path)
