"""Writes pairs of uploads that are, or are not, pictures of one paper, for the error rates of telling them apart.

`pairs.json` tells the kind of each pair, whose files are `uploads/NNNNN-a.*` and `uploads/NNNNN-b.*`:

- `again`: one paper, scanned, faxed or photographed twice;
- `later`: the same paper before and after the receiver signed it;
- `copy`: another copy of it that was filled in and signed by itself;
- `other`: another shipment's paper on the same form, to the same consignee on the same day.
"""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from random import Random
from typing import Any

from . import documents, filling, identifiers
from . import facts as business
from .display import Page
from .documents import Document
from .facts import Facts
from .fixtures import feed
from .labelled import Order, save

KINDS = {"again": 0.5, "later": 0.1, "copy": 0.15, "other": 0.25}
CLASSES = ("delivery_receipt", "delivery_receipt", "bol_consignee_signed", "cmr", "lumper_receipt", "scale_ticket")
CAPTURES = {"scan": 0.55, "photo": 0.25, "fax": 0.1, "carbon": 0.1}
UNKNOWN = 0.3
"""Share of pairs whose shipments the feed does not tell: papers that wait are sent again, too."""


def _page(seed: str, document: Document, look: Any, facts: Facts, fill: filling.Filling, hand: int) -> list[Page]:
    """The form drawn with the same choices; `hand` draws what people write on it anew."""
    return [documents.front(Random(f"{seed}:{hand}"), document.kind, look, facts, fill)]


def _another(facts: Facts, rng: Random) -> Facts:
    """The next shipment to the same consignee, on the same truck."""
    goods = business.facts(rng, facts.country, facts.language).goods
    return replace(facts, pro=identifiers.pro(rng, facts.carrier.scac), bol=identifiers.free(rng, 5, 14), load=identifiers.free(rng, 4, 10), shipper_ref=identifiers.free(rng, 4, 12), pos=[identifiers.free(rng, 4, 12)], goods=goods)


def _pair(seed: str, kind: str, split: str, rng: Random) -> tuple[list[Page], list[Page], list[Facts]]:
    paper = rng.choice(CLASSES if kind == "again" else CLASSES[:4])
    look = documents.pick_style(rng, paper, split)
    facts = business.facts(rng, look.country, look.language)
    fill = documents.fill_for(rng, paper)
    if kind != "again" and not fill.received():
        fill = replace(fill, consignee="ink")
    made = Document(paper, [], facts, fill)
    first = _page(seed, made, look, facts, fill, 0)
    if kind == "again":
        return first, first, [facts]
    if kind == "later":
        before = replace(fill, consignee="none", stamp=False, stamp_date=False, date="none", name="none", times="none", count="none", notation=None)
        return _page(seed, made, look, facts, before, 0), first, [facts]
    if kind == "copy":
        return first, _page(seed, made, look, facts, fill, 1), [facts]
    other = _another(facts, rng)
    return first, _page(seed, made, look, other, fill, 1), [facts, other]


def make_pair(order: Order, number: int) -> tuple[str, str, list[dict[str, Any]]]:
    """One pair: its name, its kind, and the shipments that go with it."""
    seed = f"{order.seed}:{order.split}:{number}:again"
    rng, name = Random(seed), f"{number:05d}"
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    first, second, facts = _pair(seed, kind, order.split, rng)
    for side, pages in (("a", first), ("b", second)):
        capture = rng.choices(list(CAPTURES), list(CAPTURES.values()))[0]
        save(pages, capture, order.folder / "uploads" / f"{name}-{side}", rng)
    told = [feed.shipment(f"S-{name}-{at}", one) for at, one in enumerate(facts)] if rng.random() >= UNKNOWN else []
    return name, kind, told


_order: Order | None = None


def _start(order: Order) -> None:
    global _order
    _order = order


def _work(number: int) -> tuple[str, str, list[dict[str, Any]]]:
    assert _order is not None
    return make_pair(_order, number)


def write(order: Order) -> None:
    """Write uploads, feed and kinds."""
    (order.folder / "uploads").mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(order.jobs, _start, (order,)) as pool:
        made = pool.map(_work, range(order.uploads), chunksize=4)
    (order.folder / "pairs.json").write_text(json.dumps({name: kind for name, kind, _ in made}, indent=1) + "\n")
    lines = [json.dumps(shipment, ensure_ascii=False) for _, _, shipments in made for shipment in shipments]
    (order.folder / "shipments.jsonl").write_text("\n".join(lines) + "\n")
    print(f"{len(made)} pairs, {len(lines)} shipments")
