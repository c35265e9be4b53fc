"""The `marks` model: a gray page at about 100 dpi, and what is known of its words → where signatures, initials, stamps and hand-made
checks are.

A small fully convolutional network gives each 8 × 8 cell the chance that it lies in a mark of each kind. That a written name is no
signature, and two letters on a line to sign are one, only the words tell: `WordMap` of the worker says which cells hold labels to
sign at, names, dates and other words. It is trained on crops around marks and around what looks like one (empty signature lines,
script fonts, logos), and runs over whole pages.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import bundle, data
from .restored import restore
from .steps import Steps, effort

KINDS = ["signature", "initials", "stamp", "check"]
CELL, WIDTH = 8, 96
CROP = (24, 48)
"""Rows and columns of cells that training looks at: a place to sign with its label, which often stands far to the left."""
PLANES = 8
"""Of the worker's `word_map.rs`, as bits of a cell: labels of the three roles and without one, words, names, other values, stamps."""
ASKS, NAME, TAGS = 0b1111, 1 << 5, 0b1110_0000
SEEN = {"signature": 0.5, "initials": 0.5, "stamp": 0.3, "check": 0.5}
"""Cells of less chance are no part of a mark; low for stamps, since the worker asks for a stamp's words too before it believes one."""
FEWEST = {"signature": 4, "initials": 4, "stamp": 3, "check": 3}
"""Marks of fewer cells are specks. These and `SEEN` as in `understanding/marks/seen.rs`, which says how they were measured."""


SIGNED = 2
"""Signatures and initials come first: the same pen in the same places."""
HARD, WEIGHT_BETWEEN = len(KINDS), 8.0
"""The layer of the truth after those of the kinds: how much more a cell counts than others. Those between two signatures do by so much."""
USUAL, MOST = 60, 3.0
"""Cells of a usual signature. What is smaller, down to a single letter, counts for as much as a usual one does, up to so much more."""
BORNE_OUT = {"signature": 0.6, "initials": 0.6, "stamp": SEEN["stamp"]}
"""Thresholds of what the worker believes only where something else bears it out: a label to sign at, a stamp's words. Measured end to
end on 200 uploads of validation families: from 0.8 on, consignees' signatures have precision 0.982 and recall 0.877, from 0.5 on 0.982
and 0.885."""


def convolution(before: int, after: int, size: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Convolution that keeps the size (or divides it by `stride`), normalised. Dense ones: on a CPU, depthwise ones of these
    widths take three times as long to train (0.3 s against 0.1 s a crop)."""
    padding = dilation * (size // 2)
    return nn.Sequential(nn.Conv2d(before, after, size, stride=stride, padding=padding, dilation=dilation, bias=False), nn.BatchNorm2d(after))


class Step(nn.Module):
    """A bottleneck that adds what it sees in a wider and wider surrounding."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        narrow = WIDTH // 2
        self.look = nn.Sequential(convolution(WIDTH, narrow, 1), nn.ReLU(), convolution(narrow, narrow, dilation=dilation), nn.ReLU(), convolution(narrow, WIDTH, 1))

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        return torch.relu(cells + self.look(cells))


class Marks(nn.Module):
    """(pages, height, width) gray 0..255 and (pages, planes, height / 8, width / 8) of 0 and 1 → (pages, kinds, height / 8,
    width / 8) logits.

    The stem looks at single pixels twice before it goes to 8 × 8 cells: at 100 dpi a pen stroke is one or two pixels wide.
    """

    def __init__(self) -> None:
        super().__init__()
        strokes = (convolution(1, 16, stride=2), nn.ReLU(), convolution(16, 32, stride=2), nn.ReLU(), convolution(32, 48), nn.ReLU())
        self.stem = nn.Sequential(*strokes, convolution(48, WIDTH, stride=2), nn.ReLU())
        self.told = nn.Conv2d(PLANES, WIDTH, 1, bias=False)
        self.steps = nn.Sequential(*(Step(dilation) for dilation in (1, 2, 4, 8, 16, 1)))
        self.head = nn.Conv2d(WIDTH, len(KINDS), 1)

    def forward(self, page: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        return self.head(self.steps(self.stem(1 - page.unsqueeze(1) / 255) + self.told(words)))


class Exported(nn.Module):
    """With the chances instead of the logits."""

    def __init__(self, model: Marks) -> None:
        super().__init__()
        self.model = model

    def forward(self, page: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.model(page, words))


Page = tuple[np.ndarray, np.ndarray, np.ndarray]
Cells = tuple[int, int, int, int]


def page_and_truth(pages: data.Pages, index: int) -> Page:
    """The picture as the worker would see it, the bits of its words, and the cells that lie in marks: a layer a kind, and one of how
    much more a cell counts than others. The cells between two signatures that touch belong to neither, so that the network learns to part them."""
    image, words = np.array(pages.marks[index]), np.array(pages.marks_words[index])
    filled_x, filled_y, lying = pages.marks_filled[index]
    if lying:
        image, words = np.rot90(image), np.rot90(words)
    truth = np.zeros((len(KINDS) + 1, *words.shape), dtype=np.float32)
    signed = []
    for mark in pages.truth[index]["marks"]:
        if mark["kind"] not in KINDS:
            continue
        left, top, right, bottom = _scaled(mark["box"], (filled_x * truth.shape[2], filled_y * truth.shape[1]))
        cells = (int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom)))
        truth[KINDS.index(mark["kind"]), cells[1] : cells[3], cells[0] : cells[2]] = 1
        if mark["kind"] in KINDS[:SIGNED]:
            signed.append(cells)
            area = (cells[2] - cells[0]) * (cells[3] - cells[1])
            own = truth[HARD, cells[1] : cells[3], cells[0] : cells[2]]
            np.maximum(own, np.clip(USUAL / max(1, area) - 1, 0, MOST), out=own)
    for one, other in itertools.combinations(signed, 2):
        between = _between(one, other)
        truth[:SIGNED][:, *between] = 0
        truth[HARD][between] = WEIGHT_BETWEEN
    return image, words, truth


def _between(one: Cells, other: Cells) -> tuple[slice, slice]:
    """The row (or column) of cells in the middle of what two marks share, each a cell larger than drawn; empty where they are apart."""
    left, top = max(one[0], other[0]) - 1, max(one[1], other[1]) - 1
    right, bottom = min(one[2], other[2]) + 1, min(one[3], other[3]) + 1
    if left >= right or top >= bottom:
        return slice(0), slice(0)
    if right - left >= bottom - top:
        top = (top + bottom) // 2
        bottom = top + 1
    else:
        left = (left + right) // 2
        right = left + 1
    return slice(max(0, top), bottom), slice(max(0, left), right)


def planes(words: np.ndarray) -> np.ndarray:
    """Bits as planes of 0 and 1."""
    return ((words >> np.arange(PLANES, dtype=np.uint8)[:, None, None]) & 1).astype(np.float32)


def mistaken(words: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The words as the `fields` model may see them: now and then it takes none of them for a value, or a signature for a name."""
    words = words.copy()
    if rng.random() < 0.1:
        words &= ~np.uint8(TAGS)
    if rng.random() < 0.2:
        signed = truth[:SIGNED].max(0) > 0
        words[signed & (words > 0)] |= NAME
    return words


def crop(page: Page, rng: np.random.Generator) -> Page:
    """A part of the page, more often than not around a mark or a place to sign: larger or smaller than life, lighter or darker, with
    grain."""
    import cv2

    image, words, truth = page
    scale = rng.uniform(0.75, 1.3)
    rows, columns = (int(np.clip(round(side * scale), 8, most)) for side, most in zip(CROP, words.shape))
    point = rng.random()
    wanted = truth.max(0) > 0 if point < 0.55 else words & ASKS > 0 if point < 0.8 else np.zeros_like(words)
    if point < 0.2 and truth[HARD].any():
        wanted = truth[HARD] > 0
    inside = np.argwhere(wanted)
    middle = inside[rng.integers(len(inside))] if len(inside) else rng.integers((0, 0), words.shape)
    row = int(np.clip(middle[0] - rng.integers(0, rows), 0, words.shape[0] - rows))
    column = int(np.clip(middle[1] - rng.integers(0, columns), 0, words.shape[1] - columns))
    part = image[row * CELL : (row + rows) * CELL, column * CELL : (column + columns) * CELL]
    told, marked = words[row : row + rows, column : column + columns], truth[:, row : row + rows, column : column + columns]
    size = (CROP[1] * CELL, CROP[0] * CELL)
    part = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR).astype(np.float32)
    told, *marked = (cv2.resize(np.ascontiguousarray(layer), CROP[::-1], interpolation=cv2.INTER_NEAREST) for layer in (told, *marked))
    marked = np.stack(marked)
    part = 255 * (part / 255) ** rng.uniform(0.6, 1.6)
    part = part * rng.uniform(0.75, 1.1) + rng.uniform(-20, 25) + rng.normal(0, rng.uniform(0, 8), part.shape)
    return np.clip(part, 0, 255).astype(np.float32), planes(mistaken(told, marked, rng)), marked


def train(corpus: Path, valid: Path, out: Path, minutes: float, threads: int, start: Path | None = None) -> None:
    """Trains for `minutes` (resuming from `out`/checkpoint.pt, else from the weights of the bundle `start`), keeps the weights that do
    best on the validation families."""
    torch.manual_seed(7)
    torch.set_num_threads(threads)
    rng = np.random.default_rng(7)
    pages, held = data.load(corpus, 1, 1, marks=True), data.load(valid, 1, 2, marks=True)
    chance = chances_to_be_drawn(pages)
    model = Marks()
    if start:
        restore(model, start / "model.onnx", *drawn(pages, chance, 40, rng)[:2])
    model = model.to(memory_format=torch.channels_last)
    steps = Steps(model, out, minutes, rate=3e-3, decay=0.01)
    if start and not steps.taken:
        steps.keep(*judged(model, held))
    for step in steps:
        pictures, words, truth = drawn(pages, chance, 10, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):  # Half the time of a step on a CPU that has it.
            logits = model(pictures, words)
        loss = loss_of(logits.float(), truth)
        steps.take(loss)
        if step % 1000 == 999:
            steps.keep(*judged(model, held))
    steps.keep(*judged(model, held))


def drawn(pages: data.Pages, chance: np.ndarray, count: int, rng: np.random.Generator) -> list[torch.Tensor]:
    """Pictures, planes and truth of `count` crops."""
    crops = [crop(page_and_truth(pages, index), rng) for index in rng.choice(len(pages), count, p=chance)]
    return [torch.from_numpy(np.stack(layer)) for layer in zip(*crops)]


def judged(model: Marks, held: data.Pages) -> tuple[float, str]:
    """How well it does on the validation families: a score, and in words."""
    _, figures = at_best_thresholds(predict(model, held, 160), held)
    score = 0.7 * figures["signature"]["f1"] + 0.3 * figures["stamp"]["f1"]
    return score, f"on validation families {json.dumps(figures)}"


def chances_to_be_drawn(pages: data.Pages) -> np.ndarray:
    """How often each page is taken: the more, the rarer its rarest kind of mark is (by the root of the rarity)."""
    has = np.array([[any(mark["kind"] == kind for mark in page["marks"]) for kind in KINDS] for page in pages.truth])
    rarity = np.sqrt(has.any(1).sum() / np.maximum(1, has.sum(0)))
    chance = np.maximum((has * np.minimum(rarity, 3.0)).max(1), 0.5)
    return chance / chance.sum()


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the cells, and how badly the marks of each kind that is there are covered."""
    truth, hard = truth[:, :HARD], truth[:, HARD:]
    weight = torch.ones_like(truth)
    weight[:, :SIGNED] += hard
    loss = nn.functional.binary_cross_entropy_with_logits(logits, truth, weight, pos_weight=torch.full((len(KINDS), 1, 1), 3.0))
    chances = torch.sigmoid(logits)
    overlap = 2 * (chances * truth).sum((0, 2, 3)) / ((chances + truth).sum((0, 2, 3)) + 1)
    there = truth.sum((0, 2, 3)) > 0
    return loss + 0.3 * (1 - overlap)[there].mean() if there.any() else loss


def marks_in(chances: np.ndarray) -> list[tuple[str, float, tuple[int, int, int, int]]]:
    """Connected cells: (kind, mean chance, left, top, right, bottom in cells). As `understanding/marks/seen.rs` does, but for
    signatures on lines below each other that touch, which it parts."""
    signed = chances[:SIGNED].max(0)
    found = []
    for mean, cells in _patches(signed, "signature"):
        initials, signature = (chances[KINDS.index(kind)][cells].mean() for kind in ("initials", "signature"))
        found.append(("initials" if initials > signature else "signature", mean, _bounds(cells)))
    for kind in ("stamp", "check"):
        found += [(kind, mean, _bounds(cells)) for mean, cells in _patches(chances[KINDS.index(kind)], kind)]
    return found


def _patches(chances: np.ndarray, kind: str) -> list[tuple[float, tuple[np.ndarray, np.ndarray]]]:
    import cv2

    count, labels = cv2.connectedComponents((chances > SEEN[kind]).astype(np.uint8), connectivity=8)
    patches = [np.nonzero(labels == index) for index in range(1, count)]
    return [(float(chances[cells].mean()), cells) for cells in patches if len(cells[0]) >= FEWEST[kind]]


def _bounds(cells: tuple[np.ndarray, np.ndarray]) -> tuple[int, int, int, int]:
    rows, columns = cells
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@torch.no_grad()
def predict(model: Marks, pages: data.Pages, limit: int) -> list[tuple[int, np.ndarray]]:
    """(page, chances of its cells) of at most `limit` pages, spread over the corpus."""
    model.eval()
    found = []
    for index in np.linspace(0, len(pages) - 1, min(limit, len(pages))).astype(int):
        image, words, _ = page_and_truth(pages, index)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*(torch.from_numpy(layer.copy()).float().unsqueeze(0) for layer in (image, planes(words))))
        found.append((index, torch.sigmoid(logits.float())[0].numpy()))
    return found


def evaluate(predicted: list[tuple[int, np.ndarray]], pages: data.Pages, threshold: float = 0.5) -> dict:
    """Precision, recall and F1 of each kind, a mark counting as found when the boxes share a third of their union."""
    counts = {kind: [0, 0, 0, 0] for kind in KINDS}
    for index, chances in predicted:
        filled_x, filled_y, _ = pages.marks_filled[index]
        scale = (filled_x * chances.shape[2], filled_y * chances.shape[1])
        seen = marks_in(chances)
        for kind in KINDS:
            said = [box for one, mean, box in seen if one == kind and mean >= threshold]
            there = [_scaled(mark["box"], scale) for mark in pages.truth[index]["marks"] if mark["kind"] == kind]
            counts[kind][0] += sum(any(_overlap(one, other) > 0.33 for other in said) for one in there)
            counts[kind][1] += sum(any(_overlap(one, other) > 0.33 for other in there) for one in said)
            counts[kind][2] += len(said)
            counts[kind][3] += len(there)
    return {kind: _scores(*four) for kind, four in counts.items()}


def at_best_thresholds(predicted: list[tuple[int, np.ndarray]], pages: data.Pages) -> tuple[dict[str, float], dict]:
    """For each kind the threshold with the best F1, and the figures there."""
    tried = {at: evaluate(predicted, pages, at) for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)}
    best = {kind: max(tried, key=lambda at, kind=kind: tried[at][kind]["f1"]) for kind in KINDS}
    return best, {kind: tried[at][kind] for kind, at in best.items()}


def _scaled(box: list[float], scale: tuple[float, float]) -> tuple[float, float, float, float]:
    return box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1]


def _overlap(a: tuple, b: tuple) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def _scores(found: int, right: int, said: int, there: int) -> dict[str, float]:
    precision, recall = right / max(1, said), found / max(1, there)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(2 * precision * recall / max(1e-9, precision + recall), 3), "marks": there}


def export(out: Path, corpus: Path, valid: Path, test: Path, target: Path) -> None:
    """Writes the bundle `target` with manifest, card and golden example from `out`/best.pt."""
    model = Marks()
    model.load_state_dict(torch.load(out / "best.pt", weights_only=True))
    model.eval()
    held, unseen = data.load(valid, 1, 2, marks=True), data.load(test, 1, 3, marks=True)
    on_held, on_unseen = predict(model, held, 450), predict(model, unseen, 600)
    thresholds, _ = at_best_thresholds(on_held, held)
    figures = {kind: evaluate(on_unseen, unseen, thresholds[kind])[kind] for kind in KINDS}
    thresholds |= BORNE_OUT
    image, words, _ = page_and_truth(unseen, 0)
    example = image[:256, :256].copy(), planes(words[:32, :32])
    bundle.write(
        target=target,
        task="marks",
        model=Exported(model),
        inputs=dict(zip(("page", "words"), (torch.from_numpy(layer).float().unsqueeze(0) for layer in example))),
        outputs={"chances": [1, len(KINDS), None, None]},
        labels={"chances": KINDS},
        thresholds=thresholds,
        calibration={},
        preprocessing={"short_side": 832, "long_side": 1152, "cell": CELL, "word_map_schema": 1},
        figures=figures | {"pages": len(on_unseen)} | effort(out),
        sha256=data.fingerprint(corpus),
        dynamic={"page": {1: "height", 2: "width"}, "words": {2: "rows", 3: "columns"}, "chances": {2: "rows", 3: "columns"}},
    )
    print(json.dumps(figures))
