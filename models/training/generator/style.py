"""Layout families. A family is (class, number); everything that a form keeps from copy to copy follows from it.

How the splits stay apart, per class:
- families are numbered; train has the first and thousands of high numbers (`MORE`), valid and test a few between (`COUNTS`), and no
  number is in two splits;
- half of a test family's label wordings are rare ones (`wording.label`); some signing labels are its own (`prose.sign_here`);
- one archetype of each block is kept for the test split (the last of each list in `ARCHETYPES`), and every test family of a
  major class uses at least one of them;
- a quarter of the handwriting and signature fonts belongs to the test split alone (`fonts.unseen_in_training`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random

from . import fonts, wording
from .display import Colour

MAJOR = {"delivery_receipt", "bol", "freight_invoice", "packing_list", "rate_confirmation", "cmr", "epod", "lumper_receipt"}
# Families per split: (train, valid, test).
COUNTS = {True: (48, 6, 9), False: (20, 3, 5)}
MORE = range(1000, 6000)
"""Families that training has besides: the more forms it shows, the less of any one is learned by heart."""

ARCHETYPES = {
    "refs": ["grid", "list", "row", "inline", "columns", "cards"],
    "parties": ["pair", "stack", "band", "left_label", "triple", "vertical"],
    "table": ["grid", "rules", "shade", "plain", "dots", "zebra"],
    "signature": ["row", "stack", "table", "lines", "xline"],
    "times": ["row", "table", "inline", "stack"],
}
BROADER = {
    "refs": ["ledger", "run", "right", "tight", "under", "captions"],
    "parties": ["asked", "line", "columns", "side"],
    "signature": ["under", "pair", "sentence"],
    "times": ["pairs", "sentence"],
}
"""Archetypes of the families of `MORE` alone: training shows more ways to lay a form out than any test family uses."""
LABEL_PLACES = ["above", "left", "inside", "above", "inside", "left", "below"]
PAPERS = {"US": (612.0, 792.0), "CA": (612.0, 792.0)}
A4 = (595.0, 842.0)
# Languages of the papers of a class that is not always English: (share of other languages).
FOREIGN = {"cmr": 0.8, "delivery_receipt": 0.2, "packing_list": 0.25, "freight_invoice": 0.1, "epod": 0.12, "commercial_invoice": 0.12, "pallet_slip": 0.25, "customs_doc": 0.3, "claim_or_correspondence": 0.1, "terms_page": 0.12, "other": 0.1}
COUNTRIES = {"de": "DE", "fr": "FR", "es": "ES", "pl": "PL", "nl": "NL"}
INKS: list[Colour] = [(20, 30, 120), (30, 40, 150), (15, 15, 20), (40, 40, 45), (10, 10, 90), (60, 60, 160), (120, 20, 30)]
STAMP_INKS: list[Colour] = [(190, 30, 40), (40, 50, 160), (30, 30, 40), (90, 40, 140), (30, 110, 70), (200, 70, 80), (90, 100, 190)]


@dataclass(frozen=True)
class Style:
    """What a form keeps from copy to copy."""

    kind: str
    number: int
    split: str
    language: str
    country: str
    second_language: str | None
    paper: tuple[float, float]
    margin: float
    body: str
    heading: str
    filled: str
    """Typeface of filled-in values: the body's, or a machine's."""
    label_size: float
    value_size: float
    title_size: float
    label_place: str
    label_case: str
    label_tail: str
    bold_labels: bool
    bold_values: bool
    boxes: str
    rule: float
    roomy: float
    """Height of cells and rows over the least they need."""
    archetypes: dict[str, str]
    title_place: str
    logo: str
    accent: Colour
    band: bool
    columns: int
    order: int
    date_form: int
    time_form: int
    currency: str
    labels: dict[str, str] = field(hash=False, compare=False)

    @property
    def test(self) -> bool:
        """Does it belong to the test split."""
        return self.split == "test"

    @property
    def broader(self) -> bool:
        """Is it one of the families by which training sees more than any other split."""
        return self.number in MORE

    @property
    def id(self) -> str:
        """Name of the family."""
        return f"{self.kind}:{self.number}"


def paper_of(kind: str) -> str:
    """The paper that a class is printed on: both kinds of bill of lading share theirs, ink or no ink."""
    return "bol" if kind.startswith("bol_") else kind


def families(kind: str, split: str) -> list[int]:
    """The family numbers of a paper in a split."""
    train, valid, test = COUNTS[kind in MAJOR]
    if split == "train":
        return [*range(train), *MORE]
    return list({"valid": range(train, train + valid), "test": range(train + valid, train + valid + test)}[split])


def split_of(kind: str, number: int) -> str:
    """The split that a family belongs to."""
    _, valid, test = (families(kind, split) for split in ("train", "valid", "test"))
    return "valid" if number in valid else "test" if number in test else "train"


def _archetypes(rng: Random, test: bool, major: bool) -> dict[str, str]:
    chosen = {name: rng.choice(kinds[:-1]) for name, kinds in ARCHETYPES.items()}
    if test:
        forced = rng.choice(list(ARCHETYPES)) if major else None
        for name, kinds in ARCHETYPES.items():
            if name == forced or rng.random() < 0.25:
                chosen[name] = kinds[-1]
    return chosen


def _broader(rng: Random, archetypes: dict[str, str]) -> dict[str, str]:
    """Every second block in an arrangement that only training has."""
    return {name: rng.choice(BROADER[name]) if name in BROADER and rng.random() < 0.5 else kind for name, kind in archetypes.items()}


class Labels(dict[str, str]):
    """Labels of a family, each drawn when first asked for, always the same."""

    def __init__(self, seed: str, language: str, test: bool, varied: bool) -> None:
        super().__init__()
        self._seed, self._language, self._test, self._varied = seed, language, test, varied

    def __missing__(self, key: str) -> str:
        value = wording.label(Random(f"{self._seed}:{key}"), key, self._language, self._test, self._varied)
        self[key] = value
        return value


@lru_cache(maxsize=4096)
def style(kind: str, number: int) -> Style:
    """The style of a family of a paper (`paper_of`)."""
    rng = Random(f"family:{kind}:{number}")
    split = split_of(kind, number)
    test = split == "test"
    language = rng.choice(list(COUNTRIES)) if rng.random() < FOREIGN.get(kind, 0.02) else "en"
    country = COUNTRIES.get(language) or rng.choice(["US"] * 18 + ["CA", "GB"])
    if kind == "cmr" and language == "en":
        country = rng.choice(["GB", "NL", "PL", "DE"])
    second = rng.choice([c for c in ["en", "fr", "de"] if c != language]) if kind == "cmr" or (language != "en" and rng.random() < 0.2) else None
    plain = rng.random() < 0.22
    faces = list(fonts.SANS) * 3 + list(fonts.SERIF)
    body = rng.choice(list(fonts.MONO)) if plain else rng.choice(faces)
    machine = list(fonts.MONO) * 2 + (list(fonts.MACHINE) if language in fonts.WESTERN else [])
    dark = rng.choice([(0, 0, 0)] * 5 + [(20, 40, 110), (110, 20, 30), (20, 80, 60), (60, 60, 60), (180, 90, 20)])
    return Style(
        kind=kind, number=number, split=split, language=language, country=country, second_language=second,
        paper=PAPERS.get(country, A4), margin=rng.uniform(18, 50), body=body, heading=body if plain else rng.choice(faces),
        filled=body if rng.random() < 0.55 else rng.choice(machine), label_size=rng.uniform(5.6, 8.2), value_size=rng.uniform(7.6, 10.8),
        title_size=rng.uniform(11, 24), label_place=rng.choice(LABEL_PLACES if test or number in MORE else LABEL_PLACES[:-1]), label_case=rng.choice(["as is", "as is", "as is", "upper", "upper", "title"]),
        label_tail=rng.choice([":", ":", "", "", " :", "."] if rng.random() < 0.9 else [" -", "..", " ="]), bold_labels=rng.random() < 0.35, bold_values=rng.random() < 0.2,
        boxes=rng.choice(["box", "box", "box", "rule", "none"]), rule=rng.choice([0.4, 0.6, 0.8, 1.2]), roomy=rng.choice([1.0, 1.0, 1.15, 1.3, 1.5, 1.8]), archetypes=_broader(rng, _archetypes(rng, test, kind in MAJOR)) if number in MORE else _archetypes(rng, test, kind in MAJOR),
        title_place=rng.choice(["left", "center", "right"]), logo=rng.choice(["text", "text", "script", "badge", "box", "none", "stripe"]), accent=dark, band=rng.random() < 0.18,
        columns=rng.choice([2, 3, 3, 4, 4, 5]), order=rng.randrange(1 << 30), date_form=rng.randrange(1 << 30), time_form=rng.randrange(1 << 30),
        currency=("$" if country in ("US", "CA") else "£" if country == "GB" else rng.choice(["EUR", "€"]) if country != "PL" else rng.choice(["PLN", "zł"])) if rng.random() < 0.75 else "",
        labels=Labels(f"labels:{kind}:{number}", language, test, number in MORE),
    )  # fmt: skip
