"""Writes labelled uploads for `countersign evaluate`: files as inboxes hold them, a feed full of look-alikes, and what is true.

`expected.json` has the form of the fixtures' (see `fixtures/README.md`), with more of it: per file `degradation`, and per
document `family`, `complete` (its `fields` are all there are) and `hand` (names of the fields that are written by hand).
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from . import degrade, identifiers, pdf, prose
from . import facts as business
from .display import Page, Text
from .documents import Document, upload
from .facts import Facts
from .fixtures import containers, feed
from .raster import render
from .truth import shown_fields

SOURCES = {"born": 0.12, "scan": 0.52, "photo": 0.2, "fax": 0.1, "carbon": 0.06}
PROOFS = ("delivery_receipt", "bol_consignee_signed", "cmr", "epod")
SUPPORT = ("bol_unsigned", "freight_invoice", "rate_confirmation", "lumper_receipt", "scale_ticket", "detention_form", "osd_report", "pallet_slip", "weight_inspection", "temp_log")
NOTHING = ("commercial_invoice", "customs_doc", "ocean_bol_do", "hazmat_paper", "claim_or_correspondence", "cover_sheet", "terms_page", "blank_page", "other")
UNKNOWN = 0.08
"""Share of shipments that the feed does not know."""


@dataclass(frozen=True)
class Order:
    """What to make."""

    folder: Path
    seed: int
    uploads: int
    split: str
    jobs: int


def _picture(page: Page, source: str, rng: Random, dpi: float) -> Any:
    plan = degrade.plan(rng, page.width, page.height, page.kind, "scan" if source == "carbon" else source)
    if source == "carbon" and "carbon" not in plan.steps:
        plan = replace(plan, steps=(*plan.steps, "carbon"))
    return degrade.apply(render(page, dpi), plan, page.width)


def save(pages: list[Page], source: str, stem: Path, rng: Random) -> Path:
    """The file that scanner, fax or telephone makes of the pages."""
    if source == "born" and any(page.kind != "delivery_photo" for page in pages):
        pdf.write_batch(pages, path := stem.with_suffix(".pdf"))
        return path
    dpi = rng.choice([150.0, 200.0, 200.0, 200.0, 300.0]) if source != "fax" else 204.0
    turn = rng.choice([90, 180, 270]) if source == "scan" and rng.random() < 0.06 else 0
    pictures = [_picture(page, source, rng, dpi).rotate(turn, expand=True) for page in pages]
    if source == "fax":
        frames = [picture.point(lambda v: 255 if v > 128 else 0).convert("1") for picture in pictures]
        frames[0].save(path := stem.with_suffix(".tif"), "TIFF", compression="group4", dpi=(204, 204), save_all=True, append_images=frames[1:])
        return path
    quality = rng.randint(40, 85)
    if source == "photo" and len(pages) == 1:
        pictures[0].save(path := stem.with_suffix(".jpg"), "JPEG", quality=quality)
        return path
    sizes = [(p.height, p.width) if turn in (90, 270) else (p.width, p.height) for p in pages]
    pdf.write_scans([containers.jpeg(picture, quality) for picture in pictures], sizes, path := stem.with_suffix(".pdf"), None)
    return path


def _signed(made: Document, role: str = "consignee") -> bool:
    return any(mark.role == role and mark.kind in ("signature", "initials", "stamp") for page in made.pages for mark in page.marks)


def _condition(made: Document) -> str | None:
    """The state of the freight, where the label is sure."""
    notation, fields = made.fill.notation, made.fields()
    if fields.get("pieces_received", made.facts.pieces) != made.facts.pieces:
        return None  # Short or over by the count alone, if the paper shows both.
    if notation in ("refused", "foul", "qualified"):
        remark = fields.get("exception_notation")
        # Of goods that were refused, some were not taken, however few (domain.md §3.3).
        return remark and ("refused" if "refused" in remark.lower() else notation)
    # A stamp may take the goods with a reserve: UNTER VORBEHALT, SUBJECT TO COUNT.
    reserved = any(word in fields.get("stamp_text", "").lower() for word in prose.RESERVES)
    return ("qualified" if reserved else "clean") if made.kind in PROOFS else None


def _state(made: Document, shipment: str | None, only: bool) -> str | None:
    """What should be decided under the default profile; None where it depends on more than the label knows: of several proofs of one
    shipment, or of its slips of one kind, which is the better copy."""
    if made.kind in NOTHING:
        return "reject"
    if shipment is None:
        return "review" if made.kind in SUPPORT + PROOFS else None
    if not only:
        return None
    if made.kind in SUPPORT:
        return "hold_missing"
    if made.kind not in PROOFS:
        return None
    if not _signed(made) or "delivery_date" not in made.fields():
        return "hold_missing"
    return {"clean": "billable", "qualified": "billable", "foul": "billable_with_osd"}.get(_condition(made) or "")


def _by_hand(made: Document) -> list[str]:
    return sorted({item.field for page in made.pages for item in page.items if isinstance(item, Text) and item.hand and item.field})


NAMED_BY = ("pro_number", "bol_number", "load_number")
"""A paper that shows none of these that the feed tells too, nor two of those below, may not be attached (V3 of domain.md §1.3): what is left, one
order, sites and dates, its look-alikes share."""
HINTED_AT_BY = ("shipper_ref", "customer_po")


def _label(made: Document, pages: list[int], shipment: str | None, only: bool) -> dict[str, Any]:
    fields = made.fields() | {f"signature_{role}": True for role in ("consignee", "driver", "shipper") if _signed(made, role)}
    fields |= {name: value for name, value in shown_fields(made.pages[0]).items() if name == "page_k_of_n"}
    for page in made.pages:
        fields = page.coded | fields
    sure = {"state": _state(made, shipment, only), "condition": _condition(made)}
    label = {"pages": pages, "class": made.kind, "family": made.pages[0].family, "complete": True, "fields": fields, "hand": _by_hand(made)}
    if made.kind in NOTHING:
        return label | {k: v for k, v in sure.items() if v}
    told = {_plain(ref["value"]) for ref in feed.shipment("", made.facts)["refs"]}
    shown = {name for name in NAMED_BY + HINTED_AT_BY if told & {_plain(one) for one in _all(fields.get(name))}}
    named = bool(shown & set(NAMED_BY)) or shown >= set(HINTED_AT_BY)
    if not named:
        condition = {"condition": sure["condition"]} if sure["condition"] else {}
        return label | {"shipment": shipment, "undecidable": True} | condition
    return label | {"shipment": shipment} | {k: v for k, v in sure.items() if v}


def _all(value: str | list[str] | None) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _plain(number: str) -> str:
    return "".join(c for c in number.upper() if c.isalnum())


def _next(text: str, rng: Random) -> str:
    """The number that was given out a little later: one digit differs."""
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    if not digits:
        return text + "2"
    at = rng.choice(digits[-3:])
    return text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]


def _look_alikes(facts: Facts, name: str, rng: Random) -> list[dict[str, Any]]:
    """Shipments of the same parties that are easily taken for this one: the next of the day, the same orders, last year's with the
    same PRO, the way back, another site of the consignee, and a transfer between the consignee's own sites."""
    later = replace(facts, pro=_next(facts.pro, rng), bol=_next(facts.bol, rng), load=_next(facts.load, rng), shipper_ref=identifiers.free(rng, 4, 12), pickup=facts.pickup + timedelta(days=rng.randint(1, 9)), delivery=facts.delivery + timedelta(days=rng.randint(1, 9)))
    made = [feed.shipment(f"{name}-NEXT", later)]
    if rng.random() < 0.4:
        twin = replace(later, pro=identifiers.pro(rng, facts.carrier.scac), bol=identifiers.free(rng, 5, 14), load=identifiers.free(rng, 4, 10), delivery=facts.delivery)
        made.append(feed.shipment(f"{name}-SAMEPO", twin))
    if rng.random() < 0.2:
        old = replace(later, pro=facts.pro, load=identifiers.free(rng, 4, 10), pos=[identifiers.free(rng, 4, 12)], pickup=facts.pickup - timedelta(days=400), delivery=facts.delivery - timedelta(days=400))
        made.append(feed.shipment(f"{name}-RECYCLED", old, status="closed"))
    if rng.random() < 0.25:
        back = replace(later, shipper=facts.consignee, consignee=facts.shipper, pro=identifiers.pro(rng, facts.carrier.scac), load=identifiers.free(rng, 4, 10))
        made.append(feed.shipment(f"{name}-RETURN", back))
    if rng.random() < 0.25:
        site = replace(business.party(rng, facts.consignee.country), name=facts.consignee.name)
        other = replace(later, consignee=site, pro=_next(facts.pro, rng), bol=_next(facts.bol, rng), delivery=facts.delivery)
        made.append(feed.shipment(f"{name}-SITE", other))
    if rng.random() < 0.15:
        transfer = replace(later, shipper=facts.consignee, consignee=replace(business.party(rng, facts.consignee.country), name=facts.consignee.name), delivery=facts.delivery + timedelta(days=1))
        made.append(feed.shipment(f"{name}-TRANSFER", transfer))
    return made


def _role(made: Document) -> str:
    """What papers of one shipment supersede each other in: all proofs of delivery, and slips of one kind."""
    return "proof" if made.kind in PROOFS else made.kind


def make_upload(order: Order, number: int) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """One upload: its file's name, its label, and the shipments that go with it."""
    seed = f"{order.seed}:{order.split}:{number}:labelled"
    rng, documents = Random(seed), upload(Random(seed), order.split)
    source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
    path = save([page for made in documents for page in made.pages], source, order.folder / "uploads" / f"{number:05d}", rng)
    shipments: list[dict[str, Any]] = []
    names: dict[str, str | None] = {}
    labels, begin = [], 1
    roles = Counter((made.facts.load, _role(made)) for made in documents)
    for made in documents:
        load = made.facts.load
        if load not in names and made.kind not in NOTHING:
            names[load] = f"S-{number:05d}-{len(names)}" if rng.random() >= UNKNOWN else None
            if name := names[load]:
                shipments += [feed.shipment(name, made.facts), *_look_alikes(made.facts, name, rng)]
        shipment = names.get(load) if made.kind not in NOTHING else None
        pages = list(range(begin, begin + len(made.pages)))
        begin += len(made.pages)
        labels.append(_label(made, pages, shipment, roles[made.facts.load, _role(made)] == 1))
    return path.name, {"degradation": source, "documents": labels}, shipments


_order: Order | None = None


def _start(order: Order) -> None:
    global _order
    _order = order


def _work(number: int) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    assert _order is not None
    return make_upload(_order, number)


def write(order: Order) -> None:
    """Write uploads, feed and labels."""
    (order.folder / "uploads").mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(order.jobs, _start, (order,)) as pool:
        made = pool.map(_work, range(order.uploads), chunksize=4)
    expected = {name: label for name, label, _ in made}
    (order.folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
    lines = [json.dumps(shipment, ensure_ascii=False) for _, _, shipments in made for shipment in shipments]
    (order.folder / "shipments.jsonl").write_text("\n".join(lines) + "\n")
    print(f"{len(made)} uploads, {sum(len(label['documents']) for label in expected.values())} documents, {len(lines)} shipments")
