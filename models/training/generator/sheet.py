"""A page being filled: text, labels, entries, lines and ink, in a family's style, with the truth kept as they are put down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from . import fonts, ink
from .display import BLACK, Colour, Line, Mark, Page, Rect, Text
from .facts import Facts
from .filling import Filling
from .style import INKS, Style

LISTS = ("customer_po", "seal_numbers")


@dataclass(frozen=True)
class Value:
    """What stands in a field: the text, which field it is (if one that counts), its normalised value, and whether by hand."""

    text: str
    field: str | None = None
    norm: Any = None
    hand: bool = False


class Sheet:
    """A page with a cursor `y`, its style and its facts."""

    def __init__(self, kind: str, style: Style, facts: Facts, fill: Filling, rng: Random, paper: tuple[float, float] | None = None) -> None:
        width, height = paper or style.paper
        self.style, self.facts, self.fill, self.rng = style, facts, fill, rng
        self.page = Page(width, height, kind, style.id, style.split, facts.country, style.language)
        self.y = style.margin
        hands = fonts.unseen_in_training(fonts.HAND, style.test)
        self.hand, self.other_hand = rng.choice(hands), rng.choice(hands)
        self.ink, self.other_ink = rng.choice(INKS), rng.choice(INKS)
        self.pen = rng.choice([0.0, 0.0, 0.0, 0.2])
        self.bottom = height - style.margin

    @property
    def left(self) -> float:
        """Left edge of the print."""
        return self.style.margin

    @property
    def width(self) -> float:
        """Width of the print."""
        return self.page.width - 2 * self.style.margin

    @property
    def room(self) -> float:
        """Height left on the page."""
        return self.bottom - self.y

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float | None = None, colour: Colour = BLACK) -> None:
        """A line in the family's weight."""
        self.page.items.append(Line(x0, y0, x1, y1, width or self.style.rule, colour))

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None, width: float | None = None, colour: Colour = BLACK) -> None:
        """A box; `width` 0 leaves out the outline."""
        self.page.items.append(Rect(x0, y0, x1, y1, self.style.rule if width is None else width, colour, fill))

    def text(
        self, x: float, y: float, text: str, size: float | None = None, *, bold: bool = False, face: str | None = None, font: str | None = None,
        align: str = "left", field: str | None = None, begin: bool = True, colour: Colour = BLACK, angle: float = 0.0, silent: bool = False,
    ) -> float:  # fmt: skip
        """Print a run of text; `align` says what `x` is (left, center, right). Returns its width."""
        if not text:
            return 0.0
        size = size or self.style.value_size
        font = font or fonts.file(face or self.style.body, bold)
        text = fonts.printable(font, text)
        width = fonts.width(font, size, text)
        if align != "left":
            x -= width if align == "right" else width / 2
        self.page.items.append(Text(x, y, text, font, size, colour, field, begin, False, angle, silent))
        return width

    def write(self, x: float, y: float, text: str, width: float = 1e9, *, field: str | None = None, begin: bool = True, size: float = 1.0, driver: bool = False) -> float:
        """Write a run by hand, each word a little off its place. Returns its width."""
        font, em = self.other_hand if driver else self.hand
        text = fonts.printable(font, text)
        em *= size * self.rng.uniform(0.9, 1.15)
        natural = fonts.width(font, em, text)
        if natural > width * 1.15:
            em *= max(0.55, width * 1.15 / natural)
        slope, start, weight = self.rng.gauss(0, 1.2), x, 0.0 if driver else self.pen
        for i, word in enumerate(text.split()):
            jitter = self.rng.gauss(0, 0.5)
            self.page.items.append(
                Text(x, y + jitter - (x - start) * slope * 0.017, word, font, em * self.rng.uniform(0.96, 1.04), self.other_ink if driver else self.ink, field, begin and i == 0, True, slope, False, weight)
            )
            x += fonts.width(font, em, word + " ") + self.rng.uniform(-0.5, 2.0)
        return x - start

    def know(self, value: Value) -> None:
        """Keep a value as true of this page."""
        if value.field is None or value.norm is None:
            return
        known = self.page.fields
        if value.field in LISTS:
            rest = value.norm if isinstance(value.norm, list) else [value.norm]
            known[value.field] = known.get(value.field, []) + [v for v in rest if v not in known.get(value.field, [])]
        else:
            known.setdefault(value.field, value.norm)

    def entry(self, x: float, y: float, width: float, value: Value, size: float | None = None, *, bold: bool | None = None, align: str = "left") -> float:
        """Put a value on the baseline y, shrunk to the width. Returns its width."""
        if not value.text:
            return 0.0
        self.know(value)
        if value.hand or (self.fill.by_hand and align == "left"):
            return self.write(x + self.rng.uniform(0, 6), y + self.rng.uniform(-1.5, 1.0), value.text, width, field=value.field)
        size = size or self.style.value_size
        bold = self.style.bold_values if bold is None else bold
        font = fonts.file(self.style.filled, bold)
        natural = fonts.width(font, size, fonts.printable(font, value.text))
        if natural > width:
            size *= max(0.6, width / natural)
        return self.text(x, y, value.text, size, font=font, align=align, field=value.field)

    def cased(self, text: str) -> str:
        """A label in the family's case."""
        case = self.style.label_case
        return text.upper() if case == "upper" else text.title() if case == "title" and text.islower() else text

    def label(self, x: float, y: float, text: str, size: float | None = None, *, tail: bool = True, bold: bool | None = None, width: float = 1e9, align: str = "left", colour: Colour = BLACK) -> float:
        """Print a label, shrunk to the width. Returns its width."""
        if not text:
            return 0.0
        text = self.cased(text)
        if tail and not text.endswith((":", "?", "…", "_")):
            text += self.style.label_tail
        size = size or self.style.label_size
        bold = self.style.bold_labels if bold is None else bold
        natural = fonts.width(fonts.file(self.style.body, bold), size, text)
        if natural > width:
            size *= max(0.5, width / natural)
        return self.text(x, y, text, size, bold=bold, align=align, colour=colour)

    def labelled(self, key: str) -> str:
        """The family's wording for a key; now and then, in a two-language family, both wordings."""
        text = self.style.labels[key]
        if self.style.second_language and self.style.kind == "cmr":
            from .wording import LABELS

            second = LABELS[self.style.second_language].get(key)
            if second:
                text = f"{text} / {second[0][0]}"
        return text

    def cell(self, x: float, y: float, width: float, height: float, label: str, value: Value, place: str | None = None, boxes: str | None = None) -> None:
        """A labelled place of a form with its value."""
        place, boxes = place or self.style.label_place, boxes or self.style.boxes
        if boxes == "box":
            self.rect(x, y, x + width, y + height)
        small, pad = self.style.label_size, 2.5
        base = y + height - max(2.5, height * 0.14)
        if place == "left":
            used = self.label(x + pad, base, label, width=width * 0.62) + 5
            self.entry(x + pad + used, base, width - used - pad, value)
            if boxes == "rule":
                self.line(x + pad + used, base + 2, x + width - pad, base + 2)
            return
        if place == "below":
            self.entry(x + pad, base - small - 2.5, width - 2 * pad, value)
            self.line(x + pad, base - small - 1, x + width - pad, base - small - 1)
            self.label(x + pad, base, label, tail=False, width=width - 2 * pad)
            return
        self.label(x + pad, y + small + 1, label, width=width - 2 * pad)
        self.entry(x + pad + (0 if place == "above" else 4), base, width - 2 * pad, value)
        if boxes == "rule":
            self.line(x + pad, y + height, x + width - pad, y + height)

    def cell_height(self) -> float:
        """Height of a place of a form in this style."""
        s = self.style
        return (s.value_size + 6 if s.label_place == "left" else s.label_size + s.value_size + 7) * s.roomy

    def paragraph(self, x: float, y: float, width: float, text: str, size: float, *, bold: bool = False, leading: float = 1.18, bottom: float | None = None) -> float:
        """Running text from the baseline y on. Returns the baseline after the last line."""
        font = fonts.file(self.style.body, bold)
        space, words, line, used = fonts.width(font, size, " "), fonts.printable(font, text).split(), [], 0.0
        for word in [*words, None]:
            wide = fonts.width(font, size, word) if word else 0.0
            if line and (word is None or used + wide > width):
                self.text(x, y, " ".join(line), size, font=font)
                y += size * leading
                line, used = [], 0.0
                if bottom is not None and y > bottom:
                    return y
            if word:
                line.append(word)
                used += wide + space
        return y

    def mark(self, kind: str, role: str | None, box: ink.Box) -> None:
        """Remember ink that means something."""
        x0, y0, x1, y1 = box
        self.page.marks.append(Mark(kind, role, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))

    def sign(self, x: float, y: float, width: float, height: float, role: str, name: str, kind: str = "ink") -> None:
        """Put somebody's mark on the line at y: ink, initials, x or slash_s. In training's broader families ink may be a name that can
        be read, or initials: of those that other families show, these are missed most."""
        driver = role != "consignee"
        colour = self.other_ink if driver else self.ink
        hand = self.other_hand if driver else self.hand
        if kind == "ink" and self.style.broader:
            kind = self.rng.choices(["ink", "written", "initials"], [0.66, 0.24, 0.1])[0]
        x += self.rng.uniform(0, max(0.0, width * 0.25))
        y += self.rng.uniform(-4, 3)
        if kind == "ink":
            items, box = ink.signature(self.rng, name, x, y, width * self.rng.uniform(0.45, 0.95), height, colour, self.style.test)
        elif kind == "written":
            items, box = ink.written(self.rng, name, x, y, width, colour, hand)
        elif kind == "initials":
            items, box = ink.initials(self.rng, name, x, y, height, colour, hand)
        elif kind == "x":
            items, box = ink.cross(self.rng, x, y, height * 0.8, colour)
        else:
            size = self.style.value_size
            wide = self.text(x, y, f"/s/ {name}", size)
            self.mark("signature", role, (x, y - size * 0.8, x + wide, y + size * 0.2))
            return
        self.page.items.extend(items)
        self.mark("initials" if kind == "initials" else "signature", role, box)

    def checkbox(self, x: float, y: float, text: str, checked: bool, size: float | None = None) -> float:
        """A box with words behind it, ticked or not. Returns its width."""
        size = size or self.style.label_size
        side = size * 0.85
        self.rect(x, y - side, x + side, y, width=0.5)
        if checked:
            draw = ink.cross if self.rng.random() < 0.5 else ink.tick
            items, box = draw(self.rng, x + side * 0.1, y, side * self.rng.uniform(0.8, 1.3), self.rng.choice([self.other_ink, BLACK]))
            self.page.items.extend(items)
            self.mark("check", None, box)
        return side + 3 + self.text(x + side + 3, y, text, size)

    def at(self, **changes: Any) -> Sheet:
        """The same page in a changed style."""
        other = object.__new__(Sheet)
        other.__dict__.update(self.__dict__)
        other.style = replace(self.style, **changes)
        return other
