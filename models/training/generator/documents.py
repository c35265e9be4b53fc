"""Documents: one or more pages of one paper, with backs, of a class, a family and facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from . import facts as business
from . import filling
from .display import Page
from .facts import Facts
from .filling import Filling
from .layouts import boxed, foreign, form, manifest, pictures, plain, slips, vics
from .layouts.specs import SPECS
from .sheet import LISTS, Sheet
from .style import Style, families, paper_of, style
from .truth import shown_fields

# Inbox mix of domain.md 1.2; what it lumps together is split evenly.
INBOX = {
    "delivery_receipt": 24, "bol_consignee_signed": 26, "bol_unsigned": 8, "packing_list": 7, "commercial_invoice": 0.3, "freight_invoice": 6, "rate_confirmation": 5, "lumper_receipt": 4, "scale_ticket": 2,
    "detention_form": 0.5, "gate_interchange": 1.5, "osd_report": 1, "pallet_slip": 1, "customs_doc": 1, "cmr": 3, "air_waybill": 0.3, "ocean_bol_do": 0.3, "epod": 4, "delivery_photo": 2, "weight_inspection": 0.2, "temp_log": 0.2,
    "hazmat_paper": 0.2, "claim_or_correspondence": 0.4, "cover_sheet": 1.5, "terms_page": 0.6, "blank_page": 0.4, "other": 1,
}  # fmt: skip
CLASSES = list(INBOX)
_WHOLE = sum(INBOX.values())
# Flattened, so that rare classes are seen: terms and blank pages mostly come as backs, and other papers have the most to show.
_SEEN = {"terms_page": 0.35, "blank_page": 0.35, "other": 2.5}
WEIGHTS = {kind: 0.45 * share / _WHOLE + 0.55 / len(INBOX) * _SEEN.get(kind, 1.0) for kind, share in INBOX.items()}

MORE_PAGES = {"bol_consignee_signed": 0.16, "bol_unsigned": 0.16, "packing_list": 0.35, "freight_invoice": 0.12, "rate_confirmation": 0.5, "commercial_invoice": 0.2, "delivery_receipt": 0.04, "hazmat_paper": 0.05}
TERMS_BACK = {"bol_consignee_signed": 0.09, "bol_unsigned": 0.09, "rate_confirmation": 0.1, "delivery_receipt": 0.05, "freight_invoice": 0.05, "cmr": 0.04}
BY_HAND = {"bol_consignee_signed": 0.08, "bol_unsigned": 0.08, "delivery_receipt": 0.05, "lumper_receipt": 0.2, "detention_form": 0.4, "osd_report": 0.3, "pallet_slip": 0.4, "gate_interchange": 0.1, "cmr": 0.08}
OF_OTHER_TRADES = 0.75
"""Share of other papers, till slips apart, that no haulier's inbox knows."""
MANIFESTS = 9
"""One in so many of the delivery receipts of training's broader families in English is a manifest signed row by row."""
PHOTO_PAPERS = [(640.0, 480.0), (480.0, 640.0), (640.0, 360.0), (600.0, 450.0)]


@dataclass
class Document:
    """Pages of one paper. `kind` is its class; a page's own class is what shows on that page alone."""

    kind: str
    pages: list[Page]
    facts: Facts
    fill: Filling

    def fields(self) -> dict[str, Any]:
        """What all pages together say."""
        merged: dict[str, Any] = {}
        for page in self.pages:
            for name, value in shown_fields(page).items():
                if name in LISTS:
                    merged[name] = merged.get(name, []) + [v for v in value if v not in merged.get(name, [])]
                elif name != "page_k_of_n":
                    merged.setdefault(name, value)
        return merged


def fill_for(rng: Random, kind: str) -> Filling:
    """What people have put on a paper of that class."""
    if kind == "bol_consignee_signed":
        made = filling.delivered(rng)
        return made if made.received() else replace(made, consignee="ink")
    if kind in ("delivery_receipt", "cmr"):
        made = filling.delivered(rng) if rng.random() < (0.86 if kind == "delivery_receipt" else 0.68) else filling.undelivered(rng)
        return replace(made, shipper=True, driver=rng.random() < 0.9, sticker=False) if kind == "cmr" and rng.random() < 0.9 else made
    if kind == "bol_unsigned":
        return filling.undelivered(rng)
    if kind == "packing_list":
        return replace(filling.delivered(rng), sticker=False) if rng.random() < 0.35 else Filling(other_stamp=rng.random() < 0.05, checks=rng.random() < 0.3)
    if kind == "epod":
        return Filling(consignee=rng.choices(["ink", "slash_s", "none"], [0.83, 0.05, 0.12])[0], date="typed" if rng.random() < 0.95 else "none", name="typed" if rng.random() < 0.9 else "none", times="typed" if rng.random() < 0.8 else "none", notation=rng.choice([None, None, None, "harmless", "foul"]))
    if kind in ("freight_invoice", "commercial_invoice"):
        return Filling(other_stamp=rng.random() < 0.12, shipper=rng.random() < 0.4, checks=rng.random() < 0.2)
    if kind == "rate_confirmation":
        return Filling(driver=rng.random() < 0.5, shipper=rng.random() < 0.4)
    if kind == "blank_page":
        return Filling(stamp=rng.random() < 0.06, stamp_date=rng.random() < 0.5)
    return filling.form(rng)


def _simple(draw: Callable[[Sheet], None]) -> Callable[[Sheet, tuple[int, int] | None], None]:
    return lambda sheet, pages: draw(sheet)


_FRONTS: dict[str, Callable[[Sheet, tuple[int, int] | None], None]] = {
    "cmr": boxed.cmr, "epod": pictures.epod, "gate_interchange": pictures.gate, "scale_ticket": _simple(slips.scale), "temp_log": _simple(pictures.temp_log), "delivery_photo": _simple(pictures.photo),
    "terms_page": _simple(plain.terms), "blank_page": _simple(plain.blank), "cover_sheet": _simple(plain.cover), "claim_or_correspondence": _simple(plain.letter),
}  # fmt: skip


def _strip(kind: str, look: Style) -> bool:
    return kind == "scale_ticket" or (kind == "lumper_receipt" and look.order % 2 == 0) or (kind == "other" and look.order % 10 < 3)


def front(rng: Random, kind: str, look: Style, facts: Facts, fill: Filling, pages: tuple[int, int] | None = None, hand: tuple[str, float] | None = None) -> Page:
    """The first page of a paper. `hand` is the receiver's handwriting, else a random one."""
    strip = _strip(kind, look)
    paper = rng.choice(PHOTO_PAPERS) if kind == "delivery_photo" else slips.strip_paper(rng) if strip else None
    sheet = Sheet(kind, look if not strip else replace(look, margin=min(look.margin, 14)), facts, fill, rng, paper)
    sheet.hand = hand or sheet.hand
    if kind in _FRONTS:
        _FRONTS[kind](sheet, pages)
    elif kind in boxed.TITLED:
        boxed.titled(sheet, kind, pages)
    elif kind == "lumper_receipt" and strip:
        slips.lumper(sheet)
    elif kind == "other":
        draw = slips.till if strip else foreign.foreign if rng.random() < OF_OTHER_TRADES else plain.other
        draw(sheet)
    elif kind == "delivery_receipt" and look.broader and look.order % MANIFESTS == 0 and look.language == "en":
        manifest.manifest(sheet, pages)
    elif kind.startswith("bol_") and look.order % 4 == 0 and look.language == "en":
        vics.vics(sheet, pages)
    else:
        form.form(sheet, paper_of(kind), pages)
    return sheet.page


def pick_style(rng: Random, kind: str, split: str, country: str | None = None) -> Style:
    """A family of the split; one of the country where there is one at hand. Some invoices use the delivery receipt's paper."""
    paper = paper_of(kind)
    if kind == "freight_invoice" and rng.random() < 0.3:
        paper = "delivery_receipt"
    look = style(paper, rng.choice(families(paper, split)))
    for _ in range(10):
        if country is None or look.country == country:
            break
        look = style(paper, rng.choice(families(paper, split)))
    return look


def back(rng: Random, kind: str, split: str, look: Style, facts: Facts, received: bool = True) -> Page:
    """A terms page or a blank page behind a document; no receiver has stamped it before the document was received."""
    side = pick_style(rng, kind, split, look.country)
    fill = fill_for(rng, kind)
    return front(rng, kind, replace(side, paper=look.paper), facts, replace(fill, stamp=fill.stamp and received))


def document(rng: Random, kind: str, split: str, facts: Facts | None = None, backs: bool = True) -> Document:
    """A random document of a class, about `facts` or a new shipment."""
    look = pick_style(rng, kind, split, facts.country if facts else None)
    facts = replace(facts) if facts else business.facts(rng, look.country, look.language)
    fill = fill_for(rng, kind)
    if rng.random() < BY_HAND.get(kind, 0.0):
        fill = replace(fill, by_hand=True)
    count = rng.choice([2, 2, 2, 3]) if paper_of(kind) in SPECS and rng.random() < MORE_PAGES.get(kind, 0.0) else 1
    shown = (1, count) if rng.random() < (0.85 if count > 1 else 0.25) else None
    pages = [front(rng, kind, look, facts, fill, shown)]
    for k in range(2, count + 1):
        sheet = Sheet("bol_unsigned" if kind.startswith("bol_") else kind, look, facts, Filling(), rng)
        form.continuation(sheet, paper_of(kind), k, count)
        pages.append(sheet.page)
    if backs and rng.random() < TERMS_BACK.get(kind, 0.0):
        pages.append(back(rng, "terms_page", split, look, facts, fill.received()))
    elif backs and kind not in ("blank_page", "cover_sheet", "delivery_photo") and rng.random() < 0.035:
        pages.append(back(rng, "blank_page", split, look, facts, fill.received()))
    return Document(kind, pages, facts, fill)


def random_kind(rng: Random) -> str:
    """A class of the flattened inbox."""
    return rng.choices(CLASSES, [WEIGHTS[kind] for kind in CLASSES])[0]


_BATCH = ["delivery_receipt", "bol_consignee_signed", "lumper_receipt", "packing_list", "freight_invoice", "rate_confirmation", "scale_ticket", "bol_unsigned", "detention_form", "pallet_slip", "osd_report", "cmr", "epod", "temp_log", "customs_doc", "delivery_photo"]


def upload(rng: Random, split: str) -> list[Document]:
    """What one upload holds: a document, or (22 %) a batch with covers, backs and separators."""
    if rng.random() >= 0.22:
        return [document(rng, random_kind(rng), split)]
    documents = [document(rng, "cover_sheet", split, backs=False)] if rng.random() < 0.35 else []
    same, duplex, separators = rng.random() < 0.5, rng.random() < 0.07, rng.random() < 0.08
    shared: Facts | None = None
    for _ in range(rng.choice([2, 2, 2, 3, 3, 4, 5])):
        if separators and documents and documents[-1].kind != "cover_sheet":
            documents.append(document(rng, "cover_sheet", split, backs=False))
        kind = rng.choice(_BATCH[:6] * 2 + _BATCH) if rng.random() < 0.75 else random_kind(rng)
        if kind in ("terms_page", "blank_page"):
            kind = "delivery_receipt"
        if same and shared is None:
            first = pick_style(rng, kind, split)
            shared = business.facts(rng, first.country, first.language)
        made = document(rng, kind, split, shared if same else None)
        if duplex and made.pages[-1].kind not in ("blank_page", "terms_page"):
            look = pick_style(rng, "blank_page", split)
            made.pages.append(back(rng, "blank_page", split, replace(look, paper=(made.pages[-1].width, made.pages[-1].height)), shared or business.facts(rng, "US", "en"), made.fill.received()))
        documents.append(made)
    return documents
