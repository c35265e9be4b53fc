"""Trains a `page-class` on confirmed papers and writes its bundle; models/README.md tells the way before and after.

    python -m examples.page_class DATASET --version 2 --out ../page-class/2

In: what `countersign dataset export --out DATASET` writes; words and pictures of the papers are not needed. Out: `model.onnx`, `manifest.toml`,
`CARD.md` and a golden example, as `countersign models check` wants them. To train another model, change `Network` and `One`: any graph will do that
keeps the contract.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from train import bundle, data, page_class
from train.fields import BUCKETS, GRAMS, SHAPE

Network = page_class.PageClass
"""(words of several pages, thumbnails) → (class logits, first-page logit) of each page: what is trained."""
One = page_class.OnePage
"""The words and the thumbnail of one page → chances of the classes, chance that a document begins: what is exported, softmax and sigmoid inside."""
CLASSES = page_class.CLASSES
BATCH, WARM = 32, 50
VERDICT = 200
"""Pages below which figures say next to nothing."""
TRAIN, FIT, JUDGE = "train", "fit", "judge"
BRIEF = ("accuracy", "macro_f1", "first_page_accuracy", "pages")


def opened(dataset: Path) -> data.Pages:
    """A dataset, whose line i of `pages.jsonl` tells of page i of the arrays; or a corpus of the generator, whose features the worker computes first."""
    if not (dataset / "features").is_dir():
        return data.load(dataset, 1, 1)
    lines = data.read_pages(dataset)
    for number, line in enumerate(lines, 1):
        if not line["class"].startswith("bol_") and line["class"] not in CLASSES:
            raise SystemExit(f"{dataset}/pages.jsonl line {number}: no class {line['class']!r} is known; known are {', '.join(CLASSES)}")
    arrays = {name: np.load(dataset / "features" / f"{name}.npy") for name in ("starts", "grams", "shape", "place", "thumbnails")}
    if not len(lines) == len(arrays["thumbnails"]) == len(arrays["starts"]) - 1:
        raise SystemExit(f"{dataset}: pages.jsonl has {len(lines)} pages, features/ has {len(arrays['starts']) - 1}: export it again")
    truth = [line | {"first_page": line["first"]} for line in lines]
    rows = {name: arrays[name] for name in ("grams", "shape", "place")}
    return data.Pages(arrays["starts"], rows, truth, arrays["thumbnails"], marks=None, marks_words=None, marks_filled=None)


def part(document: str) -> str:
    """What a document is for: a tenth fits the temperature, a tenth judges, the others train. By the hash of its id, so that its pages stay together
    and a document that was held out is held out of every later export, too."""
    tenth = int(hashlib.sha256(document.encode()).hexdigest(), 16) % 10
    return {0: FIT, 1: JUDGE}.get(tenth, TRAIN)


def those(pages: data.Pages, of: str, by: str | None = None) -> data.Pages | None:
    """The pages of one part, or only those of them that were confirmed `by` these; `None` where there are none."""
    chosen = [index for index, page in enumerate(pages.truth) if part(page["document"]) == of and by in (None, page["confirmed_by"])]
    if not chosen:
        return None
    each = [pages.page(index) for index in chosen]
    starts = np.cumsum([0, *(len(page["grams"]) for page in each)])
    rows = {name: np.concatenate([page[name] for page in each]) for name in pages.rows}
    return data.Pages(starts, rows, [pages.truth[index] for index in chosen], pages.thumbnails[chosen], None, None, None)


def start_from(model: Network, folder: Path) -> None:
    """Gives the model the weights of a bundle that was exported from the same network."""
    labels = next(port["labels"] for port in tomllib.loads((folder / "manifest.toml").read_text())["outputs"] if port["name"] == "class")
    if labels != CLASSES:
        raise SystemExit(f"{folder} has other classes, or the same in another order")
    graph = onnx.load(folder / "model.onnx").graph
    weights = {one.name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy()) for one in graph.initializer}
    state = {name.removeprefix("model."): weight for name, weight in weights.items() if name.startswith("model.")}
    # The exporter has put each batch normalisation into the convolution before it.
    layers = model.picture.layers
    for index, convolution in zip(range(0, len(layers), 3), (one for one in graph.node if one.op_type == "Conv")):
        layers[index + 1] = nn.Identity()
        state[f"picture.layers.{index}.weight"], state[f"picture.layers.{index}.bias"] = (weights[name] for name in convolution.input[1:3])
    model.load_state_dict(state)


def chances(pages: data.Pages) -> np.ndarray:
    """How often each page is drawn: those of rare classes more often than they come, those of common ones less often."""
    names = [page_class.label(page)[0] for page in pages.truth]
    count = Counter(names)
    drawn = np.array([count[name] ** -0.5 for name in names])
    return drawn / drawn.sum()


def train(model: Network, sources: Sequence[data.Pages], steps: int, rate: float, rng: np.random.Generator) -> None:
    """So many steps, with pages of each source in turn, while the rate falls along a cosine. The last weights are taken: none are chosen by pages
    that are to judge them."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.02)
    drawn = [chances(pages) for pages in sources]
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARM) * max(0.02, 0.5 * (1 + math.cos(math.pi * step / steps)))
        pages = sources[step % len(sources)]
        batch = page_class.batch(pages, rng.choice(len(pages), BATCH, p=drawn[step % len(sources)]), rng)
        classes, first = model(*(batch[name] for name in page_class.INPUTS))
        loss = nn.functional.cross_entropy(classes, batch["class"], label_smoothing=0.05)
        loss = loss + 0.5 * nn.functional.binary_cross_entropy_with_logits(first, batch["first"])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}: loss {loss.item():.3f}", flush=True)


def temperature(model: Network, pages: data.Pages | None) -> float:
    """By which its logits are divided so that it is right as often as it says."""
    if pages is None:
        print("no page is held out to fit the temperature: it stays 1")
        return 1.0
    logits, truth, _, _ = page_class.predict(model, pages)
    return bundle.best_temperature(logits, truth)


def judged(model: Network, pages: data.Pages | None, heat: float, names: Sequence[str] = ()) -> dict:
    """Figures of pages that had no part in training and calibration: those of these names, or all."""
    figures = {} if pages is None else page_class.evaluate(model, pages, heat)
    return {name: figure for name, figure in figures.items() if not names or name in names}


def made_up() -> dict[str, torch.Tensor]:
    """The inputs of the golden example: of no paper, since bundles travel and a thumbnail shows what it was made of."""
    rng, words = np.random.default_rng(2), 24
    return {
        "grams": torch.from_numpy(rng.integers(0, BUCKETS, (words, GRAMS))),
        "shape": torch.from_numpy(rng.random((words, SHAPE)).round(2).astype(np.float32)),
        "place": torch.from_numpy(rng.random((words, 4)).round(2).astype(np.float32)),
        "thumbnail": torch.from_numpy(rng.integers(0, 256, (1, 128, 96)).astype(np.float32)),
    }


def write(model: Network, target: Path, heat: float, figures: dict, dataset: Path, card: str, mix: Counter) -> None:
    """The whole bundle. Models with other ports or constants write their manifest as models/README.md tells."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "CARD.md").write_text(f"{card}\n{bundle.BEGIN}\n{bundle.END}\n", encoding="utf-8")
    bundle.write(
        target=target,
        task="page-class",
        model=One(model),
        inputs=made_up(),
        outputs={"class": [len(CLASSES)], "first_page": [1]},
        labels={"class": CLASSES},
        thresholds={"accept": 0.5, "first_page": 0.5},
        calibration={"temperature": heat},
        preprocessing={"feature_schema": 1},
        figures=figures,
        sha256=data.fingerprint(dataset),
        dynamic={name: {0: "words"} for name in ("grams", "shape", "place")},
    )
    bundle.refer(target, "classes", mix)


def told(pages: data.Pages, generated: int, start: str | None, unseen: list[str]) -> str:
    """The words of the card."""
    days, documents = sorted(page["received"] for page in pages.truth), {page["document"] for page in pages.truth}
    people = sum(page["confirmed_by"] == "person" for page in pages.truth)
    return f"""# Page class

Says what a page is and whether a document begins on it. Trained by `models/training/examples/page_class.py` on {len(pages)} pages of {len(documents)}
documents, received from {days[0]} to {days[-1]}; people confirmed the class of {people} of these pages, decisions that of the others.
Generated pages added to training: {generated}. Started from: {start or "nothing"}. Classes without a page in training: {", ".join(unseen) or "none"}.

Documents are parted by the hash of their ids: eight tenths train, one fits the temperature, one judges. The figures are of the last tenth alone;
nothing was chosen by it. Forms of the same customers and carriers were trained on: on forms that nobody has seen it will be worse. Where a decision
confirmed a class, it is what the model of that time said: look at `confirmed_by_person` first. `start` is the bundle that training began with.
{"" if len(pages) >= VERDICT else f"{chr(10)}**Fewer than {VERDICT} pages: too few for a verdict.**{chr(10)}"}"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains and writes."""
    parser = argparse.ArgumentParser(prog="examples.page_class", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, help="folder that `countersign dataset export` wrote")
    parser.add_argument("--version", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="page-class/VERSION")
    parser.add_argument("--start-from", type=Path, metavar="BUNDLE", help="begin with the weights of this bundle: where papers are few")
    parser.add_argument("--generated", type=Path, metavar="CORPUS", help="of the generator, or another dataset: for training only, every other step")
    parser.add_argument("--steps", type=int, default=600, help=f"of {BATCH} pages each")
    given = parser.parse_args(arguments)
    if given.out.absolute().parts[-2:] != ("page-class", str(given.version)):
        parser.error(f"--out has to end with page-class/{given.version}: name and version of a model are those of its folders")
    if (given.out / "manifest.toml").exists():
        parser.error(f"{given.out} is there, and a version does not change: take the next number, or remove it if nobody has it")
    torch.manual_seed(7)
    torch.set_num_threads(1)
    began, rng = time.monotonic(), np.random.default_rng(7)
    if not (given.dataset / "features").is_dir():
        parser.error(f"{given.dataset} holds no features/: it is no dataset")
    pages = opened(given.dataset)
    own, fit, judge = (those(pages, of) for of in (TRAIN, FIT, JUDGE))
    generated = opened(given.generated) if given.generated else None
    sources = [one for one in (own, generated) if one is not None]
    if own is None:
        raise SystemExit("no document is left to train on")
    if len(pages) < VERDICT:
        print(f"{len(pages)} pages are too few for a verdict ({VERDICT} are wanted): the figures say next to nothing")
    seen = {page_class.label(page)[0] for source in sources for page in source.truth}
    unseen = [name for index, name in enumerate(CLASSES) if index not in seen]
    if unseen:
        print(f"no page to train on for {', '.join(unseen)}: add some with --generated")
    model, figures = Network(), {}
    if given.start_from:
        start_from(model, given.start_from)
        figures["start"] = judged(model, judge, 1.0, BRIEF)
    train(model, sources, given.steps, 3e-4 if given.start_from else 2e-3, rng)
    heat = temperature(model, fit)
    by_people = judged(model, those(pages, JUDGE, by="person"), heat, BRIEF)
    figures = judged(model, judge, heat) | {"confirmed_by_person": by_people} | figures
    figures["training"] = {"pages": len(own), "generated": len(generated or ()), "steps": given.steps}
    start = "/".join(given.start_from.absolute().parts[-2:]) if given.start_from else None
    mix = Counter(page["class"] for page in pages.truth if page["first"])
    write(model, given.out, heat, figures, given.dataset, told(pages, len(generated or ()), start, unseen), mix)
    print(json.dumps(figures), f"temperature {heat}, {time.monotonic() - began:.0f} s", f"countersign models check {given.out}", sep="\n")


if __name__ == "__main__":
    main()
