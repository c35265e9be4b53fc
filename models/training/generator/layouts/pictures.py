"""Pages with pictures: freight photos, ePODs, temperature charts, equipment interchange with its damage diagram."""

from __future__ import annotations

import math
from random import Random

import cv2
import numpy as np

from .. import formats, identifiers, values
from ..blocks import header, parties, refs, remarks, signing
from ..display import Picture, Strokes
from ..sheet import Sheet
from .form import ink_on_top


def scene(seed: int, high: int = 300, wide: int = 400) -> np.ndarray:
    """A picture that looks like a photo of freight: a floor, walls, pallets of boxes or a door, uneven light, grain."""
    noise = np.random.default_rng(seed)
    sky = np.linspace(noise.integers(60, 200), noise.integers(40, 160), high)[:, None, None] * noise.uniform(0.8, 1.1, 3)
    picture = np.repeat(sky, wide, axis=1).astype(np.float32)
    horizon = int(high * noise.uniform(0.4, 0.75))
    picture[horizon:] = noise.uniform(70, 150) * noise.uniform(0.85, 1.05, 3)
    _clutter(picture, noise, horizon)
    if noise.random() < 0.4:
        _door(picture, noise, horizon)
    for _ in range(int(noise.integers(1, 6))):
        _pallet(picture, noise, horizon)
    light = cv2.resize(noise.uniform(0.45, 1.25, (4, 4)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
    picture = picture * light[:, :, None] + noise.normal(0, noise.uniform(3, 12), picture.shape)
    blur = noise.uniform(0.4, 1.4)
    return cv2.GaussianBlur(np.clip(picture, 0, 255).astype(np.uint8), (0, 0), blur)


def _clutter(picture: np.ndarray, noise: np.random.Generator, horizon: int) -> None:
    """Floor joints that run to a vanishing point, beams, shelves and stains, so that no two backgrounds are alike."""
    high, wide, _ = picture.shape
    vanish = int(noise.uniform(0.2, 0.8) * wide)
    for x in range(-wide, 2 * wide, int(noise.integers(30, 120))):
        cv2.line(picture, (vanish, horizon), (x, high), (noise.uniform(40, 120),) * 3, 1)
    for _ in range(int(noise.integers(0, 12))):
        x, y = int(noise.uniform(0, wide)), int(noise.uniform(0, horizon))
        shade = noise.uniform(30, 220, 3).tolist()
        cv2.rectangle(picture, (x, y), (x + int(noise.integers(3, 90)), y + int(noise.integers(3, 70))), shade, -1)
    for _ in range(int(noise.integers(0, 6))):
        spot = int(noise.uniform(0, wide)), int(noise.uniform(horizon, high))
        axes = int(noise.integers(4, 50)), int(noise.integers(2, 14))
        cv2.ellipse(picture, spot, axes, 0, 0, 360, (noise.uniform(40, 150),) * 3, -1)
    rough = cv2.resize(noise.normal(0, 14, (high // 4, wide // 4)).astype(np.float32), (wide, high))
    picture += rough[:, :, None]


def _label(picture: np.ndarray, noise: np.random.Generator, x: int, y: int, wide: int, tall: int) -> None:
    """A white label with lines too small to read."""
    if wide < 8 or tall < 8:
        return
    cv2.rectangle(picture, (x, y), (x + wide, y + tall), (235, 235, 230), -1)
    for row in range(y + 2, y + tall - 1, 3):
        cv2.line(picture, (x + 2, row), (x + int(wide * noise.uniform(0.4, 0.9)), row), (60, 60, 60), 1)


def _door(picture: np.ndarray, noise: np.random.Generator, horizon: int) -> None:
    high, wide, _ = picture.shape
    left, right = int(wide * noise.uniform(0.05, 0.3)), int(wide * noise.uniform(0.6, 0.95))
    top = int(horizon * noise.uniform(0.05, 0.3))
    cv2.rectangle(picture, (left, top), (right, horizon), (noise.uniform(100, 230),) * 3, -1)
    for x in range(left, right, max(6, (right - left) // 12)):
        cv2.line(picture, (x, top), (x, horizon), (noise.uniform(60, 120),) * 3, 1)


def _pallet(picture: np.ndarray, noise: np.random.Generator, horizon: int) -> None:
    high, wide, _ = picture.shape
    side = int(wide * noise.uniform(0.12, 0.3))
    x, base = int(noise.uniform(-0.1, 0.85) * wide), int(min(high - 4, horizon + noise.uniform(0.05, 0.4) * (high - horizon)))
    rows, columns = int(noise.integers(2, 6)), int(noise.integers(2, 5))
    tall = int(side * noise.uniform(0.2, 0.4))
    brown = np.array([noise.uniform(120, 200), noise.uniform(90, 160), noise.uniform(60, 120)])
    for row in range(rows):
        for column in range(columns):
            shade = brown * noise.uniform(0.85, 1.1)
            x0, y0 = x + column * side // columns, base - (row + 1) * tall
            jitter = int(noise.integers(-2, 3))
            cv2.rectangle(picture, (x0 + jitter, y0), (x0 + side // columns - 2 + jitter, y0 + tall - 2), shade.tolist(), -1)
            cv2.rectangle(picture, (x0 + jitter, y0), (x0 + side // columns - 2 + jitter, y0 + tall - 2), (shade * 0.6).tolist(), 1)
            if noise.random() < 0.35:
                _label(picture, noise, x0 + 3, y0 + 3, side // columns // 3, tall // 3)
    cv2.rectangle(picture, (x, base), (x + side, base + 8), (90, 70, 50), -1)
    if noise.random() < 0.5:
        # Stretch wrap: a pale veil with slanted glare.
        top, left = max(0, base - rows * tall), max(0, x)
        veil = picture[top:base, left : max(left, x + side)]
        veil *= 0.75
        veil += 60
        for _ in range(4):
            start = int(noise.uniform(0, max(1, veil.shape[1])))
            cv2.line(picture, (left + start, top), (left + start + int(noise.integers(-20, 20)), base), (225, 225, 225), 1)


def photo(sheet: Sheet) -> None:
    """A photo of freight, sometimes with a time stamp, a door number or a plate."""
    page, rng = sheet.page, sheet.rng
    page.items.append(Picture(scene(rng.getrandbits(30), int(page.height * 0.6), int(page.width * 0.6)), 0, 0, page.width, page.height))
    if sheet.chance(0.45):
        moment = f"{values.day(sheet, sheet.facts.delivery)} {values.clock(sheet, sheet.facts.dock_out)}"
        sheet.text(page.width - 12, page.height - 14, moment, 14, bold=True, align="right", colour=rng.choice([(255, 160, 40), (255, 255, 255)]))
    if sheet.chance(0.35):
        x, y = rng.uniform(0.2, 0.7) * page.width, rng.uniform(0.3, 0.7) * page.height
        sheet.rect(x, y, x + 90, y + 34, fill=(235, 235, 225))
        sheet.text(x + 8, y + 25, rng.choice([f"DOOR {rng.randint(1, 99)}", identifiers.free(rng, 5, 7), f"DOCK {rng.randint(1, 60)}"]), 17, bold=True)


def epod(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """An electronic proof of delivery: name, drawn signature in a box, time, place, sometimes photos."""
    facts, rng, style = sheet.facts, Random(f"{sheet.style.id}:epod"), sheet.style
    titles = {"de": ["Elektronischer Ablieferbeleg"], "fr": ["Preuve de livraison électronique"], "es": ["Prueba de entrega electrónica"], "pl": ["Elektroniczne potwierdzenie dostawy"], "nl": ["Elektronisch afleverbewijs"]}
    title = rng.choice(titles.get(style.language, ["Proof of Delivery", "ELECTRONIC PROOF OF DELIVERY", "Delivery Confirmation", "ePOD", "Signature Proof of Delivery", "Digital Delivery Receipt", "PROOF OF DELIVERY LETTER"]))
    header.header(sheet, title, facts.carrier.address, facts.carrier.name, "carrier_name", code=(facts.pro, "pro_number"), pages=pages)
    if rng.random() < 0.3:
        sheet.y = sheet.paragraph(sheet.left, sheet.y + 10, sheet.width, rng.choice(["The following is the proof of delivery you requested for the shipment below.", "This notice serves as proof of delivery for the shipment listed.", "Delivered. Details of your shipment are shown below."]), style.value_size) + 4
    keys = [k for k, p in (("pro_number", 0.9), ("bol_number", 0.5), ("customer_po", 0.5), ("load_number", 0.35), ("pickup_date", 0.3), ("pieces", 0.4), ("weight", 0.4), ("handling_units", 0.3)) if rng.random() < p]
    keys += rng.sample(["service", "printed_date", "route", "driver_no", "account_no", "contact"], rng.randint(1, 3))
    rng.shuffle(keys)
    order = rng.sample(["refs", "parties", "times"], 3)
    for block in order:
        if block == "refs":
            sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, keys)
        elif block == "parties":
            sheet.y = parties.parties(sheet, sheet.left, sheet.y, sheet.width, ["ship_to"] if rng.random() < 0.4 else ["ship_from", "ship_to"])
        elif rng.random() < 0.6:
            sheet.y = remarks.times(sheet, sheet.left, sheet.y, sheet.width)
    sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, rng.sample(["delivery_date", "received_by_name"], 2)) + 4
    wide, tall = rng.uniform(150, 260), rng.uniform(50, 90)
    sheet.label(sheet.left, sheet.y + 8, rng.choice(["Signature", "Customer Signature", "Signed by", "E-Signature", "Recipient signature", "Signature image"]))
    sheet.rect(sheet.left, sheet.y + 12, sheet.left + wide, sheet.y + 12 + tall, width=0.5, colour=(120, 120, 120))
    if sheet.fill.consignee != "none":
        kind = sheet.fill.consignee if sheet.fill.consignee in ("slash_s", "x") else "ink"
        sheet.sign(sheet.left + 12, sheet.y + tall * 0.75, wide - 24, tall * 0.55, "consignee", facts.receiver, kind)
    if rng.random() < 0.7:
        digest = f"{sheet.rng.getrandbits(64):016x}"
        lines = [f"GPS: {sheet.rng.uniform(25, 48):.5f}, -{sheet.rng.uniform(70, 122):.5f}", f"Device time: {values.clock(sheet, facts.departure)}", f"Hash: {digest}", f"Device: {identifiers.free(sheet.rng, 6, 9)}", "Captured electronically by driver app"]
        for i, text in enumerate(rng.sample(lines, rng.randint(1, 4))):
            sheet.text(sheet.left + wide + 14, sheet.y + 20 + i * 11, text, style.label_size + 0.5)
    sheet.y += tall + 20
    if rng.random() < 0.5 and sheet.room > 60:
        sheet.y = remarks.exceptions(sheet, sheet.left, sheet.y, sheet.width)
    if rng.random() < 0.35 and sheet.room > 130:
        for i in range(rng.randint(1, 3)):
            x = sheet.left + i * 130
            sheet.page.items.append(Picture(scene(sheet.rng.getrandbits(30), 110, 150), x, sheet.y, x + 120, sheet.y + 90))
        sheet.y += 100
    if sheet.chance(0.2) and sheet.room > 60:
        header.qr(sheet, sheet.left + sheet.width - 54, sheet.page.height - 80, 50, facts.pro)
    header.footer(sheet, pages)


def temp_log(sheet: Sheet) -> None:
    """A reefer download or a recorder strip: a chart over time with its set point."""
    facts, rng, noise = sheet.facts, Random(f"{sheet.style.id}:temp"), sheet.rng
    header.header(sheet, rng.choice(["TEMPERATURE RECORDER REPORT", "REEFER DOWNLOAD", "Trip Temperature Report", "DATA LOGGER REPORT", "TEMPERATURE CHART", "Reefer Unit Data"]), facts.carrier.address, facts.carrier.name, "carrier_name")
    keys = [k for k, p in (("trailer_number", 0.8), ("load_number", 0.4), ("carrier_name", 0.2), ("seal_numbers", 0.2)) if rng.random() < p] + ["temp", "printed_date"] + rng.sample(["equipment", "operator", "tractor"], 1)
    sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, keys) + 10
    left, right, top = sheet.left + 34, sheet.left + sheet.width, sheet.y + 8
    bottom = min(sheet.bottom - 120, top + rng.uniform(160, 330))
    sheet.rect(left, top, right, bottom)
    base, swing = noise.choice([-10, 0, 28, 34, 36, 55]), noise.uniform(1, 8)
    for i in range(9):
        y = bottom - (bottom - top) * i / 8
        sheet.line(left, y, right, y, 0.3, (190, 190, 190))
        sheet.text(left - 4, y + 2, str(base - 16 + i * 4), 6, align="right")
    for curve in range(rng.choice([1, 2, 3])):
        value, points = base + noise.uniform(-3, 12), []
        for i in range(120):
            value += (base + curve * 2 - value) * 0.12 + noise.gauss(0, swing * 0.16)
            share = (value - base + 16) / 32
            points.append((left + (right - left) * i / 119, bottom - (bottom - top) * min(1.0, max(0.0, share))))
        sheet.page.items.append(Strokes([points], 0.8, (curve * 70, curve * 60, 30 + curve * 60)))
    for i in range(6):
        sheet.text(left + (right - left) * i / 5, bottom + 10, values.clock(sheet, i * 240 + noise.randint(0, 59)), 6, align="center")
    sheet.y = bottom + 24
    for text in noise.sample(["Set point {a} F", "Return air", "Supply air", "Min {a}  Max {b}  Avg {c}", "Alarm count {c}", "Door open events {c}", "Logging interval 15 min", "Continuous mode", "Defrost cycles {c}"], 4):
        sheet.text(sheet.left, sheet.y, text.format(a=base, b=base + 9, c=noise.randint(0, 12)), sheet.style.value_size)
        sheet.y += sheet.style.value_size * 1.4
    if rng.random() < 0.4:
        for i in range(min(14, int(sheet.room / 10))):
            sheet.text(sheet.left, sheet.y + 8, f"{values.day(sheet, facts.pickup)} {formats.clock(i * 15)}  {base + noise.gauss(0, 2):.1f}  {base + noise.gauss(0, 2):.1f}  {base:.1f}", 7)
            sheet.y += 9.5


def _wheel(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [(x + radius * math.cos(i * math.tau / 16), y + radius * math.sin(i * math.tau / 16)) for i in range(17)]


def gate(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """An equipment interchange receipt or gate pass with a damage diagram of the box."""
    facts, rng = sheet.facts, Random(f"{sheet.style.id}:gate")
    name = rng.choice(["Container Terminal", "Intermodal Yard", "Rail Ramp", "Port Terminal", "Depot"])
    header.header(sheet, rng.choice(["EQUIPMENT INTERCHANGE RECEIPT", "TRAILER INTERCHANGE RECEIPT", "GATE TRANSACTION TICKET", "EIR", "GATE PASS", "IN-GATE RECEIPT", "OUT-GATE TICKET", "YARD TICKET"]), facts.bill_to, f"{facts.bill_to.city} {name}", None, pages=pages)
    keys = [k for k, p in (("container_number", 0.85), ("seal_numbers", 0.6), ("carrier_name", 0.7), ("scac", 0.5), ("bol_number", 0.35), ("trailer_number", 0.2), ("weight", 0.3), ("arrival_time", 0.4), ("departure_time", 0.3)) if rng.random() < p]
    keys += ["chassis", "ticket_no", "time"] + rng.sample(["tractor", "driver_name", "route", "equipment", "operator", "dock_door"], 2)
    rng.shuffle(keys)
    sheet.fill = sheet.fill.__class__(**{**sheet.fill.__dict__, "times": "typed" if sheet.fill.times == "none" else sheet.fill.times})
    sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, keys) + 8
    if rng.random() < 0.8 and sheet.room > 220:
        for i, side in enumerate(rng.sample(["LEFT SIDE", "RIGHT SIDE", "FRONT", "REAR", "ROOF", "INTERIOR"], 4)):
            x, y = sheet.left + (i % 2) * sheet.width / 2, sheet.y + (i // 2) * 74
            wide = sheet.width / 2 - 30 if "SIDE" in side or side == "ROOF" else 70
            sheet.text(x, y + 8, side, 7)
            sheet.rect(x, y + 12, x + wide, y + 54)
            if "SIDE" in side:
                sheet.page.items.append(Strokes([_wheel(x + wide * share, y + 60, 5) for share in (0.1, 0.2, 0.8, 0.9)], 0.6, (0, 0, 0)))
            if sheet.chance(0.3):
                spot = x + wide * sheet.rng.uniform(0.1, 0.7)
                sheet.write(spot, y + 38, sheet.rng.choice(["D", "B", "H", "S", "C", "dent", "rust"]), driver=True)
        sheet.y += 152
        sheet.text(sheet.left, sheet.y, "B-Bruised  C-Cut  D-Dented  H-Hole  M-Missing  S-Scratched", 6.5)
        sheet.y += 12
    for text in rng.sample(["IN-GATE FULL", "OUT-GATE EMPTY", "Tires OK  Lights OK", "Genset: N", "LOAD STATUS: E", "Reefer setting off", "Hazmat: N", "Condition: sound"], 2):
        sheet.text(sheet.left, sheet.y + 8, text, sheet.style.value_size)
        sheet.y += 13
    if sheet.room > 100:
        sheet.y = remarks.clauses(sheet, sheet.left, sheet.y, sheet.width, 2)
        sheet.y = signing.signing(sheet, sheet.left, sheet.y + 6, sheet.width, rng.choice([["driver"], ["driver", "consignee"]]))
    ink_on_top(sheet, True)
    header.footer(sheet, pages)
