"""Pages that are no forms: terms, blank pages, cover sheets, letters, other papers."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw

from .. import barcodes, fonts, identifiers, prose, values
from ..blocks import header, refs
from ..blocks.stamps import barcode, receiving_stamp
from ..display import Picture
from ..facts import person
from ..sheet import Sheet


def terms(sheet: Sheet) -> None:
    """The back of a form: legal text in small type, one to three columns."""
    rng, style = Random(f"{sheet.style.id}:terms"), sheet.style
    titles = {"de": ["ALLGEMEINE GESCHÄFTSBEDINGUNGEN"], "fr": ["CONDITIONS GÉNÉRALES"], "es": ["CONDICIONES GENERALES"], "pl": ["OGÓLNE WARUNKI"], "nl": ["ALGEMENE VOORWAARDEN"]}
    title = rng.choice(titles.get(style.language, ["CONTRACT TERMS AND CONDITIONS", "TERMS AND CONDITIONS", "Terms & Conditions of Carriage", "CONDITIONS OF CARRIAGE", "Standard Terms and Conditions", ""]))
    if title:
        sheet.text(sheet.page.width / 2, sheet.y + 10, title, rng.uniform(8, 13), bold=True, align="center")
        sheet.y += 22
    columns, size = rng.choice([1, 2, 2, 3]), rng.uniform(4.6, 7.5)
    gap = 12
    wide = (sheet.width - gap * (columns - 1)) / columns
    ends = sheet.bottom - rng.choice([0, 0, sheet.page.height * 0.3])
    number = 0
    for column in range(columns):
        x, y = sheet.left + column * (wide + gap), sheet.y + size
        while y < ends:
            number += 1
            head = rng.choice(["Sec. {n}. ", "{n}. ", "{n}) ", "ARTICLE {n}. ", "(a) ", ""]).format(n=number) if rng.random() < 0.8 else ""
            y = sheet.paragraph(x, y, wide, head + " ".join(prose.clauses(sheet.rng, sheet.rng.randint(2, 6), style.language)), size, bottom=ends) + size * 0.5


def _ghost(sheet: Sheet) -> None:
    """A form that shines through from the other side: mirrored, and no words in the truth."""
    pale, paper, fine = sheet.rng.randint(205, 240), sheet.page.paper[0], 4
    y = sheet.page.height * sheet.rng.uniform(0.05, 0.2)
    while y < sheet.page.height * sheet.rng.uniform(0.5, 0.95):
        text = " ".join(sheet.rng.sample(prose.INSTRUCTIONS, 2))
        font = fonts.pil(fonts.file(sheet.style.body), round(sheet.rng.uniform(6, 11)) * fine)
        left, top, right, bottom = font.getbbox(text)
        line = Image.new("L", (right - left, bottom - top), paper)
        ImageDraw.Draw(line).text((-left, -top), text, min(pale, paper), font)
        x, pixels = sheet.rng.uniform(30, 260), np.asarray(line.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        sheet.page.items.append(Picture(pixels, x, y, x + line.width / fine, y + line.height / fine))
        y += sheet.rng.uniform(12, 50)


def blank(sheet: Sheet) -> None:
    """Nothing, or nearly nothing. A stamp may stand on a back."""
    sheet.page.paper = (255, 255, 255) if sheet.chance(0.6) else (sheet.rng.randint(225, 250),) * 3
    if sheet.chance(0.35):
        _ghost(sheet)
    if sheet.chance(0.12):
        sheet.text(sheet.page.width / 2, sheet.page.height / 2, sheet.rng.choice(["This page intentionally left blank", "THIS PAGE INTENTIONALLY LEFT BLANK", "(blank)"]), 10, align="center")
    if sheet.chance(0.1):
        sheet.text(sheet.page.width / 2, sheet.page.height - 20, str(sheet.rng.randint(2, 9)), 8, align="center")
    if sheet.fill.stamp:
        receiving_stamp(sheet, sheet.page.width * sheet.rng.uniform(0.2, 0.8), sheet.page.height * sheet.rng.uniform(0.2, 0.8))


def cover(sheet: Sheet) -> None:
    """A fax cover, a batch separator, or little but a barcode."""
    rng, facts = Random(f"{sheet.style.id}:cover"), sheet.facts
    kind = rng.choice(["fax", "fax", "batch", "patch"])
    if kind == "fax":
        sheet.text(sheet.left, sheet.y + 34, rng.choice(["FAX", "Fax Cover Sheet", "FACSIMILE TRANSMITTAL", "FAX COVER", "TRANSMISSION"]), rng.uniform(20, 38), bold=True, face=sheet.style.heading)
        sheet.y += 60
        sheet.text(sheet.left, sheet.y, facts.carrier.name, 12, bold=True)
        sheet.y += 26
        rows = [("To", rng.choice(["Billing", "Accounts Payable", "Freight Payables", facts.consignee.name])), ("From", facts.clerk), ("Fax", identifiers.phone(sheet.rng, "US")), ("Phone", identifiers.phone(sheet.rng, "US")), ("Date", values.day(sheet, facts.delivery)), ("Pages", str(sheet.rng.randint(2, 14))), ("Re", sheet.rng.choice(["POD", "Signed BOL", "Paperwork for load", "Delivery receipts", "Invoice and POD"]))]
        for label, text in rng.sample(rows, len(rows)):
            used = sheet.label(sheet.left, sheet.y, label, 11, bold=True)
            sheet.text(sheet.left + max(70, used + 8), sheet.y, text, 11) if not sheet.chance(0.25) else sheet.write(sheet.left + 74, sheet.y, text)
            sheet.line(sheet.left + 70, sheet.y + 3, sheet.left + sheet.width * 0.8, sheet.y + 3, 0.4)
            sheet.y += 26
        if sheet.chance(0.5):
            used = sheet.label(sheet.left, sheet.y, sheet.labelled("load_number"), 11)
            sheet.entry(sheet.left + used + 8, sheet.y, 200, values.value(sheet, "load_number"), 11)
            sheet.y += 26
        if sheet.chance(0.7):
            sheet.paragraph(sheet.left, sheet.y + 40, sheet.width, "CONFIDENTIALITY NOTICE: This transmission is meant only for the addressee. If you received it in error, please call the sender and destroy all copies.", 8)
        return
    if kind == "batch":
        sheet.text(sheet.page.width / 2, sheet.y + 60, rng.choice(["BATCH HEADER", "DOCUMENT SEPARATOR", "SCAN COVER SHEET", "SEPARATOR PAGE", "TRIP ENVELOPE COVER", "NEW DOCUMENT"]), 26, bold=True, align="center")
        sheet.y += 110
    batch = identifiers.free(sheet.rng, 6, 10)
    if rng.random() < 0.6:
        end = barcode(sheet, sheet.page.width * 0.22, sheet.y + 40, batch, sheet.page.width * 0.56, rng.uniform(40, 110))
        sheet.text(sheet.page.width / 2, end + 18, batch, 14, align="center")
        sheet.y = end + 50
    else:
        side = rng.uniform(90, 190)
        sheet.page.items.append(barcodes.qr(batch, (sheet.page.width - side) / 2, sheet.y + 40, side))
        sheet.y += side + 70
    if kind == "batch":
        sheet.y = refs.refs(sheet, sheet.left + 60, sheet.y, sheet.width - 120, ["printed_date", "operator", "terminal"] + (["load_number"] if rng.random() < 0.4 else []))
    else:
        wide = rng.uniform(8, 20)
        for i in range(rng.randint(3, 6)):
            x = sheet.page.width * 0.2 + i * wide * 2.2
            sheet.rect(x, sheet.y + 30, x + (wide if i % 2 else wide * 0.45), sheet.page.height * 0.85, fill=(0, 0, 0))


OPENINGS = {
    "pro_number": ["Please see below regarding PRO", "We are writing about shipment PRO", "RE: PRO #", "Reference: freight bill", "This concerns our waybill"],
    "load_number": ["This is to inform you that load", "RE: Load", "Reference: trip #", "Please see below regarding load", "We are writing about order"],
}  # fmt: skip
"""How a letter begins to say which number it is about."""


def letter(sheet: Sheet) -> None:
    """An e-mail print, a letter, a claim."""
    rng, facts = sheet.rng, sheet.facts
    kind = Random(f"{sheet.style.id}:letter").choice(["mail", "letter", "claim"])
    size = sheet.style.value_size
    sender = person(rng, facts.country)
    if kind == "mail":
        for label, text in (("From", f"{sender} <{sender.split()[0].lower()}@mail.example>"), ("Sent", f"{values.day(sheet, facts.delivery)} {values.clock(sheet, facts.departure)}"), ("To", "billing@freight.example"), ("Subject", rng.choice(["RE: POD request", "FW: damaged freight", "RE: Load status", "missing paperwork", "RE: RE: detention"]))):
            sheet.y += size * 1.5
            used = sheet.text(sheet.left, sheet.y, label + ":", size, bold=True)
            sheet.text(sheet.left + max(48, used + 5), sheet.y, text, size)
        sheet.line(sheet.left, sheet.y + 5, sheet.left + sheet.width, sheet.y + 5, 1.0)
        sheet.y += 12
    else:
        header.header(sheet, "STANDARD FORM FOR PRESENTATION OF LOSS AND DAMAGE CLAIM" if kind == "claim" else "", facts.shipper, facts.shipper.name, None)
        sheet.y += 20
        sheet.text(sheet.left, sheet.y, values.day(sheet, facts.delivery), size)
        sheet.y += 30
        if kind == "claim":
            sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, ["pro_number", "bol_number", "carrier_name", "account_no"])
        else:
            for text in facts.consignee.lines():
                sheet.text(sheet.left, sheet.y, text, size)
                sheet.y += size * 1.25
    sheet.y += size * 2
    key = rng.choice(list(OPENINGS))
    used = sheet.text(sheet.left, sheet.y, rng.choice(OPENINGS[key]), size)
    sheet.entry(sheet.left + used + 4, sheet.y, 150, values.value(sheet, key), size)
    sheet.y += size * 2
    body = ["Attached please find the paperwork you asked for.", "Our driver waited at the dock for several hours before being unloaded.", "The consignee noted damage on the delivery receipt.", "Kindly send the signed copy so that we can release payment.", "Photos of the freight are attached.", "Let me know if you need anything else.", "We hereby file a claim for the amount shown.", "The product was rejected because of the temperature.", "Please advise on disposition of the refused pallets.", "Payment will be held until the document is received."]
    for _ in range(rng.randint(1, 4)):
        sheet.y = sheet.paragraph(sheet.left, sheet.y, sheet.width, " ".join(rng.sample(body, rng.randint(2, 5))), size, leading=1.3) + size
    sheet.text(sheet.left, sheet.y + 8, rng.choice(["Regards,", "Sincerely,", "Thanks,", "Best regards,"]), size)
    if kind != "mail" and sheet.chance(0.7):
        sheet.sign(sheet.left, sheet.y + 44, 150, 24, "shipper", sender)
        sheet.page.marks[-1].role = None
    sheet.text(sheet.left, sheet.y + 60, sender, size)
    sheet.text(sheet.left, sheet.y + 60 + size * 1.3, rng.choice(["Claims Department", "Dispatch", "Accounts Payable", "Traffic Manager", "Customer Service"]), size)


OTHER = {
    "w9": ("Request for Taxpayer Identification Number and Certification", ["Name (as shown on your income tax return)", "Business name, if different from above", "Federal tax classification", "Address (number, street)", "City, state, and ZIP code", "List account number(s) here", "Social security number", "Employer identification number"]),
    "coi": ("CERTIFICATE OF LIABILITY INSURANCE", ["Producer", "Insured", "Insurer A", "Policy Number", "Policy Eff", "Policy Exp", "Each Occurrence", "Cargo Limit", "Deductible", "Certificate Holder"]),
    "permit": ("OVERSIZE / OVERWEIGHT PERMIT", ["Permit No.", "Issued to", "Valid from", "Valid to", "Route authorized", "Max gross", "Vehicle make", "License plate", "Fee"]),
    "bank": ("ACCOUNT STATEMENT", ["Account number", "Statement period", "Opening balance", "Deposits", "Withdrawals", "Closing balance", "Branch"]),
    "noa": ("NOTICE OF ASSIGNMENT", ["Client", "Factor", "Remit to", "Effective date", "Account number", "Routing number"]),
    "inspection": ("DRIVER VEHICLE INSPECTION REPORT", ["Carrier", "Tractor", "Odometer", "Date", "Air compressor", "Brakes", "Lights", "Tires", "Driver", "Mechanic"]),
    "logbook": ("DRIVER'S DAILY LOG", ["Off duty", "Sleeper berth", "Driving", "On duty", "Total hours", "From", "To", "Home terminal"]),
}  # fmt: skip


def other(sheet: Sheet) -> None:
    """Anything else that lands in the inbox."""
    rng = Random(f"{sheet.style.id}:other")
    title, labels = OTHER[rng.choice(list(OTHER))]
    facts = sheet.facts
    header.header(sheet, title, facts.bill_to, facts.bill_to.name, None)
    shown = rng.sample(labels, rng.randint(5, len(labels)))
    columns, tall = rng.choice([1, 2, 3]), sheet.cell_height() + 4
    wide = sheet.width / columns
    from ..sheet import Value

    for i, label in enumerate(shown):
        text = sheet.rng.choice([identifiers.free(sheet.rng), facts.bill_to.name, values.day(sheet, facts.pickup), values.money(sheet, sheet.rng.uniform(10, 90000)), facts.clerk, facts.bill_to.town(), ""])
        sheet.cell(sheet.left + wide * (i % columns), sheet.y + tall * (i // columns), wide, tall, label, Value(text, hand=sheet.chance(0.15)))
    sheet.y += tall * -(-len(shown) // columns) + 12
    for _ in range(rng.randint(1, 5)):
        if sheet.room > 120:
            sheet.y = sheet.paragraph(sheet.left, sheet.y, sheet.width, " ".join(prose.clauses(sheet.rng, rng.randint(2, 8))), rng.uniform(5.5, 8.5), bottom=sheet.bottom - 60) + 8
    if rng.random() < 0.6 and sheet.room > 40:
        sheet.line(sheet.left, sheet.y + 34, sheet.left + 190, sheet.y + 34)
        sheet.label(sheet.left, sheet.y + 42, rng.choice(["Signature of U.S. person", "Authorized Representative", "Signature", "Issued by"]), tail=False)
        if sheet.chance(0.7):
            sheet.sign(sheet.left + 5, sheet.y + 33, 180, 22, "shipper", facts.clerk)
            sheet.page.marks[-1].role = None
