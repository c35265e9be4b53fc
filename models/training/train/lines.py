"""Lines of text for the recogniser: cut out of a corpus' pictures by the worker, with what truly stands on them.

`python -m train.lines CORPUS` runs `countersign lines` over CORPUS/images and writes CORPUS/lines/strips.bin (the lines' pictures one
behind the other, 48 pixels high, a byte a pixel) and CORPUS/lines/labelled.jsonl: where a strip starts, its width, its text, and
whether some of it was written by hand.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from math import cos, sin
from pathlib import Path

import numpy as np
import orjson

from .data import COUNTERSIGN, read_pages

HEIGHT = 48
ON = 0.3
"""A word whose middle is no further from the middle of a line, in heights of the line, stands on it."""
OFF = 0.65
"""A word whose middle is further away is out of the picture. Between the two it is cut, and then nobody can say what the line reads."""
INSIDE = 0.85
"""Share of a word that must lie within the ends of the line; with less than the rest of it the word counts as left out."""


@dataclass(frozen=True)
class Strip:
    """A line of text: its picture, `HEIGHT` rows of shades, and what it says."""

    picture: np.ndarray
    text: str
    hand: bool


def write(corpus: Path, batch: int = 100) -> None:
    """Cuts out the lines of all pages of a corpus."""
    folder = corpus / "lines"
    folder.mkdir(exist_ok=True)
    pages = [page for page in read_pages(corpus) if page.get("image")]
    start, kept = 0, 0
    with open(folder / "strips.bin", "wb") as strips, open(folder / "labelled.jsonl", "wb") as labels:
        for index in range(0, len(pages), batch):
            part = {str(corpus / page["image"]): page for page in pages[index : index + batch]}
            subprocess.run([str(COUNTERSIGN), "lines", "--out", str(folder / "part"), *part], check=True)
            for line in map(orjson.loads, (folder / "part/lines.jsonl").read_bytes().splitlines()):
                found = text_on(line, part[line["file"]])
                if found:
                    labels.write(orjson.dumps({"start": start + line["start"], "width": line["size"][0], "text": found[0], "hand": found[1]}) + b"\n")
                    kept += 1
            start += strips.write((folder / "part/strips.bin").read_bytes())
            strips.flush()
            labels.flush()
    print(f"{corpus}: {kept} lines of {len(pages)} pages")


def text_on(line: dict, page: dict) -> tuple[str, bool] | None:
    """What stands on a line, and whether some of it was written by hand; None where words are cut or there are none."""
    found = []
    for word in page["words"]:
        left, top, right, bottom = word["box"]
        dx, dy = (left + right) / 2 * page["width"] - line["centre"][0], (top + bottom) / 2 * page["height"] - line["centre"][1]
        along = dx * cos(line["angle"]) + dy * sin(line["angle"])
        across = abs(dy * cos(line["angle"]) - dx * sin(line["angle"])) / max(1.0, line["height"])
        half = max(1.0, (right - left) * page["width"] / 2)
        inside = (min(along + half, line["length"] / 2) - max(along - half, -line["length"] / 2)) / (2 * half)
        if inside <= 1 - INSIDE or across > OFF:
            continue
        if inside < INSIDE or across > ON:
            return None
        found.append((along, word))
    found.sort(key=lambda pair: pair[0])
    words = [word for _, word in found]
    return (" ".join(word["text"] for word in words), any(word["hand"] for word in words)) if words else None


def read(corpus: Path) -> list[Strip]:
    """The labelled lines of a corpus. Their pictures stay on disk until they are looked at."""
    strips = np.memmap(corpus / "lines/strips.bin", dtype=np.uint8, mode="r")
    lines = map(orjson.loads, (corpus / "lines/labelled.jsonl").read_bytes().splitlines())
    return [Strip(strips[line["start"] : line["start"] + HEIGHT * line["width"]].reshape(HEIGHT, line["width"]), line["text"], line["hand"]) for line in lines]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
