"""Writes a corpus: `pages.jsonl`, `uploads.jsonl` and pictures, the same for the same seed whatever the number of jobs.

A line of `pages.jsonl`: id, upload, document (number in the upload), document_class, split, family, class (what shows on this
page alone: page 2 of a signed bill of lading is `bol_unsigned`), country, language, page_index, first_page, width and height
(pixels of the picture; without pictures what they would be), image, rotation, degradations, words, marks, fields.
Boxes are [left, top, right, bottom] as shares of the upright page. `line` counts in reading order. With `--rotate` a
picture may be turned clockwise by `rotation` degrees; boxes, width and height stay those of the upright page.
Fields are normalised: dates ISO, times HH:MM, counts and weights as numbers, amounts as decimal strings, identifiers in
upper case without punctuation, parties as {name, address, city, state, postal, country}, `page_k_of_n` as "k/n";
`customer_po` and `seal_numbers` are lists. Names, remarks and stamp texts stay as written (names in upper case).

A line of `uploads.jsonl`: id, pages (ids in order), documents with class, pages (counted from 1) and fields.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import orjson

from . import degrade
from .display import Page
from .documents import Document, upload
from .filling import Filling
from .raster import render
from .sheets import sheet
from .truth import page_truth


@dataclass(frozen=True)
class Order:
    """What to make."""

    folder: Path
    seed: int
    uploads: int
    split: str
    jobs: int
    dpi: float = 100.0
    images: bool = True
    rotate: bool = False
    sheets: bool = False
    """Practice sheets for the recogniser instead of papers."""


def _documents(order: Order, rng: Random) -> list[Document]:
    if not order.sheets:
        return upload(rng, order.split)
    page, facts = sheet(rng, order.split)
    return [Document("other", [page], facts, Filling())]


def _page(order: Order, page: Page, rng: Random, name: str) -> dict[str, Any]:
    plan = degrade.plan(rng, page.width, page.height, page.kind)
    rotation = rng.choice([90, 180, 270]) if rng.random() < 0.3 and order.rotate else 0
    scale = order.dpi / 72
    width, height = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    path = None
    if order.images:
        path = f"images/{name}.png"
        picture = degrade.apply(render(page, order.dpi), plan, page.width)
        if rotation:
            picture = picture.rotate(-rotation, expand=True)
        picture.save(order.folder / path, compress_level=1)
    return {"width": width, "height": height, "image": path, "rotation": rotation, "degradations": list(plan.steps), **page_truth(page, plan.warp)}


def make_upload(order: Order, number: int) -> tuple[list[bytes], bytes, Counter[str]]:
    """One upload: its page lines, its own line, and how many pages of each class it has."""
    rng = Random(f"{order.seed}:{order.split}:{number}")
    documents = _documents(order, rng)
    noise = Random(f"{order.seed}:{order.split}:{number}:scan")
    uid = f"{order.split}-{order.seed}-{number:06d}"
    lines, ids, told, classes = [], [], [], Counter[str]()
    for index, made in enumerate(documents):
        numbers = []
        for position, page in enumerate(made.pages):
            name = f"{uid}-{len(ids) + 1:02d}"
            ids.append(name)
            numbers.append(len(ids))
            classes[page.kind] += 1
            head = {"id": name, "upload": uid, "document": index, "document_class": made.kind, "split": order.split, "family": page.family, "class": page.kind, "country": page.country, "language": page.language, "page_index": position, "first_page": position == 0}
            lines.append(orjson.dumps(head | _page(order, page, noise, name)))
        told.append({"class": made.kind, "pages": numbers, "fields": made.fields()})
    return lines, orjson.dumps({"id": uid, "pages": ids, "documents": told}), classes


_order: Order | None = None


def _start(order: Order) -> None:
    global _order
    _order = order


def _work(number: int) -> tuple[list[bytes], bytes, Counter[str]]:
    assert _order is not None
    return make_upload(_order, number)


def write(order: Order) -> None:
    """Write the corpus and print what came out."""
    (order.folder / "images").mkdir(parents=True, exist_ok=True)
    begin, pages, classes = time.monotonic(), 0, Counter[str]()
    with (order.folder / "pages.jsonl").open("wb") as page_file, (order.folder / "uploads.jsonl").open("wb") as upload_file, multiprocessing.Pool(order.jobs, _start, (order,)) as pool:
        for done, (lines, told, counted) in enumerate(pool.imap(_work, range(order.uploads), chunksize=8), 1):
            page_file.write(b"".join(line + b"\n" for line in lines))
            upload_file.write(told + b"\n")
            pages += len(lines)
            classes += counted
            if done % 500 == 0:
                print(f"{done} uploads, {pages} pages, {pages / (time.monotonic() - begin):.0f} pages/s", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begin
    print(f"{order.uploads} uploads, {pages} pages in {seconds:.1f} s ({pages / seconds:.1f} pages/s, {order.jobs} jobs of {os.cpu_count()} cores)")
    for kind, count in classes.most_common():
        print(f"  {kind:24} {count:7} {count / pages:6.1%}")
