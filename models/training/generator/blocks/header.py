"""Letterhead, title, logo, page number, a barcode or a QR code."""

from .. import barcodes, fonts, identifiers
from ..display import WHITE, Bars
from ..facts import Party
from ..sheet import Sheet, Value
from ..values import party_norm
from .stamps import barcode


def _logo(sheet: Sheet, x: float, y: float, width: float, name: str, field: str | None) -> float:
    """A logo with the name, shrunk to the width; returns the height used."""
    style, rng = sheet.style, sheet.rng
    size = style.title_size * 0.9
    natural = fonts.width(fonts.file(style.heading, True), size, name) + size * (2.2 if style.logo == "badge" else 0.5)
    size *= min(1.0, width / natural)
    if style.logo == "script":
        font = fonts.SCRIPT_LOGO[style.order % len(fonts.SCRIPT_LOGO)]
        sheet.text(x, y + size * 1.1, name, size * 1.25, font=font, field=field, colour=style.accent)
        return size * 1.7
    if style.logo == "badge":
        side = size * 1.8
        sheet.rect(x, y, x + side, y + side, fill=style.accent, width=0)
        initials = "".join(part[0] for part in name.split()[:2])
        sheet.text(x + side / 2, y + side * 0.68, initials, size, bold=True, align="center", colour=WHITE, silent=rng.random() < 0.5)
        sheet.text(x + side + 6, y + side * 0.68, name, size * 0.8, bold=True, field=field)
        return side + 4
    if style.logo == "box":
        wide = fonts.width(fonts.file(style.heading, True), size, name) + 12
        sheet.rect(x, y, x + wide, y + size * 1.5, width=1.5)
        sheet.text(x + 6, y + size * 1.1, name, size, bold=True, face=style.heading, field=field)
        return size * 1.5 + 4
    if style.logo == "stripe":
        wide = sheet.text(x, y + size, name, size, bold=True, face=style.heading, field=field, colour=style.accent)
        for i in range(3):
            sheet.line(x, y + size + 4 + i * 2.4, x + wide, y + size + 4 + i * 2.4, 1.2, style.accent)
        return size + 14
    sheet.text(x, y + size, name, size, bold=style.logo == "text", face=style.heading, field=field)
    return size + 4


def letterhead(sheet: Sheet, x: float, y: float, width: float, party: Party, name: str, field: str | None, owner: str | None = None) -> float:
    """Name, and often address and telephone, of who made the form. `owner` is a party field that the lines belong to."""
    begin = y
    if sheet.style.logo == "none" and sheet.chance(0.5):
        y += sheet.text(x, y + 9, name, 9, bold=True, field=field) and 11
    else:
        y += _logo(sheet, x, y, width, name, field)
    if field == "carrier_name":
        sheet.know(Value(name, field, name))
    size = sheet.style.label_size
    if sheet.chance(0.7):
        for text in (party.street, party.town()):
            y += size * 1.2
            sheet.text(x, y, text, size, field=owner, begin=False)
    if sheet.chance(0.6):
        y += size * 1.2
        from ..values import value

        used = sheet.label(x, y, sheet.labelled("phone"))
        sheet.text(x + used + 3, y, value(sheet, "phone").text, size)
        if sheet.chance(0.3):
            web = "www." + "".join(c for c in name.lower() if c.isascii() and c.isalpha())[:14] + ".example"
            y += size * 1.2
            sheet.text(x, y, web, size)
    return max(y + 4, begin + 10)


def page_number(sheet: Sheet, k: int, n: int, x: float, y: float, align: str = "left") -> None:
    """Page k of n."""
    rng = sheet.rng
    word = sheet.labelled("page_k_of_n").rstrip(":")
    joint = {"de": "von", "fr": "sur", "es": "de", "pl": "z", "nl": "van"}.get(sheet.style.language, "of")
    number = rng.choice([f"{k} {joint} {n}", f"{k} {joint} {n}", f"{k}/{n}", f"{k} / {n}"])
    size = sheet.style.label_size + 0.5
    font = fonts.file(sheet.style.body)
    wide = fonts.width(font, size, f"{word} {number}")
    x -= wide if align == "right" else wide / 2 if align == "center" else 0
    used = sheet.text(x, y, word + " ", size)
    sheet.entry(x + used, y, 1e9, Value(number, "page_k_of_n", f"{k}/{n}"), size) if sheet.style.filled == sheet.style.body else sheet.text(x + used, y, number, size, field="page_k_of_n")
    sheet.know(Value(number, "page_k_of_n", f"{k}/{n}"))


def _title(sheet: Sheet, title: str, x: float, y: float, width: float) -> float:
    style = sheet.style
    size = style.title_size
    font = fonts.file(style.heading, True)
    size *= min(1.0, width / max(1.0, fonts.width(font, size, title)))
    at = {"left": x, "center": x + width / 2, "right": x + width}[style.title_place]
    if style.band:
        sheet.rect(x, y, x + width, y + size * 1.4, fill=style.accent, width=0)
        sheet.text(at, y + size * 1.05, title, size, font=font, align=style.title_place, colour=WHITE)
        return y + size * 1.4 + 4
    sheet.text(at, y + size, title, size, font=font, align=style.title_place)
    if style.order % 3 == 0:
        sheet.line(x, y + size + 4, x + width, y + size + 4, 1.5)
    return y + size + 7


def header(sheet: Sheet, title: str, who: Party, name: str, field: str | None, *, code: tuple[str, str] | None = None, pages: tuple[int, int] | None = None) -> None:
    """The top of a form: letterhead and title in the family's arrangement. `code` is a number for a barcode and its field."""
    style, top = sheet.style, sheet.y
    half = sheet.width * 0.5
    side = style.order % 4
    owner = None if field == "carrier_name" else field
    if side == 0:
        ends = letterhead(sheet, sheet.left, top, half - 12, who, name, field, owner)
        title_end = _title(sheet, title, sheet.left + half, top, half)
    elif side == 1:
        ends = _title(sheet, title, sheet.left, top, sheet.width)
        title_end = ends
        ends = letterhead(sheet, sheet.left, ends, half - 4, who, name, field, owner)
    elif side == 2:
        ends = letterhead(sheet, sheet.left, top, sheet.width * 0.8, who, name, field, owner)
        ends = title_end = _title(sheet, title, sheet.left, ends + 2, sheet.width)
    else:
        ends = _title(sheet, title, sheet.left, top, half - 6)
        title_end = letterhead(sheet, sheet.left + half + 10, top, half - 10, who, name, field, owner)
    if owner:
        sheet.know(Value("x", owner, party_norm(who)))
    if code and style.order % 5 < 3:
        title_end = barcode(sheet, sheet.left + half + 10, title_end + 2, code[0], half - 10, sheet.rng.uniform(16, 30), code[1]) + 4
    elif code and sheet.chance(0.05):
        sheet.page.items.append(barcodes.qr(code[0], sheet.left + sheet.width - 44, title_end, 40))
        sheet.page.coded[code[1]] = identifiers.normalised(code[0])
        title_end += 44
    if pages and style.order % 7 < 3:
        page_number(sheet, *pages, sheet.left + sheet.width, max(ends, title_end) + 6, "right")
        title_end = max(ends, title_end) + 8
    sheet.y = max(ends, title_end) + 4


def footer(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """Small print and the page number at the bottom, where the header left it out."""
    style = sheet.style
    y = sheet.page.height - max(12.0, style.margin * 0.55)
    if pages and style.order % 7 >= 3:
        where = ["left", "center", "right"][style.order % 3]
        x = {"left": sheet.left, "center": sheet.page.width / 2, "right": sheet.left + sheet.width}[where]
        page_number(sheet, *pages, x, y, where)
    elif style.order % 11 < 4:
        form = f"Form {style.number * 37 % 900 + 100}-{chr(65 + style.order % 20)} (Rev. {style.order % 12 + 1}/{style.order % 20 + 5:02d})"
        sheet.text(sheet.left, y, form, 5.5)
    elif style.order % 11 < 6:
        copies = ["CONSIGNEE COPY", "ORIGINAL - NOT NEGOTIABLE", "DRIVER COPY", "White: Office  Yellow: Driver  Pink: Customer", "Thank you for your business!", "COPY 2 OF SET", "Terms and conditions on reverse"]
        sheet.text(sheet.page.width / 2, y, copies[style.order % len(copies)], 7, align="center")


def qr(sheet: Sheet, x: float, y: float, size: float, text: str) -> Bars:
    """A QR code on the page."""
    bars = barcodes.qr(text, x, y, size)
    sheet.page.items.append(bars)
    return bars
