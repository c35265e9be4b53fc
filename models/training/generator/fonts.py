"""Fonts by short name, and text widths without rasterising.

Fonts lie in `.fonts/ttf` beside this package (`setup.sh` puts them there). Every fourth handwriting and signature font
is kept for the test split, so that test pages show hands that training never saw.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent.parent / ".fonts" / "ttf"

# Regular and bold file of each typeface for print. The first lists hold letters with accents of all our languages.
SANS = {
    "liberation": ("LiberationSans-Regular", "LiberationSans-Bold"),
    "narrow": ("LiberationSansNarrow-Regular", "LiberationSansNarrow-Bold"),
    "dejavu": ("DejaVuSans", "DejaVuSans-Bold"),
    "dejavu-condensed": ("DejaVuSansCondensed", "DejaVuSansCondensed-Bold"),
    "carlito": ("Carlito-Regular", "Carlito-Bold"),
    "lato": ("Lato-Regular", "Lato-Bold"),
    "opensans": ("OpenSans-Regular", "OpenSans-Bold"),
    "roboto": ("Roboto-Regular", "Roboto-Bold"),
    "roboto-condensed": ("RobotoCondensed-Regular", "RobotoCondensed-Bold"),
    "freesans": ("FreeSans", "FreeSansBold"),
}
SERIF = {
    "liberation-serif": ("LiberationSerif-Regular", "LiberationSerif-Bold"),
    "caladea": ("Caladea-Regular", "Caladea-Bold"),
    "dejavu-serif": ("DejaVuSerif", "DejaVuSerif-Bold"),
    "freeserif": ("FreeSerif", "FreeSerifBold"),
}
MONO = {
    "liberation-mono": ("LiberationMono-Regular", "LiberationMono-Bold"),
    "dejavu-mono": ("DejaVuSansMono", "DejaVuSansMono-Bold"),
    "freemono": ("FreeMono", "FreeMonoBold"),
    "hack": ("Hack-Regular", "Hack-Bold"),
}
WESTERN = ("en", "de", "fr", "es", "nl")
"""Languages whose letters all machines hold."""

# Machines: dot matrix, typewriters, terminals. They hold only Western European letters.
MACHINE = {
    "doto": ("doto", "doto"),
    "elite": ("special-elite", "special-elite"),
    "cutive": ("cutive-mono", "cutive-mono"),
    "share-tech": ("share-tech-mono", "share-tech-mono"),
    "vt323": ("vt323", "vt323"),
    "ocr-a": ("OCRA", "OCRABold"),
}
# Machines of practice sheets alone, most of them with slashed or dotted zeros, which look like eights once they are blurred.
PRACTICE = {
    name: (name, name)
    for name in (
        "inconsolata", "source-code-pro", "fira-mono", "ibm-plex-mono", "jetbrains-mono", "anonymous-pro",
        "space-mono", "overpass-mono", "oxygen-mono", "nova-mono", "handjet", "dotgothic16",
    )
}  # fmt: skip
PRINT = SANS | SERIF | MONO | MACHINE | PRACTICE

# (file, size at which it looks as large as 10 pt print)
HAND = [
    ("annie-use-your-telescope", 13.0), ("architects-daughter", 10.5), ("bad-script", 11.0), ("caveat", 14.0),
    ("cedarville-cursive", 12.0), ("covered-by-your-grace", 13.0), ("gloria-hallelujah", 9.5), ("gochi-hand", 12.5),
    ("handlee", 11.5), ("homemade-apple", 9.0), ("indie-flower", 11.5), ("kalam", 11.5), ("marck-script", 12.5),
    ("nanum-pen-script", 15.0), ("patrick-hand", 12.0), ("reenie-beanie", 16.0), ("rock-salt", 7.5),
    ("shadows-into-light", 13.0), ("the-girl-next-door", 11.0),
    ("waiting-for-the-sunrise", 11.5), ("over-the-rainbow", 9.5), ("zeyada", 11.5), ("la-belle-aurore", 9.5), ("dawning-of-a-new-day", 12.0),
    ("crafty-girls", 10.0), ("schoolbell", 9.5), ("sue-ellen-francisco", 9.0), ("loved-by-the-king", 9.5), ("swanky-and-moo-moo", 12.0),
    ("mansalva", 10.0), ("nothing-you-could-do", 11.5), ("give-you-glory", 9.5), ("neucha", 9.5), ("pangolin", 10.5), ("mali", 10.5), ("gaegu", 13.0),
    ("hi-melody", 14.0), ("yomogi", 10.0), ("kristi", 13.5), ("permanent-marker", 9.5), ("just-another-hand", 10.5), ("just-me-again-down-here", 11.5),
    ("amatic-sc", 9.5), ("rancho", 11.5), ("sedgwick-ave", 9.5), ("dekko", 13.5), ("walter-turncoat", 9.5), ("patrick-hand-sc", 11.5),
    ("grape-nuts", 11.5), ("caveat-brush", 11.5), ("gamja-flower", 13.5), ("east-sea-dokdo", 14.0), ("nanum-brush-script", 13.5), ("long-cang", 13.0),
    ("zhi-mang-xing", 9.5), ("oooh-baby", 9.5), ("mynerve", 10.5),
]  # fmt: skip
SIGNATURE = [
    ("alex-brush", 20.0), ("allura", 20.0), ("cedarville-cursive", 15.0), ("great-vibes", 19.0),
    ("herr-von-muellerhoff", 24.0), ("homemade-apple", 13.0), ("monsieur-la-doulaise", 18.0), ("mr-de-haviland", 24.0),
    ("mrs-saint-delafield", 23.0), ("pinyon-script", 18.0), ("reenie-beanie", 22.0), ("sacramento", 21.0),
]  # fmt: skip
SCRIPT_LOGO = ["pacifico", "lobster", "kaushan-script", "great-vibes", "alex-brush", "allura", "sacramento"]


def unseen_in_training(fonts: list[tuple[str, float]], test: bool) -> list[tuple[str, float]]:
    """The fonts for a split: every fourth belongs to the test split alone."""
    return [font for i, font in enumerate(fonts) if (i % 4 == 3) == test]


def file(face: str, bold: bool = False) -> str:
    """File name (without ending) of a typeface of `PRINT`."""
    return PRINT[face][1 if bold else 0]


@lru_cache(maxsize=1024)
def pil(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    """A font for PIL; `name` is a file name without ending."""
    return ImageFont.truetype(FOLDER / f"{name}.ttf", pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def _advances(name: str) -> dict[str, float]:
    """Widths of characters in em, filled while texts are measured."""
    return {}


@lru_cache(maxsize=65536)
def em_width(name: str, text: str) -> float:
    """Width of a text in em."""
    known = _advances(name)
    total = 0.0
    for char in text:
        width = known.get(char)
        if width is None:
            width = known[char] = pil(name, 100.0).getlength(char) / 100.0
        total += width
    return total


def width(name: str, size: float, text: str) -> float:
    """Width of a text in points."""
    return em_width(name, text) * size


@lru_cache(maxsize=64)
def _letters(name: str) -> frozenset[int]:
    with TTFont(FOLDER / f"{name}.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=16384)
def printable(name: str, text: str) -> str:
    """The text with letters that the font lacks replaced by their plain kin."""
    if text.isascii():
        return text
    known = _letters(name)
    if all(ord(char) in known for char in text):
        return text
    plain = {"ł": "l", "Ł": "L", "ß": "ss", "€": "EUR", "£": "GBP", "°": "", "–": "-", "№": "No", "’": "'"}
    out = []
    for char in text:
        if ord(char) in known:
            out.append(char)
        else:
            bare = plain.get(char) or unicodedata.normalize("NFKD", char)[:1]
            out.append(bare if all(ord(c) in known for c in bare) else "")
    return "".join(out)


@lru_cache(maxsize=8192)
def em_box(name: str, text: str) -> tuple[float, float, float, float]:
    """Ink of a text in em: left, top, right, bottom from the start of its baseline, y downwards."""
    left, top, right, bottom = pil(name, 100.0).getbbox(text, anchor="ls")
    return left / 100, top / 100, right / 100, bottom / 100
