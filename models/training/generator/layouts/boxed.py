"""Forms of numbered or titled boxes that fill the sheet: CMR, air waybill, ocean bill of lading, customs papers."""

from __future__ import annotations

from random import Random

from .. import identifiers, prose, values
from ..blocks import header, parties, stamps
from ..blocks.form_cells import Cell, draw
from ..sheet import Sheet, Value
from .form import ink_on_top

CMR_HEADS = {
    "en": ["Sender (name, address, country)", "Consignee (name, address, country)", "Place of delivery of the goods", "Place and date of taking over the goods", "Documents attached", "Marks and numbers", "Number of packages", "Method of packing", "Nature of the goods", "Statistical number", "Gross weight in kg", "Volume in m3", "Sender's instructions", "Instructions as to payment of carriage", "Cash on delivery", "Carrier (name, address, country)", "Successive carriers", "Carrier's reservations and observations", "Special agreements", "To be paid by", "Established in", "Signature and stamp of the sender", "Signature and stamp of the carrier", "Goods received"],
    "de": ["Absender (Name, Anschrift, Land)", "Empfänger (Name, Anschrift, Land)", "Auslieferungsort des Gutes", "Ort und Tag der Übernahme des Gutes", "Beigefügte Dokumente", "Kennzeichen und Nummern", "Anzahl der Packstücke", "Art der Verpackung", "Bezeichnung des Gutes", "Statistiknummer", "Bruttogewicht in kg", "Umfang in m3", "Anweisungen des Absenders", "Frachtzahlungsanweisungen", "Rückerstattung", "Frachtführer (Name, Anschrift, Land)", "Nachfolgende Frachtführer", "Vorbehalte und Bemerkungen der Frachtführer", "Besondere Vereinbarungen", "Zu zahlen vom", "Ausgefertigt in", "Unterschrift und Stempel des Absenders", "Unterschrift und Stempel des Frachtführers", "Gut empfangen"],
    "fr": ["Expéditeur (nom, adresse, pays)", "Destinataire (nom, adresse, pays)", "Lieu prévu pour la livraison", "Lieu et date de prise en charge", "Documents annexés", "Marques et numéros", "Nombre des colis", "Mode d'emballage", "Nature de la marchandise", "No statistique", "Poids brut kg", "Cubage m3", "Instructions de l'expéditeur", "Prescriptions d'affranchissement", "Remboursement", "Transporteur (nom, adresse, pays)", "Transporteurs successifs", "Réserves et observations du transporteur", "Conventions particulières", "À payer par", "Établie à", "Signature et timbre de l'expéditeur", "Signature et timbre du transporteur", "Marchandises reçues"],
    "es": ["Remitente (nombre, domicilio, país)", "Consignatario (nombre, domicilio, país)", "Lugar de entrega de la mercancía", "Lugar y fecha de carga", "Documentos anexos", "Marcas y números", "Número de bultos", "Clase de embalaje", "Naturaleza de la mercancía", "No. estadístico", "Peso bruto kg", "Volumen m3", "Instrucciones del remitente", "Forma de pago", "Reembolso", "Porteador (nombre, domicilio, país)", "Porteadores sucesivos", "Reservas y observaciones del porteador", "Estipulaciones particulares", "A pagar por", "Formalizado en", "Firma y sello del remitente", "Firma y sello del transportista", "Recibo de la mercancía"],
    "pl": ["Nadawca (nazwa, adres, kraj)", "Odbiorca (nazwa, adres, kraj)", "Miejsce przeznaczenia", "Miejsce i data załadowania", "Załączone dokumenty", "Cechy i numery", "Ilość sztuk", "Sposób opakowania", "Rodzaj towaru", "Numer statystyczny", "Waga brutto w kg", "Objętość w m3", "Instrukcje nadawcy", "Postanowienia odnośnie przewoźnego", "Zapłata", "Przewoźnik (nazwa, adres, kraj)", "Kolejni przewoźnicy", "Zastrzeżenia i uwagi przewoźnika", "Postanowienia specjalne", "Do zapłacenia", "Wystawiono w", "Podpis i stempel nadawcy", "Podpis i stempel przewoźnika", "Przesyłkę otrzymano"],
    "nl": ["Afzender (naam, adres, land)", "Geadresseerde (naam, adres, land)", "Plaats bestemd voor de aflevering", "Plaats en datum van inontvangstneming", "Bijgevoegde documenten", "Merken en nummers", "Aantal colli", "Wijze van verpakking", "Aard der goederen", "Statistieknummer", "Bruto gewicht in kg", "Volume in m3", "Instructies afzender", "Frankering", "Rembours", "Vervoerder (naam, adres, land)", "Opvolgende vervoerders", "Voorbehoud en opmerkingen van de vervoerder", "Speciale overeenkomsten", "Te betalen door", "Opgemaakt te", "Handtekening en stempel afzender", "Handtekening en stempel vervoerder", "Goederen ontvangen"],
}  # fmt: skip


def _cmr_label(sheet: Sheet, number: int) -> str:
    style = sheet.style
    text = CMR_HEADS[style.language if style.language in CMR_HEADS else "en"][number - 1]
    if style.second_language in CMR_HEADS and (style.order + number) % 4:
        text += " / " + CMR_HEADS[style.second_language][number - 1].split(" (")[0]
    return f"{number} {text}" if style.order % 6 else text


def _party_cell(sheet: Sheet, key: str):
    def content(x: float, y: float, width: float, height: float) -> None:
        parties.party_lines(sheet, x, y, width, key)

    return content


def _text_cell(sheet: Sheet, value: Value):
    return lambda x, y, width, height: sheet.entry(x, y, width, value)


def _goods_cell(sheet: Sheet):
    facts, style = sheet.facts, sheet.style

    def content(x: float, y: float, width: float, height: float) -> None:
        shown = facts.goods[: max(1, int(height / 14) - 1)]
        alone = len(shown) == 1
        for goods in shown:
            row = [(0.0, Value(goods.sku)), (0.2, Value(str(goods.pieces), "pieces" if alone else None, facts.pieces)), (0.3, Value(facts.piece_type)), (0.42, Value(goods.description)), (0.82, Value(str(goods.weight), "weight" if alone else None, facts.weight))]
            for share, known in row:
                sheet.entry(x + share * width, y, width * 0.17 if share != 0.42 else width * 0.38, known)
            y += style.value_size * 1.35
        if not alone:
            sheet.line(x, y - style.value_size, x + width, y - style.value_size, 0.4)
            sheet.entry(x + 0.2 * width, y, width * 0.1, Value(str(facts.pieces), "pieces", facts.pieces))
            sheet.entry(x + 0.82 * width, y, width * 0.17, Value(str(facts.weight), "weight", facts.weight))
            y += style.value_size * 1.35
        if style.order % 3 == 0:
            sheet.entry(x, y, width, Value(f"{facts.units} EUR-PAL", "handling_units", facts.units))

    return content


def _sign_cell(sheet: Sheet, role: str, done: bool):
    facts = sheet.facts
    name = {"shipper": facts.clerk, "driver": facts.driver, "consignee": facts.receiver}[role]

    def content(x: float, y: float, width: float, height: float) -> None:
        base = y + height - 22
        if done:
            sheet.sign(x + 8, base, width * 0.7, 24, role, name)
            if sheet.chance(0.45):
                company = {"shipper": facts.shipper, "driver": facts.carrier.address, "consignee": facts.consignee}[role]
                name_line = facts.carrier.name if role == "driver" else company.name
                stamps._impress(sheet, x + width * 0.5, y + height * 0.35, [(name_line, 7.5, None, False), (company.town(), 6, None, False)], sheet.rng.choice(["none", "box", "round"]), sheet.rng.gauss(0, 6))
                item = sheet.page.items[-1]
                sheet.mark("stamp", role, (x + width * 0.2, y, x + width * 0.8, y + height * 0.7)) if item else None

    return content


def _received_cell(sheet: Sheet):
    """Box 24: place, date, signature and stamp of the consignee, or nothing."""
    facts, fill = sheet.facts, sheet.fill
    words = {"de": ("Ort", "am"), "fr": ("Lieu", "le"), "es": ("Lugar", "a"), "pl": ("Miejsce", "dnia"), "nl": ("Plaats", "op")}.get(sheet.style.language, ("Place", "on"))

    def content(x: float, y: float, width: float, height: float) -> None:
        used = sheet.text(x, y, words[0], sheet.style.label_size)
        sheet.line(x + used + 3, y + 1, x + width * 0.5, y + 1, 0.4)
        sheet.text(x + width * 0.53, y, words[1], sheet.style.label_size)
        sheet.line(x + width * 0.6, y + 1, x + width, y + 1, 0.4)
        if fill.date != "none":
            hand = fill.date == "hand"
            sheet.entry(x + used + 5, y, width * 0.35, Value(facts.consignee.city, hand=hand))
            sheet.entry(x + width * 0.62, y, width * 0.38, values.value(sheet, "delivery_date"))
        if fill.times != "none" and height > 50:
            sheet.entry(x, y + 14, width * 0.4, values.value(sheet, "arrival_time"))
            sheet.entry(x + width * 0.5, y + 14, width * 0.4, values.value(sheet, "departure_time"))
        if fill.name != "none":
            sheet.entry(x + width * 0.3, y + height * 0.45, width * 0.6, values.value(sheet, "received_by_name"))
        if fill.consignee != "none":
            sheet.sign(x + 6, y + height - 20, width * 0.75, 24, "consignee", facts.receiver, fill.consignee)
        if fill.stamp:
            stamps.receiving_stamp(sheet, x + width * 0.55, y + height * 0.5)

    return content


def _instructions_cell(sheet: Sheet):
    """Box 13: the sender's own number, or the order's."""
    said, key = sheet.rng.choice([("Ref.", "shipper_ref"), ("Order", "load_number"), ("Load", "load_number")])

    def content(x: float, y: float, width: float, height: float) -> None:
        used = sheet.text(x, y, said, sheet.style.value_size) + 4
        sheet.entry(x + used, y, width - used, values.value(sheet, key))

    return content


def cmr(sheet: Sheet, pages: tuple[int, int] | None) -> None:
    """A CMR consignment note with its 24 boxes."""
    facts, style = sheet.facts, sheet.style
    number = Value(facts.bol, "bol_number", identifiers.normalised(facts.bol))
    top = sheet.y
    name = {"de": "INTERNATIONALER FRACHTBRIEF", "fr": "LETTRE DE VOITURE INTERNATIONALE", "es": "CARTA DE PORTE INTERNACIONAL", "pl": "MIĘDZYNARODOWY LIST PRZEWOZOWY", "nl": "INTERNATIONALE VRACHTBRIEF"}.get(style.language, "INTERNATIONAL CONSIGNMENT NOTE")
    sheet.text(sheet.left + sheet.width * 0.52, top + 11, name, 9.5, bold=True)
    sheet.text(sheet.left + sheet.width * 0.52, top + 27, "CMR", 18, bold=True)
    used = sheet.text(sheet.left + sheet.width * 0.7, top + 25, "No. ", 9) if style.order % 2 else 0
    sheet.entry(sheet.left + sheet.width * 0.7 + used, top + 25, sheet.width * 0.28, number, 10, bold=True)
    if style.order % 3:
        sheet.paragraph(sheet.left + sheet.width * 0.52, top + 36, sheet.width * 0.47, "This carriage is subject, notwithstanding any clause to the contrary, to the Convention on the Contract for the International Carriage of Goods by Road (CMR).", 4.8)
    taken = values.day(sheet, facts.pickup)

    def took(x: float, y: float, width: float, height: float) -> None:
        sheet.entry(x, y, width * 0.5, Value(facts.shipper.city))
        sheet.entry(x + width * 0.55, y, width * 0.45, Value(taken, "pickup_date", facts.pickup.isoformat()))

    def carrier(x: float, y: float, width: float, height: float) -> None:
        sheet.entry(x, y, width, values.value(sheet, "carrier_name"))
        for i, text in enumerate((facts.carrier.address.street, facts.carrier.address.town())):
            sheet.text(x, y + (i + 1) * style.value_size * 1.22, text, font=None)
        if style.order % 2:
            sheet.label(x, y + style.value_size * 3.9, sheet.labelled("trailer_number"))
            sheet.entry(x + width * 0.45, y + style.value_size * 3.9, width * 0.5, values.value(sheet, "trailer_number"))

    reserve = facts.seals and style.order % 4 == 0
    remark = sheet.fill.remark or (prose.notation(sheet.rng, sheet.fill.notation, style.language, "ctn") if sheet.fill.notation else "")
    cells = {
        1: _party_cell(sheet, "ship_from"), 2: _party_cell(sheet, "ship_to"), 3: _text_cell(sheet, Value(facts.consignee.town())), 4: took,
        5: _text_cell(sheet, Value(", ".join(facts.pos[:2]), "customer_po", [identifiers.normalised(po) for po in facts.pos[:2]]) if style.order % 2 else Value("Packliste" if style.language == "de" else "Packing list")),
        13: _instructions_cell(sheet), 16: carrier, 18: _text_cell(sheet, Value(remark, "exception_notation", remark, True) if remark else values.value(sheet, "seal_numbers") if reserve else Value("")),
        21: _text_cell(sheet, Value(f"{facts.shipper.city}, {taken}")), 22: _sign_cell(sheet, "shipper", sheet.fill.shipper), 23: _sign_cell(sheet, "driver", sheet.fill.driver), 24: _received_cell(sheet),
    }  # fmt: skip

    def cell(n: int, share: float = 1.0) -> Cell:
        return Cell(_cmr_label(sheet, n), share, cells.get(n))

    left, wide = sheet.left, sheet.width
    half, y = wide / 2, top + 14
    tall = (sheet.bottom - y) / 11.6
    for n, height in ((1, 1.05), (2, 1.05), (3, 0.75), (4, 0.75), (5, 0.6)):
        draw(sheet, left, y, half, tall * height, [cell(n)])
        y += tall * height
    y2 = top + 54
    for n, height in ((16, (y - y2) * 0.45), (17, (y - y2) * 0.2), (18, (y - y2) * 0.35)):
        draw(sheet, left + half, y2, half, height, [cell(n)])
        y2 += height
    draw(sheet, left, y, wide, tall * 3.0, [cell(6, 1.0), cell(7, 0.5), cell(8, 0.7), cell(9, 2.2), cell(11, 0.9), cell(12, 0.6)], shared=_goods_cell(sheet))
    y += tall * 3.0
    draw(sheet, left, y, half, tall * 1.3, [cell(13)])
    draw(sheet, left + half, y, half, tall * 1.3, [cell(19), cell(20)])
    y += tall * 1.3
    draw(sheet, left, y, wide, tall * 0.55, [cell(14), cell(21), cell(15)])
    y += tall * 0.55
    draw(sheet, left, y, wide, sheet.bottom - y - 4, [cell(22), cell(23), cell(24, 1.15)])
    sheet.y = sheet.bottom
    if pages:
        header.page_number(sheet, *pages, sheet.left + sheet.width, sheet.page.height - 8, "right")


TITLED = {
    "air_waybill": (["Air Waybill", "AIR WAYBILL", "HOUSE AIR WAYBILL", "AIR CONSIGNMENT NOTE"], ["Airport of Departure", "Airport of Destination", "Flight / Date", "Routing and Destination", "Chargeable Weight", "Rate Class", "Handling Information", "Agent's IATA Code", "Accounting Information", "Declared Value for Carriage", "Amount of Insurance", "Other Charges", "Total Prepaid", "Total Collect", "Currency"]),
    "ocean_bol_do": (["BILL OF LADING FOR OCEAN TRANSPORT", "SEA WAYBILL", "DELIVERY ORDER", "ARRIVAL NOTICE", "OCEAN BILL OF LADING"], ["Vessel", "Voyage No.", "Port of Loading (POL)", "Port of Discharge (POD)", "Place of Receipt", "Place of Delivery", "Pre-carriage by", "Freight payable at", "Number of Original B/Ls", "ETA", "Last Free Day", "Pickup Location", "Measurement", "Booking No.", "IT Number"]),
    "customs_doc": (["CUSTOMS ENTRY SUMMARY", "TRANSIT ACCOMPANYING DOCUMENT", "T1 TRANSIT DECLARATION", "EXPORT ACCOMPANYING DOCUMENT", "IN-BOND APPLICATION", "ACE MANIFEST COVER", "PEDIMENTO"], ["MRN", "Entry No.", "Declarant", "Customs Office of Departure", "Customs Office of Destination", "Bond Type", "Importer No.", "HTS / Commodity Code", "Country of Origin", "Entered Value", "Procedure", "Guarantee", "Port Code", "Preferences", "Duty Rate", "Seals affixed", "Time limit"]),
}  # fmt: skip
AIRPORTS = "ATL ORD DFW LAX JFK MIA FRA CDG AMS MAD WAW LHR HKG NRT SIN CVG MEM ANC".split()
PORTS = ["Rotterdam", "Savannah", "Los Angeles", "Shanghai", "Hamburg", "Antwerp", "New York", "Houston", "Busan", "Valencia", "Gdansk", "Le Havre"]


def _fact(rng: Random, label: str) -> str:
    if "Airport" in label or "Routing" in label:
        return rng.choice(AIRPORTS)
    if "Port" in label or "Place" in label or "Office" in label or "payable" in label:
        return rng.choice(PORTS)
    if label == "MRN":
        return f"{rng.randint(20, 26)}{rng.choice(['DE', 'FR', 'PL', 'NL', 'ES'])}{identifiers.digits(rng, 6)}{identifiers.free(rng, 6, 8)}".replace("-", "").replace("/", "")
    if label in ("Vessel", "Pre-carriage by"):
        return rng.choice(["MV NORDIC STAR", "EVER CALM", "OCEAN PIONEER", "MAREN", "ATLANTIC DAWN"])
    if any(word in label for word in ("Weight", "Value", "Total", "Charges", "Amount", "Rate", "Measurement")):
        return f"{rng.uniform(10, 9000):,.2f}"
    return rng.choice([identifiers.free(rng, 3, 9), "", "NVD", "AS AGREED", str(rng.randint(1, 50))])


def titled(sheet: Sheet, kind: str, pages: tuple[int, int] | None) -> None:
    """A paper of titled boxes in the family's own grid."""
    titles, labels = TITLED[kind]
    rng, facts = Random(f"{sheet.style.id}:grid"), sheet.facts
    title = rng.choice(titles)
    key = {"air_waybill": "pro_number", "ocean_bol_do": "bol_number", "customs_doc": "shipper_ref"}[kind]
    if kind == "air_waybill":
        facts.pro = identifiers.air_waybill(sheet.rng)
    size = sheet.style.title_size * 0.8
    left_title = rng.random() < 0.5
    sheet.text(sheet.left if left_title else sheet.left + sheet.width, sheet.y + size, title, size, bold=True, align="left" if left_title else "right", face=sheet.style.heading)
    number = values.value(sheet, key)
    sheet.entry(sheet.left + sheet.width if left_title else sheet.left, sheet.y + size, sheet.width * 0.4, number, size * 0.8, bold=True, align="right" if left_title else "left")
    sheet.y += size + 8
    blocks = [_party_cell(sheet, "ship_from"), _party_cell(sheet, "ship_to")]
    names = [sheet.labelled("ship_from"), sheet.labelled("ship_to")]
    tall = 62.0
    if rng.random() < 0.6:
        draw(sheet, sheet.left, sheet.y, sheet.width, tall, [Cell(names[0], 1, blocks[0]), Cell(names[1], 1, blocks[1])])
        sheet.y += tall
    else:
        for name, block in zip(names, blocks):
            draw(sheet, sheet.left, sheet.y, sheet.width, tall, [Cell(name, 1.2, block), Cell("Notify Party" if rng.random() < 0.5 else "Agent", 0.9, None)])
            sheet.y += tall
    grid = rng.sample(labels, rng.randint(6, len(labels)))
    keyed = [k for k in ("container_number", "seal_numbers", "customer_po", "carrier_name", "pickup_date", "trailer_number") if rng.random() < {"air_waybill": 0.15, "ocean_bol_do": 0.6, "customs_doc": 0.35}[kind]]
    cells = [Cell(label, rng.uniform(0.8, 1.4), _text_cell(sheet, Value(_fact(sheet.rng, label)))) for label in grid]
    cells += [Cell(sheet.labelled(k), 1.1, _text_cell(sheet, values.value(sheet, k))) for k in keyed]
    rng.shuffle(cells)
    per_row = rng.randint(2, 5)
    for start in range(0, len(cells), per_row):
        draw(sheet, sheet.left, sheet.y, sheet.width, 30, cells[start : start + per_row])
        sheet.y += 30
    heads = [Cell(text, share) for text, share in (("Marks & Nos.", 1.0), ("Pieces", 0.5), ("Package", 0.6), ("Nature and Quantity of Goods", 2.0), ("Gross Weight", 0.9))]
    tall = max(80.0, min(180.0, sheet.room - 150))
    draw(sheet, sheet.left, sheet.y, sheet.width, tall, heads, shared=_goods_cell(sheet))
    sheet.y += tall + 4
    sheet.paragraph(sheet.left, sheet.y + 6, sheet.width, " ".join(prose.clauses(rng, 4)), 5.2, bottom=sheet.bottom - 70)
    sheet.y += 36
    signed = sheet.fill.shipper or sheet.chance(0.3)
    roles = [("shipper", "Signature of Shipper or his Agent", signed), ("driver", "Signature of Issuing Carrier or its Agent", sheet.fill.driver)]
    if kind == "customs_doc":
        roles = [(None, "Officer, stamp and date", False), ("shipper", "Declarant / Representative", signed)]
    if sheet.fill.consignee != "none":
        roles.append(("consignee", "Received in good order", True))
    cells = [Cell(label, 1, _sign_cell(sheet, role, done) if role else None) for role, label, done in roles]
    if sheet.room > 60:
        draw(sheet, sheet.left, sheet.y, sheet.width, min(70.0, sheet.room), cells)
    sheet.y = min(sheet.bottom, sheet.y + 70)
    if pages:
        header.page_number(sheet, *pages, sheet.left, sheet.page.height - 10)
    ink_on_top(sheet, True)
