"""The standard bill of lading that most American shippers print: fixed blocks, bands, an order table and a carrier table."""

from __future__ import annotations

from random import Random

from .. import identifiers, values
from ..blocks import goods, header, parties, remarks, signing, stamps
from ..blocks.tables import Column, table
from ..display import WHITE
from ..sheet import Sheet, Value
from .form import ink_on_top

RIGHT_KEYS = ["carrier_name", "trailer_number", "seal_numbers", "scac", "pro_number"]


def _band(sheet: Sheet, x: float, y: float, width: float, text: str) -> float:
    tall = sheet.style.label_size + 5
    dark = sheet.style.order % 2 == 0
    sheet.rect(x, y, x + width, y + tall, fill=(0, 0, 0) if dark else (205, 205, 205))
    sheet.text(x + width / 2, y + tall - 3.4, text, sheet.style.label_size + 0.6, bold=True, align="center", colour=WHITE if dark else (0, 0, 0))
    return y + tall


def _party(sheet: Sheet, x: float, y: float, width: float, key: str, title: str) -> float:
    top = _band(sheet, x, y, width, title)
    end = parties.party_lines(sheet, x + 6, top + sheet.style.value_size + 3, width - 12, key)
    if sheet.style.order % 3:
        used = sheet.label(x + 6, end, ["SID#", "Location #", "CID#"][sheet.style.order % 3])
        if key == "ship_from" and sheet.style.order % 3 == 2:
            sheet.entry(x + used + 10, end, width / 2, values.value(sheet, "shipper_ref"))
        elif key == "ship_to":
            sheet.text(x + used + 10, end, values.value(sheet, "store_no").text, sheet.style.value_size)
        sheet.checkbox(x + width - 42, end, "FOB", sheet.fill.checks and sheet.chance(0.3))
        end += sheet.style.value_size
    sheet.rect(x, y, x + width, end)
    return end


def _right(sheet: Sheet, x: float, y: float, width: float, rng: Random) -> float:
    size = sheet.style.value_size
    y += size * 1.6
    used = sheet.label(x + 4, y, "Bill of Lading Number")
    sheet.entry(x + used + 10, y, width - used - 14, values.value(sheet, "bol_number"), size * 1.1, bold=True)
    if rng.random() < 0.7:
        y = stamps.barcode(sheet, x + 20, y + 6, sheet.facts.bol, width - 40, 26) + 2
    keys = [key for key in RIGHT_KEYS if rng.random() < 0.9]
    for key in keys:
        y += size * 1.55
        used = sheet.label(x + 4, y, sheet.labelled(key))
        known = Value("") if key == "pro_number" and sheet.fill.sticker else values.value(sheet, key)
        sheet.entry(x + used + 10, y, width - used - 14, known)
        if rng.random() < 0.5:
            sheet.line(x + used + 8, y + 2, x + width - 6, y + 2, 0.4)
    y += size
    sheet.rect(x, sheet.y, x + width, y)
    y += size
    sheet.text(x + 4, y, "Freight Charge Terms: (prepaid unless marked otherwise)", sheet.style.label_size)
    y += size * 1.3
    at = x + 4
    for word in ("Prepaid", "Collect", "3rd Party"):
        at += sheet.checkbox(at, y, word, sheet.chance(0.25)) + 14
    return y + 6


def _orders(sheet: Sheet, y: float) -> float:
    """The customer order table: POs with their packages and weight; confusers of the totals below."""
    facts, rng = sheet.facts, sheet.rng
    y = _band(sheet, sheet.left, y, sheet.width, "CUSTOMER ORDER INFORMATION")
    columns = [Column("CUSTOMER ORDER NUMBER", 2.4), Column("# PKGS", 0.8, "right"), Column("WEIGHT", 0.9, "right"), Column("PALLET/SLIP Y / N", 0.9, "center"), Column("ADDITIONAL SHIPPER INFO", 2.6)]
    rows = []
    for i, po in enumerate(facts.pos):
        share = facts.goods[i % len(facts.goods)]
        order = Value(facts.shipper_ref, "shipper_ref", identifiers.normalised(facts.shipper_ref))
        note = rng.choice([Value(""), Value(""), Value(f"DEPT {rng.randint(1, 99)}"), Value(f"STORE {rng.randint(100, 9999)}"), order])
        rows.append([Value(po, "customer_po", identifiers.normalised(po)), Value(str(share.pieces)), Value(str(share.weight)), Value(rng.choice("YN")), note])
    totals = [Value("GRAND TOTAL"), Value(str(facts.pieces)), Value(str(facts.weight)), Value(""), Value("")]
    return table(sheet, sheet.left, y, sheet.width, columns, rows, totals, sheet.style.order % 4)


def vics(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """The page."""
    rng, style = Random(f"{sheet.style.id}:vics"), sheet.style
    used = sheet.label(sheet.left, sheet.y + 10, "Date")
    sheet.entry(sheet.left + used + 6, sheet.y + 10, 90, values.value(sheet, "pickup_date"))
    sheet.text(sheet.page.width / 2, sheet.y + 12, rng.choice(["BILL OF LADING", "STRAIGHT BILL OF LADING - SHORT FORM", "VICS BILL OF LADING"]), min(15.0, style.title_size), bold=True, align="center")
    if pages:
        header.page_number(sheet, *pages, sheet.left + sheet.width, sheet.y + 10, "right")
    sheet.y += 20
    half = sheet.width * rng.uniform(0.48, 0.56)
    ends = _party(sheet, sheet.left, sheet.y, half, "ship_from", "SHIP FROM")
    ends = _party(sheet, sheet.left, ends, half, "ship_to", "SHIP TO")
    if rng.random() < 0.75:
        ends = _party(sheet, sheet.left, ends, half, "bill_to", "THIRD PARTY FREIGHT CHARGES BILL TO")
    right = _right(sheet, sheet.left + half, sheet.y, sheet.width - half, rng)
    sheet.y = max(ends, right)
    if rng.random() < 0.7:
        sheet.y = remarks.instructions(sheet, sheet.left + 3, sheet.y, sheet.width)
    sheet.y = _orders(sheet, sheet.y)
    sheet.y = _band(sheet, sheet.left, sheet.y, sheet.width, "CARRIER INFORMATION")
    sheet.bottom -= 130
    sheet.y = goods.goods_table(sheet, sheet.left, sheet.y, sheet.width, ["units", "type", "pieces", "hm", "weight", "description", "nmfc", "class"])
    if sheet.room > 30:
        sheet.y = remarks.clauses(sheet, sheet.left, sheet.y, sheet.width, 3)
    sheet.bottom += 130
    at = sheet.left
    for words in (("Trailer Loaded:", "By Shipper", "By Driver"), ("Freight Counted:", "By Shipper", "By Driver/pallets", "By Driver/Pieces")):
        at += sheet.text(at, sheet.y + 9, words[0], style.label_size, bold=True) + 4
        for word in words[1:]:
            at += sheet.checkbox(at, sheet.y + 9, word, sheet.chance(0.35)) + 7
    sheet.y += 16
    roles = ["shipper", "driver"] + (["consignee"] if sheet.page.kind == "bol_consignee_signed" or rng.random() < 0.5 else [])
    sheet.y = signing.signing(sheet, sheet.left, sheet.y, sheet.width, roles)
    ink_on_top(sheet, False)
