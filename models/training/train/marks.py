"""The `marks` model: a gray page at about 100 dpi → where signatures, initials, stamps and hand-made checks are.

A small fully convolutional network gives each 8 × 8 cell the chance that it lies in a mark of each kind. It is trained on
crops around marks and around what looks like one (empty signature lines, script fonts, logos), and runs over whole pages.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import bundle, data
from .steps import Steps, effort

KINDS = ["signature", "initials", "stamp", "check"]
CELL, CROP, WIDTH = 8, 256, 96
STAMP_SEEN = 0.3
"""Cells of a stamp: low, since the worker asks for a stamp's words too before it believes one."""
FEWEST = {"signature": 10, "initials": 3, "stamp": 3, "check": 3}
"""Marks of fewer cells are specks. As `fewest_cells` of `understanding/marks/seen.rs`, which says how it was measured."""


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
    """(pages, height, width) gray 0..255 → (pages, kinds, height / 8, width / 8) logits.

    The stem looks at single pixels twice before it goes to 8 × 8 cells: at 100 dpi a pen stroke is one or two pixels wide.
    """

    def __init__(self) -> None:
        super().__init__()
        strokes = (convolution(1, 16, stride=2), nn.ReLU(), convolution(16, 32, stride=2), nn.ReLU(), convolution(32, 48), nn.ReLU())
        self.stem = nn.Sequential(*strokes, convolution(48, WIDTH, stride=2), nn.ReLU())
        self.steps = nn.Sequential(*(Step(dilation) for dilation in (1, 2, 4, 8, 1)))
        self.head = nn.Conv2d(WIDTH, len(KINDS), 1)

    def forward(self, page: torch.Tensor) -> torch.Tensor:
        return self.head(self.steps(self.stem(1 - page.unsqueeze(1) / 255)))


class Exported(nn.Module):
    """With the chances instead of the logits."""

    def __init__(self, model: Marks) -> None:
        super().__init__()
        self.model = model

    def forward(self, page: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.model(page))


def page_and_truth(pages: data.Pages, index: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture as the worker would see it, and the cells that lie in marks."""
    image = np.array(pages.marks[index])
    filled_x, filled_y, lying = pages.marks_filled[index]
    if lying:
        image = np.rot90(image)
    truth = np.zeros((len(KINDS), image.shape[0] // CELL, image.shape[1] // CELL), dtype=np.float32)
    for mark in pages.truth[index]["marks"]:
        if mark["kind"] not in KINDS:
            continue
        left, top, right, bottom = mark["box"]
        x0, x1 = left * filled_x * truth.shape[2], right * filled_x * truth.shape[2]
        y0, y1 = top * filled_y * truth.shape[1], bottom * filled_y * truth.shape[1]
        truth[KINDS.index(mark["kind"]), int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = 1
    return image, truth


def crop(image: np.ndarray, truth: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A square around a mark half of the time, anywhere else: larger or smaller than life, lighter or darker, with grain."""
    import cv2

    cells = int(np.clip(round(CROP // CELL * rng.uniform(0.75, 1.3)), 8, min(truth.shape[1:])))
    inside = np.argwhere(truth.max(0) > 0)
    if len(inside) and rng.random() < 0.6:
        row, column = inside[rng.integers(len(inside))] - rng.integers(0, cells, 2)
    else:
        row, column = rng.integers(0, truth.shape[1] - cells + 1), rng.integers(0, truth.shape[2] - cells + 1)
    row, column = int(np.clip(row, 0, truth.shape[1] - cells)), int(np.clip(column, 0, truth.shape[2] - cells))
    square = image[row * CELL : (row + cells) * CELL, column * CELL : (column + cells) * CELL]
    marked = truth[:, row : row + cells, column : column + cells]
    square = cv2.resize(np.ascontiguousarray(square), (CROP, CROP), interpolation=cv2.INTER_AREA if cells > CROP // CELL else cv2.INTER_LINEAR).astype(np.float32)
    marked = np.stack([cv2.resize(kind, (CROP // CELL, CROP // CELL), interpolation=cv2.INTER_NEAREST) for kind in np.ascontiguousarray(marked)])
    square = 255 * (square / 255) ** rng.uniform(0.6, 1.6)
    square = square * rng.uniform(0.75, 1.1) + rng.uniform(-20, 25) + rng.normal(0, rng.uniform(0, 8), square.shape)
    return np.clip(square, 0, 255).astype(np.float32), marked


def train(corpus: Path, valid: Path, out: Path, minutes: float, threads: int) -> None:
    """Trains for `minutes` (resuming from `out`/checkpoint.pt), keeps the weights that do best on the validation families."""
    torch.manual_seed(7)
    torch.set_num_threads(threads)
    rng = np.random.default_rng(7)
    pages, held = data.load(corpus, 1, 1, marks=True), data.load(valid, 1, 2, marks=True)
    model = Marks().to(memory_format=torch.channels_last)
    steps = Steps(model, out, minutes, rate=3e-3, decay=0.01)
    chance = chances_to_be_drawn(pages)
    for step in steps:
        squares = [crop(*page_and_truth(pages, index), rng) for index in rng.choice(len(pages), 10, p=chance)]
        truth = torch.from_numpy(np.stack([cells for _, cells in squares]))
        with torch.autocast("cpu", dtype=torch.bfloat16):  # Half the time of a step on a CPU that has it.
            logits = model(torch.from_numpy(np.stack([square for square, _ in squares])))
        loss = loss_of(logits.float(), truth)
        steps.take(loss)
        if step % 500 == 499:
            _, figures = at_best_thresholds(predict(model, held, 80), held)
            score = 0.6 * figures["signature"]["f1"] + 0.4 * figures["stamp"]["f1"]
            steps.keep(score, f"loss {loss.item():.3f} on validation families {json.dumps(figures)}")


def chances_to_be_drawn(pages: data.Pages) -> np.ndarray:
    """How often each page is taken: the more, the rarer its rarest kind of mark is (by the root of the rarity)."""
    has = np.array([[any(mark["kind"] == kind for mark in page["marks"]) for kind in KINDS] for page in pages.truth])
    rarity = np.sqrt(has.any(1).sum() / np.maximum(1, has.sum(0)))
    chance = np.maximum((has * np.minimum(rarity, 3.0)).max(1), 0.5)
    return chance / chance.sum()


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the cells, and how badly the marks of each kind that is there are covered."""
    loss = nn.functional.binary_cross_entropy_with_logits(logits, truth, pos_weight=torch.full((len(KINDS), 1, 1), 3.0))
    chances = torch.sigmoid(logits)
    overlap = 2 * (chances * truth).sum((0, 2, 3)) / ((chances + truth).sum((0, 2, 3)) + 1)
    there = truth.sum((0, 2, 3)) > 0
    return loss + 0.3 * (1 - overlap)[there].mean() if there.any() else loss


def boxes(chances: np.ndarray, threshold: float, fewest: int) -> list[tuple[float, tuple[int, int, int, int]]]:
    """Connected cells above the threshold: (mean chance, left, top, right, bottom in cells). As `understanding/marks/seen.rs` does."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats((chances > threshold).astype(np.uint8), connectivity=8)
    found = []
    for index in range(1, count):
        left, top, width, height, area = stats[index]
        if area >= fewest:
            found.append((float(chances[labels == index].mean()), (left, top, left + width, top + height)))
    return found


@torch.no_grad()
def predict(model: Marks, pages: data.Pages, limit: int) -> list[tuple[int, np.ndarray]]:
    """(page, chances of its cells) of at most `limit` pages, spread over the corpus."""
    model.eval()
    found = []
    for index in np.linspace(0, len(pages) - 1, min(limit, len(pages))).astype(int):
        image, _ = page_and_truth(pages, index)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(torch.from_numpy(image.copy()).float().unsqueeze(0))
        found.append((index, torch.sigmoid(logits.float())[0].numpy()))
    return found


def evaluate(predicted: list[tuple[int, np.ndarray]], pages: data.Pages, threshold: float = 0.5) -> dict:
    """Precision, recall and F1 of each kind, a mark counting as found when the boxes share a third of their union."""
    counts = {kind: [0, 0, 0, 0] for kind in KINDS}
    for index, chances in predicted:
        filled_x, filled_y, _ = pages.marks_filled[index]
        scale = (filled_x * chances.shape[2], filled_y * chances.shape[1])
        for row, kind in enumerate(KINDS):
            said = [box for _, box in boxes(chances[row], threshold, FEWEST[kind])]
            there = [_scaled(mark["box"], scale) for mark in pages.truth[index]["marks"] if mark["kind"] == kind]
            counts[kind][0] += sum(any(_overlap(one, other) > 0.33 for other in said) for one in there)
            counts[kind][1] += sum(any(_overlap(one, other) > 0.33 for other in there) for one in said)
            counts[kind][2] += len(said)
            counts[kind][3] += len(there)
    return {kind: _scores(*four) for kind, four in counts.items()}


def at_best_thresholds(predicted: list[tuple[int, np.ndarray]], pages: data.Pages) -> tuple[dict[str, float], dict]:
    """For each kind the threshold with the best F1, and the figures there."""
    tried = {at: evaluate(predicted, pages, at) for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)}
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
    on_held, on_unseen = predict(model, held, 450), predict(model, unseen, 200)
    thresholds, _ = at_best_thresholds(on_held, held)
    figures = {kind: evaluate(on_unseen, unseen, thresholds[kind])[kind] for kind in KINDS}
    thresholds["stamp"] = STAMP_SEEN
    bundle.write(
        target=target,
        task="marks",
        model=Exported(model),
        inputs={"page": torch.from_numpy(page_and_truth(unseen, 0)[0][:256, :256].copy()).float().unsqueeze(0)},
        outputs={"chances": [1, len(KINDS), None, None]},
        labels={"chances": KINDS},
        thresholds=thresholds,
        calibration={},
        preprocessing={"short_side": 832, "long_side": 1152, "cell": CELL},
        figures=figures | {"pages": len(on_unseen)} | effort(out),
        sha256=data.fingerprint(corpus),
        dynamic={"page": {1: "height", 2: "width"}, "chances": {2: "rows", 3: "columns"}},
    )
    print(json.dumps(figures))
