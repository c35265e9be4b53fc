"""The `page-class` model: words and a thumbnail of a page → its class, and whether a document begins on it.

A bill of lading is one class here (`bol`): whether the consignee has signed it is for the marks to say, not for the look of
the form (domain.md §0.1).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from generator.documents import INBOX

from . import bundle, data
from .steps import Steps, effort
from .fields import Words

CLASSES = [
    "delivery_receipt", "bol", "packing_list", "commercial_invoice", "freight_invoice", "rate_confirmation",
    "lumper_receipt", "scale_ticket", "detention_form", "gate_interchange", "osd_report", "pallet_slip", "customs_doc",
    "cmr", "air_waybill", "ocean_bol_do", "epod", "delivery_photo", "weight_inspection", "temp_log", "hazmat_paper",
    "claim_or_correspondence", "cover_sheet", "terms_page", "blank_page", "other",
]  # fmt: skip
WIDTH = 96


class Picture(nn.Module):
    """A vector of the thumbnail, (pages, 128, 96) gray 0..255."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in ((1, 12), (12, 24), (24, 40), (40, 64)):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.GELU()]
        self.layers = nn.Sequential(*layers)
        self.mix = nn.Linear(64 * 2, 64)

    def forward(self, thumbnail: torch.Tensor) -> torch.Tensor:
        seen = self.layers(1 - thumbnail.unsqueeze(1) / 255)
        return self.mix(torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], dim=1))


class PageClass(nn.Module):
    """(words of several pages, thumbnails) → (class logits, first-page logit) of each page."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Words(WIDTH)
        self.weigh = nn.Linear(WIDTH, 4)
        self.picture = Picture()
        self.head = nn.Sequential(nn.Linear(4 * WIDTH + WIDTH + 64 + 1, 160), nn.GELU(), nn.Dropout(0.2), nn.Linear(160, len(CLASSES) + 1))

    def pooled(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Four weighted means and a maximum over the words of each page; `mask` is (pages, words)."""
        weights = torch.exp(self.weigh(words).clamp(-8, 8))
        means = [(mask * weights[:, i]) @ words / (mask * weights[:, i]).sum(1, keepdim=True).clamp(min=1e-6) for i in range(4)]
        highest = torch.stack([words[row > 0].amax(0) if bool(row.any()) else torch.zeros(WIDTH) for row in mask])
        return torch.cat([*means, highest, torch.log1p(mask.sum(1, keepdim=True)) / 6], dim=1)

    def forward(self, grams, shape, place, mask, thumbnail):
        pooled = self.pooled(self.words(grams, shape, place), mask)
        out = self.head(torch.cat([pooled, self.picture(thumbnail)], dim=1))
        return out[:, :-1], out[:, -1]


class OnePage(nn.Module):
    """What is exported: one page. Row 0 is a word of zeros, so that a page without words has a row too."""

    def __init__(self, model: PageClass) -> None:
        super().__init__()
        self.model = model

    def forward(self, grams, shape, place, thumbnail):
        model = self.model
        words = model.words(grams, shape, place)
        there = (grams[:, :1] > 0).to(words.dtype)
        weights = torch.exp(model.weigh(words).clamp(-8, 8)) * there
        means = (weights / weights.sum(0, keepdim=True).clamp(min=1e-6)).t() @ words
        some = there.amax()
        highest = ((words * there - 1e4 * (1 - there)).amax(0, keepdim=True)) * some
        count = torch.log1p(there.sum(0, keepdim=True)) / 6
        pooled = torch.cat([means.reshape(1, -1), highest, count], dim=1)
        out = model.head(torch.cat([pooled, model.picture(thumbnail)], dim=1))
        return torch.softmax(out[0, :-1], dim=0), torch.sigmoid(out[0, -1:])


def label(page: dict) -> tuple[int, float]:
    """Class index and whether the page begins a document."""
    name = "bol" if page["class"].startswith("bol_") else page["class"]
    return CLASSES.index(name), float(page["first_page"])


def batch(pages: data.Pages, indexes: np.ndarray, rng: np.random.Generator | None) -> dict[str, torch.Tensor]:
    """The pages' words below each other with their mask; in training some pages lose words or their picture's light."""
    chosen = [pages.page(index) for index in indexes]
    kept = []
    for page in chosen:
        rows = np.arange(len(page["grams"]))
        if rng is not None and len(rows) and rng.random() < 0.5:
            rows = rows[rng.random(len(rows)) > rng.uniform(0, 0.4)]
        kept.append(rows)
    tensors = {name: torch.from_numpy(np.concatenate([page[name][rows] for page, rows in zip(chosen, kept)])) for name in ("grams", "shape", "place")}
    tensors["grams"] = tensors["grams"].long()
    sizes = [len(rows) for rows in kept]
    tensors["mask"] = torch.zeros(len(sizes), sum(sizes))
    for row, (size, end) in enumerate(zip(sizes, np.cumsum(sizes))):
        tensors["mask"][row, end - size : end] = 1
    if pages.thumbnails is None:
        thumbnails = torch.full((len(indexes), 128, 96), 255.0)
    else:
        thumbnails = torch.from_numpy(np.array(pages.thumbnails[indexes])).float()
    if rng is not None:
        thumbnails = (thumbnails * rng.uniform(0.8, 1.1) + rng.uniform(-15, 15)).clamp(0, 255)
    tensors["thumbnail"] = thumbnails
    truth = [label(pages.truth[index]) for index in indexes]
    tensors["class"] = torch.tensor([one for one, _ in truth])
    tensors["first"] = torch.tensor([first for _, first in truth])
    return tensors


INPUTS = ("grams", "shape", "place", "mask", "thumbnail")


def train(corpus: Path, valid: Path, out: Path, minutes: float, threads: int) -> None:
    """Trains for `minutes` (resuming from `out`/checkpoint.pt), keeps the weights that do best on the validation families."""
    torch.manual_seed(7)
    torch.set_num_threads(threads)
    rng = np.random.default_rng(7)
    pictured, held = data.load(corpus, 1, 1), data.load(valid, 1, 2)
    worded = data.load(corpus.parent / "words", 1, 1, pictures=False)
    model = PageClass()
    steps = Steps(model, out, minutes, rate=2e-3, decay=0.02)
    for step in steps:
        # Every other batch holds pages whose picture was never drawn: words alone must do, as on many a born-digital page.
        pages = worded if step % 2 else pictured
        tensors = batch(pages, rng.integers(0, len(pages), 32), rng)
        classes, first = model(*(tensors[name] for name in INPUTS))
        loss = nn.functional.cross_entropy(classes, tensors["class"], label_smoothing=0.05)
        loss = loss + 0.5 * nn.functional.binary_cross_entropy_with_logits(first, tensors["first"])
        steps.take(loss)
        if step % 100 == 99:
            steps.keep(*judged(model, held))
    steps.keep(*judged(model, held))


def judged(model: PageClass, held: data.Pages) -> tuple[float, str]:
    """How well it does on the validation families: a score, and in words."""
    score = evaluate(model, held)["macro_f1"]
    return score, f"macro F1 on validation families {score:.4f}"


@torch.no_grad()
def predict(model: PageClass, pages: data.Pages) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(class logits, true classes, first-page probabilities, true firsts)."""
    model.eval()
    logits, firsts = [], []
    truth = [label(page) for page in pages.truth]
    for start in range(0, len(pages), 32):
        tensors = batch(pages, np.arange(start, min(start + 32, len(pages))), None)
        classes, first = model(*(tensors[name] for name in INPUTS))
        logits.append(classes.numpy())
        firsts.append(torch.sigmoid(first).numpy())
    return np.concatenate(logits), np.array([one for one, _ in truth]), np.concatenate(firsts), np.array([first for _, first in truth])


def evaluate(model: PageClass, pages: data.Pages, heat: float = 1.0) -> dict:
    """Accuracy, macro F1, F1 of each class, first-page accuracy and calibration error."""
    logits, truth, firsts, first_truth = predict(model, pages)
    best = logits.argmax(1)
    f1 = {}
    for index, name in enumerate(CLASSES):
        right = int(((best == index) & (truth == index)).sum())
        both = int((best == index).sum() + (truth == index).sum())
        if both:
            f1[name] = round(2 * right / both, 4)
    scaled = np.exp(logits / heat - (logits / heat).max(1, keepdims=True))
    confidence = (scaled / scaled.sum(1, keepdims=True)).max(1)
    return {
        "accuracy": round(float((best == truth).mean()), 4),
        "macro_f1": round(float(np.mean(list(f1.values()))), 4),
        "by_class": f1,
        "first_page_accuracy": round(float(((firsts > 0.5) == (first_truth > 0.5)).mean()), 4),
        "ece": bundle.expected_calibration_error(confidence, best == truth),
        "pages": len(pages),
    }


def export(out: Path, corpus: Path, valid: Path, test: Path, target: Path) -> None:
    """Writes the bundle `target` with manifest, card and golden example from `out`/best.pt."""
    model = PageClass()
    model.load_state_dict(torch.load(out / "best.pt", weights_only=True))
    model.eval()
    held, unseen = data.load(valid, 1, 2), data.load(test, 1, 3)
    logits, truth, _, _ = predict(model, held)
    heat = bundle.best_temperature(logits, truth)
    figures = evaluate(model, unseen, heat)
    example_index = int(np.argmax(np.diff(unseen.starts) > 20))
    page = unseen.page(example_index)
    example = {name: torch.from_numpy(np.array(page[name])) for name in ("grams", "shape", "place")}
    example["grams"] = example["grams"].long()
    example["thumbnail"] = torch.from_numpy(np.array(unseen.thumbnails[example_index : example_index + 1])).float()
    bundle.write(
        target=target,
        task="page-class",
        model=OnePage(model),
        inputs=example,
        outputs={"class": [len(CLASSES)], "first_page": [1]},
        labels={"class": CLASSES},
        thresholds={"accept": 0.5, "first_page": 0.5},
        calibration={"temperature": heat},
        preprocessing={"feature_schema": 1, "thumbnail_width": 96, "thumbnail_height": 128},
        figures=figures | effort(out),
        sha256=data.fingerprint(corpus),
        dynamic={name: {0: "words"} for name in ("grams", "shape", "place")},
    )
    bundle.refer(target, "classes", INBOX)
    print(json.dumps({key: figures[key] for key in ("accuracy", "macro_f1", "first_page_accuracy", "ece")}), f"temperature {heat:.2f}")
