"""The goods and charges of a shipment as tables."""

from .. import identifiers, values
from ..facts import Goods
from ..sheet import Sheet, Value
from .tables import Column, table

HEADS = {
    "pieces": {"en": ["Pieces", "Pcs", "Qty", "Pkgs", "Cartons", "Qty Shipped", "# Pcs"], "de": ["Anzahl", "Menge", "Stück"], "fr": ["Quantité", "Colis", "Qté"], "es": ["Bultos", "Cantidad"], "pl": ["Ilość"], "nl": ["Aantal"]},
    "units": {"en": ["HU", "PLT", "Pallets", "Skids", "Units", "H/U Qty"], "de": ["Paletten", "PAL"], "fr": ["Palettes"], "es": ["Palets"], "pl": ["Palety"], "nl": ["Pallets"]},
    "type": {"en": ["Type", "Pkg", "Package", "Kind"], "de": ["Art", "Verp."], "fr": ["Emb.", "Nature"], "es": ["Clase", "Tipo"], "pl": ["Rodzaj"], "nl": ["Soort"]},
    "description": {"en": ["Description", "Commodity Description", "Description of Articles, Special Marks and Exceptions", "Item Description", "Kind of Package, Description"], "de": ["Bezeichnung", "Warenbezeichnung", "Artikel"], "fr": ["Désignation", "Nature de la marchandise"], "es": ["Descripción", "Mercancía"], "pl": ["Nazwa towaru", "Opis"], "nl": ["Omschrijving", "Artikel"]},
    "weight": {"en": ["Weight", "Wt (LBS)", "Weight (Subject to Corr.)", "Gross Wt", "LBS"], "de": ["Gewicht kg", "Brutto kg"], "fr": ["Poids kg", "Poids brut"], "es": ["Peso kg"], "pl": ["Waga kg"], "nl": ["Gewicht kg"]},
    "class": {"en": ["Class", "CL", "Rate Class"]}, "nmfc": {"en": ["NMFC", "NMFC #", "NMFC Item No.", "Item"]}, "hm": {"en": ["HM", "H.M. (X)", "HM*"]},
    "sku": {"en": ["Item", "Item No.", "SKU", "Part #", "Product Code", "Material"], "de": ["Art.-Nr.", "Artikelnr."], "fr": ["Référence", "Réf."], "es": ["Código", "Ref."], "pl": ["Indeks"], "nl": ["Art.nr."]},
    "ordered": {"en": ["Ordered", "Qty Ord", "Ord"], "de": ["Bestellt"], "fr": ["Commandé"], "es": ["Pedido"], "pl": ["Zam."], "nl": ["Besteld"]},
    "backordered": {"en": ["B/O", "Backordered", "Back Ord"], "de": ["Rückstand"], "fr": ["Reliquat"], "es": ["Pend."], "pl": ["Brak"], "nl": ["Nalevering"]},
    "po": {"en": ["PO #", "PO Number", "Customer Order No.", "P.O."], "de": ["Bestellung"], "fr": ["Commande"], "es": ["Pedido"], "pl": ["Zamówienie"], "nl": ["Order"]},
    "dims": {"en": ["Dims", "L x W x H", "Dimensions (in)"]}, "price": {"en": ["Unit Price", "Price", "Unit Cost"], "de": ["Preis"], "fr": ["P.U."], "es": ["Precio"]},
    "amount": {"en": ["Amount", "Extended", "Ext. Price", "Total"], "de": ["Betrag"], "fr": ["Montant"], "es": ["Importe"], "pl": ["Kwota"], "nl": ["Bedrag"]},
    "hs": {"en": ["HS Code", "HTS", "Tariff No."], "de": ["Zolltarif-Nr."], "fr": ["Code SH"]}, "lot": {"en": ["Lot", "Lot #", "Serial / Lot"]}, "rate": {"en": ["Rate", "Rate/cwt", "Price"]},
    "received": {"en": ["Rec'd", "Qty Rec'd", "Count"]}, "short": {"en": ["Short", "OS&D"]}, "damaged": {"en": ["Damaged", "Dmg"]}, "line": {"en": ["Ln", "#", "Line"], "de": ["Pos."], "fr": ["Ligne"], "es": ["Lín."], "pl": ["Lp."], "nl": ["Pos"]},
}  # fmt: skip
SHARES = {"description": 4.0, "sku": 1.5, "po": 1.7, "dims": 1.4, "nmfc": 1.2, "amount": 1.3, "weight": 1.2, "hs": 1.3, "price": 1.2, "hm": 0.5, "line": 0.5}
RIGHT = {"amount", "price", "weight", "pieces", "units", "ordered", "backordered", "rate", "received", "short", "damaged"}


def head(sheet: Sheet, key: str) -> str:
    """The family's wording over a column."""
    from random import Random

    pool = HEADS[key].get(sheet.style.language) or HEADS[key]["en"]
    return Random(f"{sheet.style.id}:head:{key}").choice(pool)


def _cell(sheet: Sheet, key: str, goods: Goods, line: int, alone: bool) -> Value:
    facts, rng = sheet.facts, sheet.rng
    shown = {
        "pieces": str(goods.pieces), "units": str(goods.units), "type": facts.unit_type, "weight": str(goods.weight), "class": goods.freight_class, "nmfc": goods.nmfc, "hm": "X" if goods.hazmat else "",
        "sku": goods.sku, "ordered": str(goods.pieces), "backordered": rng.choice(["0", "", "0"]), "dims": goods.dims, "price": values.money(sheet, goods.price), "amount": values.money(sheet, goods.price * goods.pieces),
        "lot": identifiers.free(rng, 4, 8), "rate": f"{goods.price / 10:.2f}", "received": "", "short": "", "damaged": "", "line": str(line), "description": goods.description,
    }  # fmt: skip
    if key == "po":
        return Value(goods.po, "customer_po", identifiers.normalised(goods.po))
    if key == "hs":
        return Value(f"{rng.randint(1000, 9700)}.{rng.randint(10, 99)}.{rng.randint(1000, 9999)}")
    if alone and key in ("pieces", "units", "weight"):
        field = "handling_units" if key == "units" else key
        return Value(shown[key], field, getattr(facts, key))
    return Value(shown[key])


def _total(sheet: Sheet, key: str) -> Value:
    facts = sheet.facts
    if key in ("pieces", "units", "weight"):
        field = {"units": "handling_units"}.get(key, key)
        return values.value(sheet, field) if key != "weight" else Value(str(facts.weight), "weight", facts.weight)
    if key == "amount":
        goods = sum(round(g.price * g.pieces, 2) for g in facts.goods)
        return Value(values.money(sheet, goods), "total", f"{goods:.2f}")
    return Value({"description": sheet.rng.choice(["TOTAL", "Total", "Totals", "GRAND TOTAL", ""])}.get(key, ""))


def goods_table(sheet: Sheet, x: float, y: float, width: float, keys: list[str], goods: list[Goods] | None = None, total: bool = True) -> float:
    """The goods. A single line stands for the total where the form has no total row."""
    rows = goods if goods is not None else sheet.facts.goods
    with_total = total and (len(sheet.facts.goods) > 1 or sheet.style.order % 5 < 2)
    alone = total and len(sheet.facts.goods) == 1 and not with_total
    columns = [Column(head(sheet, key), SHARES.get(key, 0.9), "right" if key in RIGHT and sheet.style.order % 4 else "center" if key in ("hm", "class", "type") else "left") for key in keys]
    body = [[_cell(sheet, key, g, i + 1, alone) for key in keys] for i, g in enumerate(rows)]
    filler = (sheet.style.order % 6 if sheet.style.order % 3 else 40) if sheet.style.archetypes["table"] in ("grid", "rules", "zebra") else 0
    return table(sheet, x, y, width, columns, body, [_total(sheet, key) for key in keys] if with_total else None, filler)


def charge_table(sheet: Sheet, x: float, y: float, width: float, labelled_total: bool = True) -> float:
    """Linehaul and accessorials with their amounts and a total line."""
    style, rng = sheet.style, sheet.rng
    columns = [Column(head(sheet, "description"), 4), Column(head(sheet, "rate"), 1.1, "right"), Column(head(sheet, "amount"), 1.3, "right")]
    if style.order % 3 == 0:
        columns.insert(0, Column("Code", 0.8))
    rows = []
    for code, name, amount in sheet.facts.charges:
        row = [Value(name), Value(f"{rng.uniform(0.5, 90):.2f}" if rng.random() < 0.4 else ""), Value(values.money(sheet, amount))]
        rows.append([Value(code), *row] if len(columns) == 4 else row)
    y = table(sheet, x, y, width, columns, rows, None, style.order % 4 if style.order % 5 else 12)
    if labelled_total:
        y = total_line(sheet, x, y, width)
    return y


def total_line(sheet: Sheet, x: float, y: float, width: float) -> float:
    """The sum at the right, sometimes in a box."""
    style, size = sheet.style, sheet.style.value_size * 1.15
    known = values.value(sheet, "total")
    y += size + 2
    right = x + width - 4
    used = sheet.entry(right, y, 120, known, size, bold=True, align="right")
    sheet.label(right - max(used, 60) - 8, y, sheet.labelled("total"), size, align="right", bold=True)
    if style.order % 2:
        sheet.rect(x + width - max(used, 60) - 100, y - size - 2, x + width, y + 5)
    return y + 10


def counts_line(sheet: Sheet, x: float, y: float, width: float) -> float:
    """Pieces, units and weight as labelled values outside a table."""
    from .refs import refs

    keys = [key for key in ("pieces", "handling_units", "weight") if sheet.chance(0.85)] or ["pieces"]
    return refs(sheet, x, y, width, keys)
