"""Words, marks and fields of a page with boxes, as a perfect reader would give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import fonts
from .barcodes import turned
from .display import Page, Text

ASCENT, DESCENT = 0.76, 0.22
"""Box of a word above and below its baseline, in ems: what the readers give for print of most faces."""
TURNED = 6.0
"""Degrees from which a run no longer belongs to the print's lines."""


@dataclass(slots=True)
class _Word:
    text: str
    item: Text
    begin: bool
    run: int
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


def _words(page: Page) -> tuple[list[_Word], list[float]]:
    """All words, and eight corner coordinates for each."""
    words: list[_Word] = []
    corners: list[float] = []
    for run, item in enumerate(page.items):
        if not isinstance(item, Text) or item.silent:
            continue
        at, first, size, font = item.x, item.begin, item.size, item.font
        top, bottom = item.y - size * ASCENT, item.y + size * DESCENT
        space = fonts.em_width(font, " ") * size
        for part in item.text.split(" "):
            wide = fonts.em_width(font, part) * size
            if part:
                words.append(_Word(part, item, first, run))
                box = (at, top, at + wide, top, at + wide, bottom, at, bottom)
                if item.angle:
                    points = [turned((box[i], box[i + 1]), (item.x, item.y), item.angle) for i in (0, 2, 4, 6)]
                    box = tuple(v for point in points for v in point)
                corners.extend(box)
                first = False
            at += wide + space
    return words, corners


def warped(points: np.ndarray, warp: np.ndarray | None) -> np.ndarray:
    """Points (n, 2) through a homography (3, 3)."""
    if warp is None:
        return points
    full = points @ warp[:, :2].T + warp[:, 2]
    return full[:, :2] / full[:, 2:]


def _placed(page: Page, warp: np.ndarray | None, width: float, height: float) -> list[_Word]:
    """Words with boxes as shares of the page after the warp; words outside it are dropped."""
    words, corners = _words(page)
    if not words:
        return []
    points = warped(np.array(corners).reshape(-1, 2), warp).reshape(-1, 4, 2) / (width, height)
    low, high = points.min(axis=1), points.max(axis=1)
    middle = (low + high) / 2
    inside = ((middle >= 0) & (middle <= 1)).all(axis=1).tolist()
    boxes = np.concatenate([low.clip(0, 1), high.clip(0, 1)], axis=1).round(4).tolist()
    kept = []
    for word, box, shown in zip(words, boxes, inside):
        if shown:
            word.left, word.top, word.right, word.bottom = box
            kept.append(word)
    return kept


def _rows(words: list[_Word]) -> list[list[_Word]]:
    """Words that stand side by side."""
    rows: list[tuple[float, float, list[_Word]]] = []
    for word in sorted(words, key=lambda w: w.top + w.bottom):
        middle, tall = (word.top + word.bottom) / 2, word.bottom - word.top
        for centre, size, members in rows[-1:-4:-1]:
            if middle - centre < 0.4 * min(tall, size):
                members.append(word)
                break
        else:
            rows.append((middle, tall, [word]))
    return [members for _, _, members in rows]


def _lines(words: list[_Word], ratio: float) -> list[list[_Word]]:
    """Reading order: rows from top to bottom, broken where a gap is wider than 1.6 heights. `ratio` is height over width."""
    lines: list[list[_Word]] = []
    for members in _rows([word for word in words if abs(word.item.angle) <= TURNED]):
        members.sort(key=lambda w: w.left)
        lines.append([members[0]])
        for last, word in zip(members, members[1:]):
            gap = word.left - last.right
            if gap > 1.6 * (last.bottom - last.top) * ratio or gap < -0.6 * (word.right - word.left):
                lines.append([word])
            else:
                lines[-1].append(word)
    runs: dict[int, list[_Word]] = {}
    for word in words:
        if abs(word.item.angle) > TURNED:
            runs.setdefault(word.run, []).append(word)
    lines += runs.values()
    lines.sort(key=lambda line: (round((line[0].top + line[0].bottom) * 100), line[0].left))
    return lines


def shown_fields(page: Page) -> dict[str, Any]:
    """The page's fields of which something stands on it."""
    seen = {item.field for item in page.items if isinstance(item, Text) and item.field and not item.silent and 0 <= item.x <= page.width and 0 <= item.y <= page.height}
    return {name: value for name, value in page.fields.items() if name in seen}


def page_truth(page: Page, warp: np.ndarray | None = None, frame: tuple[float, float] | None = None) -> dict[str, Any]:
    """`words`, `marks` and `fields` of a page. `warp` maps points of the page to points of the frame that the image shows."""
    width, height = frame or (page.width, page.height)
    shown = []
    for number, line in enumerate(_lines(_placed(page, warp, width, height), height / width)):
        for word in line:
            box = [word.left, word.top, word.right, word.bottom]
            shown.append({"text": word.text, "box": box, "line": number, "field": word.item.field, "begin": word.begin, "hand": word.item.hand})
    marks = []
    for mark in page.marks:
        points = warped(np.array(mark.corners), warp) / (width, height)
        low, high = points.min(axis=0).clip(0, 1), points.max(axis=0).clip(0, 1)
        if (high - low).min() > 0.002:
            marks.append({"kind": mark.kind, "role": mark.role, "box": [round(float(v), 4) for v in (*low, *high)]})
    seen = {word["field"] for word in shown}
    fields = {name: value for name, value in page.fields.items() if name in seen}
    return {"words": shown, "marks": marks, "fields": fields}
