"""Practice sheets for the recogniser: a page full of labelled places, each filled in another hand or by another machine.

Real papers hold three handwritten words a page; a sheet holds hundreds, over the rules, boxes and print that they touch on a form.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from . import facts as business
from . import fonts, formats, prose, values
from .display import BLACK, Line, Page
from .facts import Facts, person
from .filling import Filling
from .sheet import Sheet, Value
from .style import INKS, families, style
from .wording import LABELS

PAPERS = ("delivery_receipt", "bol", "lumper_receipt", "packing_list", "freight_invoice", "cmr")
BY_HAND = 0.6
"""Share of the places that are filled in by hand; the rest is dot matrix, typewriter and worn print. With 0.8, and six machines,
slashed zeros of small print were read as eights."""
UNITS = ["ctns", "cs", "pcs", "plts", "skids", "boxes", "bdl", "lbs", "kg", "rolls", "CTN", "PLT", ""]
SHORT = ["OK", "ok", "none", "N/A", "SLC", "STC", "S/L/C", "rec'd", "RCVD", "short", "over", "dmgd", "dam.", "refused", "per BOL", "see note", "in", "out", "void", "AM", "PM", "x", "#1", "Dock 4", "Door 12"]


def _day(sheet: Sheet) -> str:
    return values.day(sheet, sheet.rng.choice([sheet.facts.pickup, sheet.facts.delivery]), sheet.chance(0.8))


def _clock(sheet: Sheet) -> str:
    return values.clock(sheet, sheet.rng.randrange(1440), sheet.chance(0.8))


def _count(sheet: Sheet) -> str:
    number = sheet.rng.choice([sheet.rng.randint(1, 60), sheet.rng.randint(1, 999), sheet.facts.weight])
    return f"{formats.count_text(sheet.rng, number, sheet.facts.country)} {sheet.rng.choice(UNITS)}".strip()


def _number(sheet: Sheet) -> str:
    facts = sheet.facts
    return sheet.rng.choice([facts.pro, facts.bol, facts.load, facts.shipper_ref, facts.appointment, facts.trailer, facts.invoice, facts.container, *facts.pos, *facts.seals])


def _orders(sheet: Sheet) -> str:
    return sheet.rng.choice([", ", " / ", "; ", " "]).join(sheet.facts.pos[:3])


def _name(sheet: Sheet) -> str:
    name = person(sheet.rng, sheet.facts.country)
    first, *rest = name.split()
    return sheet.rng.choice([name, name.upper(), " ".join([f"{first[0]}.", *rest]), first])


def _remark(sheet: Sheet) -> str:
    kind = sheet.rng.choice(["foul", "foul", "qualified", "harmless", "refused"])
    return prose.notation(sheet.rng, kind, sheet.style.language, sheet.facts.piece_type)


def _signed(sheet: Sheet) -> str:
    letters = "".join(part[0] for part in person(sheet.rng, sheet.facts.country).split() if part[0].isalpha())
    return f"{letters} {_day(sheet)}"


def _visit(sheet: Sheet) -> str:
    return f"{sheet.rng.choice(['In', 'IN', 'Arr', 'Out', 'OUT', 'Dep', ''])} {_clock(sheet)}".strip()


def _short(sheet: Sheet) -> str:
    return sheet.rng.choice(SHORT)


KINDS = [(_day, 22), (_clock, 8), (_visit, 5), (_count, 14), (_number, 18), (_orders, 4), (_name, 12), (_remark, 12), (_signed, 4), (_short, 4)]


def _take_up_the_pen(sheet: Sheet, hands: list[tuple[str, float]]) -> None:
    """Another person writes on."""
    sheet.hand, sheet.ink = sheet.rng.choice(hands), sheet.rng.choice(INKS)
    sheet.pen = sheet.rng.choice([0.0, 0.0, 0.0, 0.2, 0.35])


def _place(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A place of a form and what stands in it."""
    kind = sheet.rng.choices([kind for kind, _ in KINDS], [share for _, share in KINDS])[0]
    value = Value(kind(sheet), hand=sheet.chance(BY_HAND))
    label = sheet.labelled(sheet.rng.choice(list(LABELS[sheet.style.language]))) if sheet.chance(0.7) else ""
    look = sheet.at(boxes=sheet.rng.choice(["box", "box", "rule", "rule", "none"]), label_place=sheet.rng.choice(["left", "left", "above", "below"]))
    look.cell(x, y, width, height, label, value)
    if sheet.chance(0.06):
        base = y + height * sheet.rng.uniform(0.5, 0.9)
        sheet.page.items.append(Line(x, base, x + width, base + sheet.rng.gauss(0, 1), 0.5, BLACK))


def _hands(split: str) -> list[tuple[str, float]]:
    """The hands of a split: of those that training may see, every seventh is kept for validation."""
    hands = fonts.unseen_in_training(fonts.HAND, split == "test")
    return hands if split == "test" else [hand for i, hand in enumerate(hands) if (i % 7 == 6) == (split == "valid")]


def _machines(split: str, language: str) -> list[str]:
    """The machines of a split that have a language's letters: of those with Western ones every fifth is kept for validation."""
    if language not in fonts.WESTERN:
        return list(fonts.MONO)
    machines = list(fonts.MACHINE | fonts.MONO | fonts.PRACTICE)
    return machines if split == "test" else [machine for i, machine in enumerate(machines) if (i % 5 == 4) == (split == "valid")]


def sheet(rng: Random, split: str) -> tuple[Page, Facts]:
    """A sheet in a family's style, about many shipments; the facts are those of the last."""
    kind = rng.choice(PAPERS)
    look = style(kind, rng.choice(families(kind, split)))
    look = replace(look, filled=rng.choice(_machines(split, look.language)))
    made = Sheet("other", look, business.facts(rng, look.country, look.language), Filling(), rng)
    hands = _hands(split)
    y, columns = look.margin, rng.choice([2, 3, 3, 4])
    wide = made.width / columns
    while y < made.bottom - 40:
        tall = rng.uniform(20, 36)
        made.facts = business.facts(rng, look.country, look.language)
        for column in range(columns):
            _take_up_the_pen(made, hands)
            _place(made, look.margin + column * wide, y, wide - rng.uniform(2, 14), tall)
        y += tall + rng.uniform(0, 6)
    return made.page, made.facts
