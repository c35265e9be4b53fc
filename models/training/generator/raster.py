"""A page as a gray or colour picture, drawn by PIL at any resolution."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from . import fonts
from .barcodes import turned
from .display import Bars, Colour, Line, Page, Picture, Rect, Strokes, Text

Ink = int | Colour


SMALL = 130
"""Below this many dots an inch the hinting of small print would move it: draw at twice the size, then halve."""


def render(page: Page, dpi: float, colour: bool = False) -> Image.Image:
    """The page at `dpi`: mode L, or RGB."""
    if dpi > SMALL:
        return _drawn(page, dpi, colour)
    size = max(1, round(page.width * dpi / 72)), max(1, round(page.height * dpi / 72))
    return _drawn(page, 2 * dpi, colour).resize(size, Image.Resampling.BOX)


def _drawn(page: Page, dpi: float, colour: bool) -> Image.Image:
    scale = dpi / 72.0
    size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    image = Image.new("RGB" if colour else "L", size, page.paper if colour else _gray(page.paper))
    draw = ImageDraw.Draw(image)
    for item in page.items:
        match item:
            case Text():
                _text(image, draw, item, scale, colour)
            case Line():
                draw.line([item.x0 * scale, item.y0 * scale, item.x1 * scale, item.y1 * scale], _ink(item.colour, colour), max(1, round(item.width * scale)))
            case Rect():
                box = [item.x0 * scale, item.y0 * scale, item.x1 * scale, item.y1 * scale]
                fill = _ink(item.fill, colour) if item.fill else None
                draw.rectangle(box, fill, _ink(item.colour, colour) if item.width else None, max(1, round(item.width * scale)))
            case Strokes():
                for line in item.lines:
                    if item.fill:
                        draw.polygon([(x * scale, y * scale) for x, y in line], _ink(item.fill, colour))
                    draw.line([(x * scale, y * scale) for x, y in line], _ink(item.colour, colour), max(1, round(item.width * scale)), joint="curve")
            case Bars():
                _bars(draw, item, scale, _ink(item.colour, colour))
            case Picture():
                _picture(image, item, scale)
    return image


def _gray(colour: Colour) -> int:
    return int(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])


def _ink(colour: Colour, in_colour: bool) -> Ink:
    return colour if in_colour else _gray(colour)


def _text(image: Image.Image, draw: ImageDraw.ImageDraw, item: Text, scale: float, colour: bool) -> None:
    font = fonts.pil(item.font, round(item.size * scale * 4) / 4)
    weight = max(0, round(item.weight * scale))
    fill = _ink(item.colour, colour)
    if abs(item.angle) < 0.3:
        # Word by word, so that print stands where the truth has it.
        at = item.x
        for word in item.text.split(" "):
            if word:
                draw.text((at * scale, item.y * scale), word, fill, font, anchor="ls", stroke_width=weight)
            at += fonts.width(item.font, item.size, word + " ")
        return
    left, top, right, bottom = font.getbbox(item.text, anchor="ls", stroke_width=weight)
    reach = int(max(abs(left), abs(right), abs(top), abs(bottom)) + 4)
    mask = Image.new("L", (2 * reach, 2 * reach), 0)
    ImageDraw.Draw(mask).text((reach, reach), item.text, 255, font, anchor="ls", stroke_width=weight)
    mask = mask.rotate(item.angle, Image.Resampling.BILINEAR)
    image.paste(fill, (round(item.x * scale) - reach, round(item.y * scale) - reach), mask)


def _bars(draw: ImageDraw.ImageDraw, item: Bars, scale: float, fill: Ink) -> None:
    for x0, y0, x1, y1 in item.cells:
        if item.angle:
            corners = [turned((item.x + x, item.y + y), (item.x, item.y), item.angle) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
            draw.polygon([(x * scale, y * scale) for x, y in corners], fill)
        else:
            left, right = round((item.x + x0) * scale), round((item.x + x1) * scale) - 1
            draw.rectangle([left, (item.y + y0) * scale, max(left, right), (item.y + y1) * scale - 1], fill)


def _picture(image: Image.Image, item: Picture, scale: float) -> None:
    picture = Image.fromarray(np.ascontiguousarray(item.pixels)).convert(image.mode)
    size = max(1, round((item.x1 - item.x0) * scale)), max(1, round((item.y1 - item.y0) * scale))
    image.paste(picture.resize(size, Image.Resampling.BILINEAR), (round(item.x0 * scale), round(item.y0 * scale)))
