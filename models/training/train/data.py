"""Corpora on disk: pages, noised copies, and the features that the worker's own code computes of them."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from . import noise

COUNTERSIGN = Path(os.environ.get("COUNTERSIGN") or Path(__file__).resolve().parents[3] / "target" / "release" / "countersign")
"""The worker; it computes the features, so that training and work never drift."""

PLACE = ("grams", "shape", "place", "neighbours", "offsets")


@dataclass
class Pages:
    """Feature rows of many pages, and the pages' truth."""

    starts: np.ndarray
    rows: dict[str, np.ndarray]
    truth: list[dict]
    thumbnails: np.ndarray | None
    marks: np.ndarray | None
    marks_words: np.ndarray | None
    marks_filled: np.ndarray | None

    def __len__(self) -> int:
        return len(self.truth)

    def page(self, index: int) -> dict[str, np.ndarray]:
        """The feature rows of one page."""
        start, end = self.starts[index], self.starts[index + 1]
        return {name: rows[start:end] for name, rows in self.rows.items()}


def read_pages(corpus: Path) -> list[dict]:
    """The pages of a corpus, in the order in which the generator wrote them."""
    with open(corpus / "pages.jsonl", "rb") as lines:
        return [orjson.loads(line) for line in lines]


def fingerprint(corpus: Path) -> str:
    """Hash of the truth of a corpus, for the manifest."""
    return hashlib.sha256((corpus / "pages.jsonl").read_bytes()).hexdigest()


def load(corpus: Path, copies: int, seed: int, marks: bool = False, pictures: bool = True, ink: bool = False) -> Pages:
    """Features of `copies` noised readings of each page of `corpus`, with rows for what was signed where `ink` is wanted. Cached
    beside it."""
    folder = corpus / f"features-{copies}-{seed}-{int(marks)}-{int(pictures)}-{int(ink)}"
    if not (folder / "done").exists():
        _compute(corpus, folder, copies, seed, marks, pictures, ink)
    return _opened(folder)


def load_read(corpus: Path) -> Pages:
    """Features of the words that the worker's own reader found (`train.readings`), and of what was signed. Cached beside them."""
    folder = corpus / "features-read-ink"
    if not (folder / "done").exists():
        folder.mkdir(exist_ok=True)
        pages = map(orjson.loads, (corpus / "read.jsonl").read_bytes().splitlines())
        lines = [_signed(page, random.Random(page["id"])) | {"image": None} for page in pages]
        (folder / "pages.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        subprocess.run([str(COUNTERSIGN), "features", str(folder / "pages.jsonl"), "--out", str(folder)], check=True)
        (folder / "done").touch()
    return _opened(folder)


def _opened(folder: Path) -> Pages:
    truth = read_pages(folder)
    arrays = {path.stem: np.load(path, mmap_mode="r" if path.stem == "marks" else None) for path in folder.glob("*.npy")}
    return Pages(
        starts=arrays["starts"],
        rows={key: arrays[key] for key in PLACE},
        truth=truth,
        thumbnails=arrays.get("thumbnails"),
        marks=arrays.get("marks"),
        marks_words=arrays.get("marks_words"),
        marks_filled=arrays.get("marks_filled"),
    )


def _signed(page: dict, rng: random.Random) -> dict:
    """The page with the boxes of what was signed as `ink`, and whose they are as `signed`."""
    seen = noise.seen_ink(page, rng)
    return page | {"ink": [one["box"] for one in seen], "signed": [one["field"] for one in seen]}


def _compute(corpus: Path, folder: Path, copies: int, seed: int, marks: bool, pictures: bool, ink: bool) -> None:
    folder.mkdir(exist_ok=True)
    lines = (corpus / "pages.jsonl").read_bytes().splitlines()
    tasks = [(line, copy, seed, marks, pictures, ink) for line in lines for copy in range(copies)]
    with multiprocessing.Pool(2) as pool, open(folder / "pages.jsonl", "wb") as out:
        for line in pool.imap(_noised, tasks, chunksize=64):
            out.write(line + b"\n")
    command = [str(COUNTERSIGN), "features", str(folder / "pages.jsonl"), "--out", str(folder)]
    subprocess.run(command + (["--marks"] if marks else []), check=True)
    (folder / "done").touch()


Task = tuple[bytes, int, int, bool, bool, bool]


def _noised(task: Task) -> bytes:
    line, copy, seed, marks, pictures, ink = task
    page = orjson.loads(line)
    rng = random.Random(f"{seed}-{copy}-{page['id']}")
    page = _signed(page, rng) if ink else page
    return _placed(noise.read_page(page, rng, still=marks), pictures)


def _placed(page: dict, pictures: bool) -> bytes:
    """The page with its picture's path as seen from the folder of features."""
    page["image"] = f"../{page['image']}" if pictures and page.get("image") else None
    return orjson.dumps(page)
