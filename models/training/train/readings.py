"""Real readings: the words that the worker's own reader gives for a corpus' pictures, with the truth carried over.

`python -m train.readings CORPUS` reads CORPUS/images with `countersign words` and writes CORPUS/read.jsonl: the lines of
`pages.jsonl` with `words` as they were read. A read word takes the field of the true words that it covers most of.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson

from .data import COUNTERSIGN, read_pages

OVERLAP = 0.5
"""Share of the narrower word's width and of the true word's height that both must have in common: readers' boxes are up to 1.85
times as high as letters, and a word may be read in pieces or run into the next one."""


def write(corpus: Path, batch: int = 100) -> None:
    """Reads what is not read yet, so that a run that was stopped goes on where it was."""
    pages, out = read_pages(corpus), corpus / "read.jsonl"
    done = {line["id"] for line in map(orjson.loads, out.read_bytes().splitlines())} if out.exists() else set()
    waiting = [page for page in pages if page["id"] not in done]
    for start in range(0, len(waiting), batch):
        part = {page["id"]: page for page in waiting[start : start + batch]}
        command = [str(COUNTERSIGN), "words", *(str(corpus / page["image"]) for page in part.values())]
        lines = subprocess.run(command, check=True, capture_output=True).stdout.splitlines()
        with open(out, "ab") as file:
            for line in map(orjson.loads, lines):
                page = part[Path(line["file"]).stem]
                file.write(orjson.dumps({**page, "words": labelled(line["words"], page["words"])}) + b"\n")


def labelled(read: list[dict], true: list[dict]) -> list[dict]:
    """The read words with field, begin and hand of the true ones that they stand for."""
    words = []
    for word in read:
        stands_for = [one for one in true if _same_place(word["box"], one["box"])]
        owner = next((one for one in stands_for if one.get("field")), stands_for[0] if stands_for else {})
        left, _, right, _ = word["box"]
        # Of a word read in pieces only the first begins; one with its label run into it begins before the true one.
        begins = bool(owner.get("begin")) and left < owner["box"][0] + OVERLAP * (right - left)
        kept = {key: word[key] for key in ("text", "box", "line", "confidence")}
        words.append(kept | {"field": owner.get("field"), "begin": begins, "hand": any(one.get("hand") for one in stands_for)})
    return words


def _same_place(read: list[float], true: list[float]) -> bool:
    width = min(read[2], true[2]) - max(read[0], true[0])
    height = min(read[3], true[3]) - max(read[1], true[1])
    narrower = min(read[2] - read[0], true[2] - true[0])
    return width > OVERLAP * narrower and height > OVERLAP * (true[3] - true[1])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
