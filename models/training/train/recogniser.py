"""The recogniser of the `text` bundle: PP-OCRv6 small, its weights tuned on the hands and worn print of freight papers.

It starts from the third party's weights and sees practice sheets (`generator/sheets.py`), lines of whole papers so that it forgets no
print, and no line twice the same: people's letters vary, a typeface's do not. What is shipped lies between the weights before and
after: the mean of the two keeps more of what the first were good at than the second alone (Wortsman et al. 2022, WiSE-FT).
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from .graph import Graph
from .lines import HEIGHT, Strip, read
from .steps import Steps

SHEETS = 0.65
"""Share of the lines that come from practice sheets."""
WIDEST = 960
"""Wider lines are left out of training: they are rare, and cost most."""
BATCH = 3840
"""Width of all lines of a step together."""
BUCKET = 32
"""Widths are rounded up to a multiple of this, as the worker does."""
HOPELESS = 4.0
"""Lines that cost more nats a letter teach nothing: they are illegible, or the truth was matched wrongly."""
RATE, AGAIN = 5e-5, 1.5e-5
"""Learning rate for the third party's weights, and for weights that were tuned before: at the former they lost 5 of 100 lines of practice
sheets in 400 steps."""
JUDGED = 500
"""Lines of each kind that the weights are judged by while they learn."""


def varied(picture: np.ndarray, chance: random.Random) -> np.ndarray:
    """A line as another day, pen or detector would have given it: letters sway and lean, the frame moves, ink is thicker or paler."""
    height, width = picture.shape
    noise = np.random.default_rng(chance.getrandbits(32))
    sway = [cv2.resize(noise.normal(0, 1, (3, max(2, width // 40))).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) for _ in range(2)]
    reach = chance.uniform(0, 2.2)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lean, zoom, shift = chance.gauss(0, 0.12), chance.uniform(0.9, 1.12), chance.gauss(0, 1.5)
    x = columns + (rows - height / 2) * lean + reach * sway[0]
    y = (rows - height / 2) * zoom + height / 2 + shift + reach * sway[1]
    picture = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if chance.random() < 0.2:
        grow = cv2.erode if chance.random() < 0.6 else cv2.dilate  # dark ink: eroding light paper thickens it
        share = chance.uniform(0.3, 1.0)
        picture = cv2.addWeighted(picture, 1 - share, grow(picture, np.ones((2, 2), np.uint8)), share, 0)
    if chance.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, 1.1))
    shades = picture.astype(np.float32)
    if chance.random() < 0.4:
        shades = 255 - (255 - shades) * chance.uniform(0.5, 1.3)
    if chance.random() < 0.3:
        shades += noise.normal(0, chance.uniform(2, 14), shades.shape)
    return np.clip(shades, 0, 255).astype(np.uint8)


def batch_of(pictures: list[np.ndarray]) -> torch.Tensor:
    """The network's input: (N, 3, 48, W), shades -1..1, zero behind shorter lines as at work."""
    width = -(-max(picture.shape[1] for picture in pictures) // BUCKET) * BUCKET
    gray = np.zeros((len(pictures), HEIGHT, width), np.float32)
    for row, picture in zip(gray, pictures):
        row[:, : picture.shape[1]] = picture / 127.5 - 1
    return torch.from_numpy(gray)[:, None].expand(-1, 3, -1, -1)


class Alphabet:
    """The characters of the manifest: the blank at 0."""

    def __init__(self, manifest: Path) -> None:
        outputs = tomllib.loads(manifest.read_text(encoding="utf-8"))["outputs"]
        self.labels: list[str] = next(output["labels"] for output in outputs if output.get("graph") == "recognition")
        self._index = {label: index for index, label in enumerate(self.labels) if index}

    def indices(self, text: str) -> list[int] | None:
        """The text in indices; None if a character is unknown."""
        found = [self._index.get(char) for char in text]
        return None if None in found else found  # type: ignore[return-value]

    def text(self, steps: list[int]) -> str:
        """What the best index of each step reads as."""
        return "".join(self.labels[index] for index, before in zip(steps, [0, *steps]) if index and index != before)


def batches(sheets: list[Strip], papers: list[Strip], chance: random.Random) -> Iterator[list[Strip]]:
    """Endless batches of lines of like width, each line seen once before any is seen again."""
    while True:
        drawn = chance.sample(sheets, len(sheets))
        drawn += chance.sample(papers, min(len(papers), round(len(sheets) * (1 - SHEETS) / SHEETS)))
        chance.shuffle(drawn)
        ready: dict[int, list[Strip]] = {}
        for strip in drawn:
            bucket = -(-strip.picture.shape[1] // 96) * 96
            ready.setdefault(bucket, []).append(strip)
            if len(ready[bucket]) * bucket >= BATCH:
                yield ready.pop(bucket)


def loss_of(model: nn.Module, strips: list[Strip], alphabet: Alphabet, chance: random.Random) -> torch.Tensor:
    """Nats a letter (Graves et al. 2006), without hopeless lines."""
    truth = [alphabet.indices(strip.text) or [] for strip in strips]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model(batch_of([varied(strip.picture, chance) for strip in strips]))
    likely = scores.float().log_softmax(-1).transpose(0, 1)
    lengths = torch.tensor([len(letters) for letters in truth])
    steps = torch.full((len(strips),), likely.shape[0])
    cost = nn.functional.ctc_loss(likely, torch.tensor(sum(truth, [])), steps, lengths, reduction="none", zero_infinity=True) / lengths
    return (cost * (cost < HOPELESS)).mean()


def distance(read: str, true: str) -> int:
    """Letters to change, insert or leave out (Levenshtein)."""
    row = list(range(len(true) + 1))
    for i, a in enumerate(read, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(true, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def judged(model: nn.Module, strips: list[Strip], alphabet: Alphabet) -> tuple[float, float]:
    """Share of lines that are read to the letter (spaces apart), and of letters that are wrong."""
    model.eval()
    exact, wrong, letters = 0, 0, 0
    with torch.no_grad():
        for strip in strips:
            read = alphabet.text(model(batch_of([strip.picture]))[0].argmax(-1).tolist()).replace(" ", "")
            true = strip.text.replace(" ", "")
            exact, wrong, letters = exact + (read == true), wrong + distance(read, true), letters + len(true)
    return exact / len(strips), wrong / letters


def judge(model: nn.Module, sheets: list[Strip], papers: list[Strip], alphabet: Alphabet) -> tuple[float, str]:
    """How well both kinds of lines are read, and that in words."""
    (hand, hand_wrong), (lines, print_wrong) = judged(model, sheets, alphabet), judged(model, papers, alphabet)
    told = f"sheets {hand:.4f} of lines, {hand_wrong:.4f} of letters wrong; papers {lines:.4f}, {print_wrong:.4f}"
    return 1 - hand_wrong - print_wrong, told


def usable(corpora: list[Path], alphabet: Alphabet) -> list[Strip]:
    """Lines that training can use: not too wide, not too long for their width, nothing outside the alphabet."""
    strips = [strip for corpus in corpora for strip in read(corpus)]
    return [strip for strip in strips if strip.text and alphabet.indices(strip.text) and 16 <= strip.picture.shape[1] <= WIDEST and len(strip.text) * 10 < strip.picture.shape[1] + 40]


def main() -> None:
    """Trains; `best.onnx` in the work folder is what did best on the validation lines."""
    parser = argparse.ArgumentParser(prog="train.recogniser", description=__doc__)
    for name in ("start", "manifest", "sheets", "papers", "valid-sheets", "valid-papers", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="the weights to start from were tuned before")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    alphabet, chance = Alphabet(arguments.manifest), random.Random(7)
    model = Graph(arguments.start)
    sheets, papers = usable([arguments.sheets], alphabet), usable([arguments.papers], alphabet)
    picked = [random.Random(5).sample(found, min(JUDGED, len(found))) for found in (usable([arguments.valid_sheets], alphabet), usable([arguments.valid_papers], alphabet))]
    print(f"{len(sheets)} lines of sheets, {len(papers)} of papers", flush=True)
    steps = Steps(model, arguments.work, arguments.minutes, AGAIN if arguments.again else RATE, 1e-4)
    source = batches(sheets, papers, chance)
    for step in steps:
        if step % 400 == 0:
            steps.keep(*judge(model, *picked, alphabet))
            model.train()
        steps.take(loss_of(model, next(source), alphabet, chance))
    steps.keep(*judge(model, *picked, alphabet))
    model.load_state_dict(torch.load(arguments.work / "best.pt", weights_only=True))
    model.save(arguments.work / "best.onnx")


if __name__ == "__main__":
    main()
