"""The `fields` model: words with their places and neighbours → the field each word belongs to; and, since a signature is a word that
nobody can read, whose each signature is.

A word sees itself (character n-grams, shape, place), its nearest neighbours in four directions with their offsets, the mean of
the page, and by attention any word of the page, near or far: neighbours learn "the label stands to the left or above" at once,
attention learns columns, blocks and "the same number stands elsewhere under its label".
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn

from . import bundle, data
from .restored import restore_named
from .steps import Steps, effort

FIELDS = [
    "pro_number", "bol_number", "master_bol", "load_number", "customer_po", "shipper_ref", "appointment_number", "scac",
    "carrier_name", "ship_from", "ship_to", "pickup_date", "delivery_date", "arrival_time", "dock_in", "dock_out",
    "departure_time", "received_by_name", "pieces", "handling_units", "pieces_received", "weight", "seal_numbers",
    "trailer_number", "container_number", "page_k_of_n", "invoice_no", "total", "exception_notation", "stamp_text",
    "signature_consignee", "signature_driver", "signature_shipper",
]  # fmt: skip
BUCKETS, GRAMS, SHAPE, NEIGHBOURS = 16_384, 16, 28, 11
WIDTH, NEAR = 128, 32
HEADS, HEAD = 4, 16
ATTENDS = (False, True, False, True)
"""Which steps look at all words: in each of the four it would take 8 ms a page of 200 words instead of 5."""
PERIODS = ((2.0, 0.5, 0.15, 0.05), (2.0, 0.4, 0.08, 0.02))
"""Wave lengths, in shares of the page's width and height, by which attention tells where one word lies from another: from the
whole page down to a line's height."""


class Words(nn.Module):
    """A vector of each word from its own looks."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(BUCKETS, 64, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.1)
        self.mix = nn.Sequential(nn.Linear(64 + SHAPE + 4, 160), nn.GELU(), nn.Linear(160, width), nn.LayerNorm(width))

    def forward(self, grams: torch.Tensor, shape: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
        present = (grams > 0).to(shape.dtype).unsqueeze(-1)
        grams = (self.table(grams) * present).sum(1) / present.sum(1).clamp(min=1).sqrt()
        return self.mix(torch.cat([grams, shape, place], dim=1))


class Turns(nn.Module):
    """Cosines and sines of a word's place, (words, 1, HEAD / 2) each: rotary positions (Su et al. 2021) in two dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("speed", torch.tensor([[math.tau / period for period in periods] for periods in PERIODS]), persistent=False)

    def forward(self, place: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        angles = torch.cat([place[:, :1] * self.speed[0], place[:, 1:2] * self.speed[1]], dim=1).unsqueeze(1)
        return torch.cos(angles), torch.sin(angles)


class Attention(nn.Module):
    """What a word learns from all words of its page; (pages, words) rows plus one, 0 where a page has no more."""

    def __init__(self) -> None:
        super().__init__()
        self.ask = nn.Linear(WIDTH, 3 * HEADS * HEAD)
        self.answer = nn.Linear(HEADS * HEAD, WIDTH)

    def forward(self, words: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor], pages: torch.Tensor | None) -> torch.Tensor:
        query, key, value = self.ask(words).reshape(-1, 3, HEADS, HEAD).unbind(1)
        query, key = self._turned(query, turns), self._turned(key, turns)
        if pages is None:
            chances = torch.softmax(query.transpose(0, 1) @ key.permute(1, 2, 0) / math.sqrt(HEAD), dim=-1)
            return self.answer((chances @ value.transpose(0, 1)).transpose(0, 1).reshape(-1, HEADS * HEAD))
        there = pages > 0
        query, key, value = (torch.cat([torch.zeros_like(rows[:1]), rows])[pages].transpose(1, 2) for rows in (query, key, value))
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=there[:, None, None, :])
        return self.answer(seen.transpose(1, 2)[there].reshape(-1, HEADS * HEAD))

    @staticmethod
    def _turned(rows: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        cosines, sines = turns
        a, b = rows[..., : HEAD // 2], rows[..., HEAD // 2 :]
        return torch.cat([a * cosines - b * sines, a * sines + b * cosines], dim=-1)


class Step(nn.Module):
    """One exchange with the neighbours and the page's mean; where it `attends`, with all words of the page too."""

    def __init__(self, attends: bool) -> None:
        super().__init__()
        self.near = nn.Linear(WIDTH, NEAR)
        self.mix = nn.Sequential(nn.Linear(WIDTH * 2 + NEIGHBOURS * (NEAR + 2), 192), nn.GELU(), nn.Dropout(0.1), nn.Linear(192, WIDTH))
        self.attention = Attention() if attends else None
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, words, neighbours, offsets, page, turns, pages) -> torch.Tensor:
        near = self.near(words)
        near = torch.cat([torch.zeros_like(near[:1]), near], dim=0)
        near = near[neighbours.flatten()].reshape(-1, NEIGHBOURS * NEAR)
        more = self.mix(torch.cat([words, near, offsets, page], dim=1))
        if self.attention is not None:
            more = more + self.attention(words, turns, pages)
        return self.norm(words + more)


class Fields(nn.Module):
    """(words of one or several pages) → (field logits, begin logit, hand logit) of each word.

    `pages` is (pages, words): rows plus one of the words of each page, 0 where it has no more; `None` for one page alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = Words(WIDTH)
        self.turns = Turns()
        self.steps = nn.ModuleList(Step(attends) for attends in ATTENDS)
        self.head = nn.Linear(WIDTH, len(FIELDS) + 1 + 2)

    def forward(self, grams, shape, place, neighbours, offsets, pages=None):
        words, turns = self.words(grams, shape, place), self.turns(place)
        for step in self.steps:
            words = step(words, neighbours, offsets, self._means(words, pages), turns, pages)
        out = self.head(words)
        return out[:, :-2], out[:, -2], out[:, -1]

    @staticmethod
    def _means(words: torch.Tensor, pages: torch.Tensor | None) -> torch.Tensor:
        """The mean of each word's page."""
        if pages is None:
            return words.mean(0, keepdim=True).expand_as(words)
        counts = (pages > 0).sum(1)
        sums = torch.cat([torch.zeros_like(words[:1]), words])[pages].sum(1)
        return (sums / counts.clamp(min=1).unsqueeze(1)).repeat_interleave(counts, dim=0)


class OnePage(nn.Module):
    """What is exported: one page, chances instead of logits."""

    def __init__(self, fields: Fields) -> None:
        super().__init__()
        self.fields = fields

    def forward(self, grams, shape, place, neighbours, offsets):
        field, begin, hand = self.fields(grams, shape, place, neighbours, offsets)
        return torch.softmax(field, dim=1), torch.sigmoid(begin), torch.sigmoid(hand)


def labels(page: dict, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Field index (0: none), begin and hand of each row: the words that there is room for, then what was signed."""
    signed = [{"field": field, "begin": True, "hand": True} for field in page["signed"]]
    words = [*page["words"][: rows - len(signed)], *signed]
    index = {name: position + 1 for position, name in enumerate(FIELDS)}
    field = np.array([index.get(word.get("field") or "", 0) for word in words], dtype=np.int64)
    begin = np.array([float(bool(word.get("begin"))) for word in words], dtype=np.float32)
    hand = np.array([float(bool(word.get("hand"))) for word in words], dtype=np.float32)
    return field, begin, hand


def batch(pages: data.Pages, truth: list, indexes: np.ndarray) -> dict[str, torch.Tensor]:
    """The pages below each other; neighbours point into the batch."""
    parts: dict[str, list] = {name: [] for name in (*data.PLACE, "field", "begin", "hand")}
    sizes, start = [], 0
    for index in indexes:
        page = pages.page(index)
        rows = len(page["grams"])
        for name in ("grams", "shape", "place", "offsets"):
            parts[name].append(page[name])
        near = page["neighbours"].astype(np.int64)
        parts["neighbours"].append(np.where(near > 0, near + start, 0))
        for name, values in zip(("field", "begin", "hand"), truth[index]):
            parts[name].append(values)
        sizes.append(rows)
        start += rows
    tensors = {name: torch.from_numpy(np.concatenate(values)) for name, values in parts.items()}
    tensors["grams"] = tensors["grams"].long()
    tensors["pages"] = torch.zeros(len(sizes), max(sizes), dtype=torch.long)
    for row, (size, end) in enumerate(zip(sizes, np.cumsum(sizes))):
        tensors["pages"][row, :size] = torch.arange(end - size + 1, end + 1)
    return tensors


def loss_of(model: Fields, tensors: dict[str, torch.Tensor], weights: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the field, plus where values begin and what is written by hand."""
    field, begin, hand = model(*(tensors[name] for name in (*data.PLACE, "pages")))
    valued = tensors["field"] > 0
    loss = nn.functional.cross_entropy(field, tensors["field"], weight=weights, label_smoothing=0.02)
    if valued.any():
        loss = loss + 0.3 * nn.functional.binary_cross_entropy_with_logits(begin[valued], tensors["begin"][valued])
    return loss + 0.2 * nn.functional.binary_cross_entropy_with_logits(hand, tensors["hand"])


READ = 0.25
"""Share of the steps on real readings: there are fewer of them, and they are what the model will meet."""
BATCH = 16
UNREADABLE = 0.03
"""Share of the training words whose letters are hidden: forms that are still to come call their numbers by names that no corpus
holds, and then place, shape and neighbours have to do (word dropout, Iyyer et al. 2015)."""


class Labelled:
    """Pages with the labels of their words, drawn in batches of about the same length, so that little is padded."""

    def __init__(self, pages: data.Pages) -> None:
        self.pages = pages
        self.truth = [labels(page, rows) for page, rows in zip(pages.truth, np.diff(pages.starts))]
        sizes = np.diff(pages.starts)
        usable = np.flatnonzero(sizes > 0)
        self._by_size = usable[np.argsort(sizes[usable], kind="stable")]

    def draw(self, rng: np.random.Generator) -> dict[str, torch.Tensor]:
        """A random batch of neighbours in length."""
        near = min(len(self._by_size), BATCH * 8)
        start = rng.integers(0, len(self._by_size) - near + 1)
        tensors = batch(self.pages, self.truth, rng.choice(self._by_size[start : start + near], BATCH))
        tensors["grams"][torch.from_numpy(rng.random(len(tensors["grams"])) < UNREADABLE)] = 0
        return tensors


RATE, AGAIN = 2e-3, 8e-4
"""Learning rate from nothing, and from weights that were trained before."""


def train(corpus: Path, valid: Path, out: Path, minutes: float, threads: int, start: Path | None = None) -> None:
    """Trains for `minutes` (resuming from `out`/checkpoint.pt, else from the weights of the bundle `start`), keeps the weights that do
    best on the validation families.

    Beside `corpus` lie `read-train` and `read-valid`, pages as the worker itself read them.
    """
    torch.manual_seed(7)
    torch.set_num_threads(threads)
    rng = np.random.default_rng(7)
    noised, read = Labelled(data.load(corpus, 1, 1, pictures=False, ink=True)), Labelled(data.load_read(corpus.parent / "read-train"))
    held = [data.load(valid, 1, 2, pictures=False, ink=True), data.load_read(corpus.parent / "read-valid")]
    model, weights = Fields(), torch.ones(len(FIELDS) + 1)
    weights[0] = 0.5
    if start:
        restore_named(model, start / "model.onnx", "fields.")
    steps = Steps(model, out, minutes, rate=AGAIN if start else RATE, decay=0.01)
    if start and not steps.taken:
        steps.keep(*judged(model, held))
    for step in steps:
        tensors = (read if rng.random() < READ else noised).draw(rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):  # Half the time of a step on a CPU that has it.
            loss = loss_of(model, tensors, weights)
        steps.take(loss)
        if step % 500 == 499:
            steps.keep(*judged(model, held))
    steps.keep(*judged(model, held))


def judged(model: Fields, held: list[data.Pages]) -> tuple[float, str]:
    """How well it does on pages of the validation families, drawn and as they were read: a score, and in words."""
    drawn, read = (micro_f1(model, pages) for pages in held)
    return (drawn + read) / 2, f"word F1 on validation families {drawn:.4f}, as read {read:.4f}"


@torch.no_grad()
def predict(model: Fields, pages: data.Pages) -> list[tuple[np.ndarray, np.ndarray]]:
    """(field probabilities, truth) of each page that has words."""
    model.eval()
    truth = [labels(page, rows) for page, rows in zip(pages.truth, np.diff(pages.starts))]
    result = []
    for index in range(len(pages)):
        if pages.starts[index] == pages.starts[index + 1]:
            continue
        tensors = batch(pages, truth, np.array([index]))
        field, _, _ = model(*(tensors[name] for name in (*data.PLACE, "pages")))
        result.append((torch.softmax(field, 1).numpy(), truth[index][0]))
    return result


def micro_f1(model: Fields, pages: data.Pages) -> float:
    """F1 over words that are or are said to be part of a value."""
    right = said = there = 0
    for probabilities, field in predict(model, pages):
        best = probabilities.argmax(1)
        right += int(((best == field) & (field > 0)).sum())
        said += int((best > 0).sum())
        there += int((field > 0).sum())
    return 2 * right / max(1, said + there)


def evaluate(model: Fields, pages: data.Pages) -> dict:
    """Word precision, recall and F1 of each field, and the calibration error of the accepted words."""
    counts = {name: [0, 0, 0] for name in FIELDS}
    confidences, hits = [], []
    for probabilities, field in predict(model, pages):
        best = probabilities.argmax(1)
        for position, name in enumerate(FIELDS, start=1):
            counts[name][0] += int(((best == position) & (field == position)).sum())
            counts[name][1] += int((best == position).sum())
            counts[name][2] += int((field == position).sum())
        said = best > 0
        confidences.extend(probabilities.max(1)[said])
        hits.extend((best == field)[said])
    by_field = {name: _scores(*three) for name, three in counts.items()}
    total = np.sum(list(counts.values()), axis=0)
    return {"all": _scores(*total), "by_field": by_field, "ece": bundle.expected_calibration_error(confidences, hits), "pages": len(pages)}


def _scores(right: int, said: int, there: int) -> dict[str, float]:
    precision, recall = right / max(1, said), right / max(1, there)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "words": int(there)}


def temperature(model: Fields, pages: data.Pages) -> float:
    """The temperature that makes the word probabilities of the validation families honest."""
    pairs = predict(model, pages)
    logits = np.log(np.concatenate([probabilities for probabilities, _ in pairs]) + 1e-9)
    return bundle.best_temperature(logits, np.concatenate([field for _, field in pairs]))


def export(out: Path, corpus: Path, valid: Path, test: Path, target: Path) -> None:
    """Writes the bundle `target` with manifest, card and golden example from `out`/best.pt."""
    model = Fields()
    model.load_state_dict(torch.load(out / "best.pt", weights_only=True))
    model.eval()
    held, unseen = data.load_read(corpus.parent / "read-valid"), data.load(test, 1, 3, pictures=False, ink=True)
    heat, figures = temperature(model, held), evaluate(model, unseen)
    example_index = int(np.argmax(np.diff(unseen.starts) > 20))
    example = {name: torch.from_numpy(np.array(rows)) for name, rows in unseen.page(example_index).items()}
    example = {name: (rows.long() if name in ("grams", "neighbours") else rows) for name, rows in example.items()}
    bundle.write(
        target=target,
        task="fields",
        model=OnePage(model),
        inputs={name: example[name] for name in data.PLACE},
        outputs={"field": [None, len(FIELDS) + 1], "begin": [None], "hand": [None]},
        labels={"field": ["none", *FIELDS]},
        thresholds={"accept": 0.5},
        calibration={"temperature": heat},
        preprocessing={"feature_schema": 1},
        figures=figures | effort(out),
        sha256=data.fingerprint(corpus),
        dynamic={name: {0: "words"} for name in data.PLACE} | {name: {0: "words"} for name in ("field", "begin", "hand")},
    )
    print(json.dumps(figures["all"]), f"temperature {heat:.2f}")
