"""Pens: signatures, initials, crosses, check marks, circles. Each returns display items and the box of the ink."""

from __future__ import annotations

import math
from random import Random

from . import fonts
from .display import Colour, Item, Point, Strokes, Text

Box = tuple[float, float, float, float]


def _smooth(points: list[Point], steps: int = 5) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    padded = [points[0], *points, points[-1]]
    out = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        for i in range(steps):
            t = i / steps
            out.append(tuple(0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3) for k in (0, 1)))
    return [*out, points[-1]]  # type: ignore[list-item]


def _capital(rng: Random, x: float, height: float) -> list[Point]:
    """A tall looped letter that starts at x."""
    turns = rng.randint(4, 8)
    phase, sense = rng.uniform(0, math.tau), rng.choice([-1, 1])
    wide, tall = rng.uniform(0.12, 0.4) * height, rng.uniform(0.4, 0.75) * height
    points = []
    for i in range(turns):
        angle = phase + sense * i * rng.uniform(1.1, 1.9)
        points.append((x + wide * (1 + math.cos(angle)) + i * 0.05 * height, -tall * 0.8 + tall * 0.8 * math.sin(angle) * rng.uniform(0.6, 1.1)))
    return points


def _scribble(rng: Random, x: float, end: float, height: float) -> list[Point]:
    """Small letters that flatten into a line."""
    points, y0 = [], rng.uniform(-0.1, 0.1) * height
    step = rng.uniform(0.08, 0.28) * height
    decay, lean = rng.uniform(0.2, 1.4), rng.uniform(-0.15, 0.15)
    up = True
    while x < end:
        left = 1 - (len(points) * step) / max(end, 1.0)
        reach = height * rng.uniform(0.08, 0.45) * max(left, 0.08) ** decay
        if rng.random() < 0.08:
            reach *= 2.2
        points.append((x, y0 + lean * x * 0.3 + (-reach if up else reach * rng.uniform(0.05, 0.5))))
        if up and rng.random() < 0.25:
            points.append((x - step * rng.uniform(0.2, 0.8), y0 - reach * 0.4))
        x += step * rng.uniform(0.4, 1.5)
        up = not up
    return points


def _bounds(lines: list[list[Point]]) -> Box:
    xs = [x for line in lines for x, _ in line]
    ys = [y for line in lines for _, y in line]
    return min(xs), min(ys), max(xs), max(ys)


def _drawn(rng: Random, width: float, height: float) -> list[list[Point]]:
    lines = []
    start = 0.0
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        capital = _capital(rng, start, height)
        end = start + width * rng.uniform(0.2, 0.7)
        body = _scribble(rng, capital[-1][0], end, height)
        lines.append(_smooth(capital + body if rng.random() < 0.7 or not body else capital))
        if body and rng.random() < 0.3:
            lines.append(_smooth(body) if len(body) > 1 else body * 2)
        start = end * rng.uniform(0.75, 1.05)
        if start > width * 0.75:
            break
    box = _bounds(lines)
    if rng.random() < 0.3:
        tail = [(box[0] - 4, rng.uniform(0, 6)), ((box[0] + box[2]) / 2, rng.uniform(2, 8)), (box[2] + rng.uniform(-5, 20), rng.uniform(-4, 5))]
        lines.append(_smooth(tail))
    if rng.random() < 0.25:
        x = rng.uniform(box[0], box[2])
        lines.append([(x - rng.uniform(3, 12), -height * rng.uniform(0.4, 0.8)), (x + rng.uniform(5, 18), -height * rng.uniform(0.45, 0.9))])
    return lines


def _flourish(rng: Random, width: float, height: float) -> list[list[Point]]:
    """A few fast sweeps that fill their place: tall narrow loops, zigzags, long straight strokes through them, as people sign who sign
    often. Widths and heights of the ink are within a fifth of those given."""
    along = rng.uniform(0.15, 0.5)
    points: list[Point] = [(rng.uniform(0, 0.2) * width, -rng.uniform(0, 0.4) * height)]
    for step in range(rng.randint(2, 6)):
        x = width * min(1.0, along * (step + rng.uniform(0.4, 1.2)) / 2)
        high = (x + rng.uniform(-0.1, 0.15) * width, -height * rng.uniform(0.6, 1.0))
        low = (x + rng.uniform(-0.15, 0.1) * width, height * rng.uniform(-0.25, 0.25))
        points += [high, low] if rng.random() < 0.8 else [low]
        if rng.random() < 0.3:
            points.append((x - rng.uniform(0.1, 0.4) * width, -rng.uniform(0.1, 0.6) * height))
    if rng.random() < 0.75:
        points.append((width * rng.uniform(0.9, 1.2), -height * rng.uniform(0.0, 0.8)))
    lines = [_smooth(points, 8) if rng.random() < 0.75 else points]
    if rng.random() < 0.4:
        at, reach = rng.uniform(-0.6, 0.1) * height, rng.uniform(-0.3, 0.3) * height
        lines.append(_smooth([(rng.uniform(-0.15, 0.3) * width, at), (width * 0.5, at + reach * 0.3), (width * rng.uniform(0.7, 1.1), at - reach)]))
    if rng.random() < 0.3:
        middle = width * rng.uniform(0.3, 0.7)
        lines.append(_smooth(_scribble(rng, middle, middle + width * rng.uniform(0.2, 0.5), height * 0.4) or points))
    return lines


def _placed(lines: list[list[Point]], x: float, y: float, angle: float) -> list[list[Point]]:
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return [[(x + px * cos + py * sin, y - px * sin + py * cos) for px, py in line] for line in lines]


def signature(rng: Random, name: str, x: float, y: float, width: float, height: float, colour: Colour, test: bool) -> tuple[list[Item], Box]:
    """A signature that starts at (x, y) on the line; `width` and `height` are what the form leaves, and ink may leave them."""
    angle = rng.gauss(2, 4)
    if rng.random() < 0.35:
        font, size = rng.choice(fonts.unseen_in_training(fonts.SIGNATURE, test))
        text = fonts.printable(font, name if rng.random() < 0.7 else " ".join(part[0] + "." if i == 0 else part for i, part in enumerate(name.split())))
        size *= rng.uniform(0.75, 1.35) * min(1.3, max(0.7, height / 18))
        size *= min(1.0, width * 1.3 / max(1.0, fonts.width(font, size, text)))
        left, top, right, bottom = (v * size for v in fonts.em_box(font, text))
        corners = _placed([[(left, top), (right, top), (right, bottom), (left, bottom)]], x, y, angle)
        return [Text(x, y, text, font, size, colour, silent=True, angle=angle, hand=True, weight=rng.choice([0, 0, 0.3]))], _bounds(corners)
    if rng.random() < 0.3:
        tall = min(130.0, height * rng.triangular(1.1, 4.5, 1.6))
        lines = _placed(_flourish(rng, min(max(width, 90.0), tall * rng.uniform(0.7, 3.5)), tall), x, y + tall * rng.uniform(0, 0.25), angle)
        return [Strokes(lines, rng.choice([0.4, 0.5, 0.7, 0.9, 1.2]), colour)], _bounds(lines)
    tall = height * rng.uniform(0.8, 1.7)
    lines = _drawn(rng, min(width, tall * rng.uniform(3, 7)) * rng.uniform(0.6, 1.0), tall)
    if rng.random() < 0.3:
        lean = rng.uniform(-0.2, 0.5)
        lines = [[(px - lean * py, py) for px, py in line] for line in lines]
    lines = _placed(lines, x, y, angle)
    return [Strokes(lines, rng.choice([0.5, 0.8, 0.8, 1.1, 1.1, 1.5, 2.4]), colour)], _bounds(lines)


def written(rng: Random, name: str, x: float, y: float, width: float, colour: Colour, hand: tuple[str, float]) -> tuple[list[Item], Box]:
    """A name that can be read: many people sign as they write. All of it, or a part."""
    first, *rest = name.replace(",", " ").split() or ["K"]
    last = rest[-1] if rest else first
    text = rng.choice([name, name, f"{first[0]}. {last}", f"{first[0]} {last}", f"{first} {last[0]}", first, last, name.upper()])
    font, size = hand[0], hand[1] * rng.uniform(0.9, 1.7)
    text = fonts.printable(font, text)
    size *= min(1.0, width * 1.2 / max(1.0, fonts.width(font, size, text)))
    angle = rng.gauss(1, 3)
    left, top, right, bottom = (v * size for v in fonts.em_box(font, text))
    corners = _placed([[(left, top), (right, top), (right, bottom), (left, bottom)]], x, y, angle)
    return [Text(x, y, text, font, size, colour, silent=True, angle=angle, hand=True, weight=rng.choice([0, 0, 0.2, 0.4]))], _bounds(corners)


def initials(rng: Random, name: str, x: float, y: float, height: float, colour: Colour, hand: tuple[str, float]) -> tuple[list[Item], Box]:
    """Two or three letters, or a quick loop."""
    if rng.random() < 0.5:
        letters = "".join(part[0] for part in name.replace(",", " ").split() if part[0].isalpha())[:3].upper() or "K"
        text = rng.choice(["", "."]).join(letters)
        font, size = hand[0], hand[1] * rng.uniform(1.0, 1.5)
        left, top, right, bottom = (v * size for v in fonts.em_box(font, text))
        return [Text(x, y, text, font, size, colour, silent=True, angle=rng.gauss(0, 4), hand=True, weight=0.2)], (x + left, y + top, x + right, y + bottom)
    lines = _placed([_smooth(_capital(rng, 0, height) + _capital(rng, height * 0.4, height * 0.8))], x, y, rng.gauss(0, 6))
    return [Strokes(lines, rng.choice([0.8, 1.1, 1.5]), colour)], _bounds(lines)


def cross(rng: Random, x: float, y: float, size: float, colour: Colour) -> tuple[list[Item], Box]:
    """An X with its lower left corner at (x, y)."""
    def off() -> float:
        return rng.uniform(-0.15, 0.15) * size
    lines = [[(x + off(), y + off()), (x + size + off(), y - size + off())], [(x + off(), y - size + off()), (x + size + off(), y + off())]]
    return [Strokes(lines, rng.choice([0.7, 1.0, 1.4]), colour)], _bounds(lines)


def tick(rng: Random, x: float, y: float, size: float, colour: Colour) -> tuple[list[Item], Box]:
    """A check mark, lower left at (x, y)."""
    lines = [_smooth([(x, y - size * 0.5), (x + size * 0.35, y - size * rng.uniform(-0.1, 0.1)), (x + size * rng.uniform(0.9, 1.5), y - size * rng.uniform(0.9, 1.5))], 3)]
    return [Strokes(lines, rng.choice([0.7, 1.0, 1.4]), colour)], _bounds(lines)


def circle(rng: Random, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> tuple[list[Item], Box]:
    """A pen circle around something."""
    cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) * 0.62, (y1 - y0) * 0.8
    start = rng.uniform(0, math.tau)
    points = [(cx + rx * rng.uniform(0.93, 1.1) * math.cos(start + i * 0.55), cy + ry * rng.uniform(0.9, 1.1) * math.sin(start + i * 0.55)) for i in range(13)]
    lines = [_smooth(points, 4)]
    return [Strokes(lines, rng.choice([0.7, 1.0]), colour)], _bounds(lines)
