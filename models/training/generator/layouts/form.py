"""Forms of blocks: the grammar that most classes share."""

from __future__ import annotations

from random import Random

from .. import facts as business
from ..blocks import goods, header, parties, refs, remarks, signing, stamps
from ..facts import Party
from ..sheet import Sheet
from ..values import CONFUSERS, IDENTIFIERS
from .specs import SPECS, Spec

MIDDLE = ["table", "charges", "counts", "instructions", "boxes", "extra"]
LOWER = ["times", "exceptions", "clauses", "receipt"]
ROOM = {"table": 70, "charges": 90, "counts": 40, "instructions": 60, "boxes": 30, "extra": 40, "times": 45, "exceptions": 55, "clauses": 40, "receipt": 20}


def issuer(sheet: Sheet, spec: Spec) -> tuple[Party, str, str | None]:
    """Who made the form: party, name as printed, field that the name belongs to."""
    facts = sheet.facts
    who = spec.issuer if sheet.style.language == "en" or spec.issuer != "carrier" or sheet.style.order % 2 else "shipper"
    if who == "carrier":
        return facts.carrier.address, facts.carrier.name, "carrier_name"
    if who == "broker":
        return facts.bill_to, facts.bill_to.name, None
    if who in ("crew", "pool"):
        rng = Random(f"{sheet.style.id}:issuer")
        words = {"crew": ["Dock Crew", "Unload Services", "Freight Handlers", "Receiving Solutions", "Lumper Service"], "pool": ["Pallet Pool", "Pallets", "Pooling", "Load Carriers"]}[who]
        party = business.party(rng, facts.country)
        return party, f"{party.name.split()[0]} {rng.choice(words)}", None
    return facts.shipper, facts.shipper.name, None


def keys_of(sheet: Sheet, spec: Spec) -> list[str]:
    """The references that this family shows, among confusers; a copy may leave some out."""
    rng = Random(f"{sheet.style.id}:{sheet.page.kind.startswith('bol') or sheet.page.kind}:refs")
    keys = [key for key, share in spec.refs.items() if rng.random() < share]
    keys += rng.sample(CONFUSERS, rng.randint(*spec.confusers))
    if spec.charges:
        keys += rng.sample(["due_date", "invoice_date", "terms", "account_no", "miles", "mc_number"], rng.randint(1, 3))
    rng.shuffle(keys)
    if rng.random() < 0.6:
        keys.sort(key=lambda key: key in CONFUSERS)
    return [key for key in keys if not sheet.chance(0.06)]


def _top(sheet: Sheet, spec: Spec, rng: Random) -> None:
    roles = list(spec.parties)
    if rng.random() < spec.third_party:
        roles.append(rng.choice(["bill_to", "bill_to", "notify"]) if len(roles) < 3 else "bill_to")
    if rng.random() < 0.15:
        roles.reverse()
    keys = keys_of(sheet, spec)
    x, width, kind = sheet.left, sheet.width, rng.random()
    if kind < 0.35:
        sheet.y = parties.parties(sheet, x, sheet.y, width, roles)
        sheet.y = refs.refs(sheet, x, sheet.y, width, keys)
    elif kind < 0.6:
        sheet.y = refs.refs(sheet, x, sheet.y, width, keys)
        sheet.y = parties.parties(sheet, x, sheet.y, width, roles)
    elif kind < 0.7:
        half = len(keys) // 2
        sheet.y = refs.refs(sheet, x, sheet.y, width, keys[:half]) if half else sheet.y
        sheet.y = parties.parties(sheet, x, sheet.y, width, roles)
        sheet.y = refs.refs(sheet, x, sheet.y, width, keys[half:])
    else:
        split = rng.uniform(0.42, 0.58) * width
        left_first = rng.random() < 0.75
        a, b = (x, x + split + 6) if left_first else (x + width - split, x)
        ends = parties.parties(sheet, a, sheet.y, split, roles)
        sheet.y = max(ends, refs.refs(sheet, b, sheet.y, width - split - 6, keys))


def _extra(sheet: Sheet, spec: Spec, rng: Random) -> None:
    count = min(len(spec.extra), rng.randint(1, 4))
    bold = rng.random() < 0.4
    for line in rng.sample(list(spec.extra), count):
        number = [str(sheet.rng.randint(0, 60)) for _ in range(3)]
        text = line.format(a=number[0], b=number[1], c=number[2])
        sheet.y = sheet.paragraph(sheet.left, sheet.y + sheet.style.value_size, sheet.width, text, sheet.style.value_size * 0.85, bold=bold) - 3
    sheet.y += 6


def _table(sheet: Sheet, spec: Spec, rng: Random) -> None:
    keys = list(rng.choice(spec.tables))
    sheet.y = goods.goods_table(sheet, sheet.left, sheet.y, sheet.width, keys)


def draw_block(sheet: Sheet, spec: Spec, name: str, rng: Random) -> None:
    """One block at the cursor, if there is room."""
    if sheet.room < ROOM[name]:
        return
    x, y, width = sheet.left, sheet.y, sheet.width
    if name == "table":
        _table(sheet, spec, rng)
    elif name == "charges":
        sheet.y = goods.charge_table(sheet, x, y, width)
    elif name == "counts":
        sheet.y = goods.counts_line(sheet, x, y, width)
    elif name == "instructions":
        sheet.y = remarks.instructions(sheet, x, y, width)
    elif name == "boxes":
        words = rng.sample(list(spec.boxes), min(len(spec.boxes), rng.randint(2, 7)))
        sheet.y = remarks.checkboxes(sheet, x, y, width, words)
    elif name == "extra":
        _extra(sheet, spec, rng)
    elif name == "times":
        sheet.y = remarks.times(sheet, x, y, width)
    elif name == "exceptions":
        sheet.y = remarks.exceptions(sheet, x, y, width)
    else:
        receipt = name == "receipt"
        sheet.y = remarks.clauses(sheet, x, y, width, 1 if receipt else max(1, spec.clauses + rng.randint(-1, 2)), receipt)


def _plan(spec: Spec, rng: Random) -> tuple[list[str], list[str]]:
    shares = {"table": 1.0 if spec.tables else 0.0, "charges": spec.charges, "counts": spec.counts, "instructions": spec.instructions, "boxes": 0.45 if spec.boxes else 0.0, "extra": 0.75 if spec.extra else 0.0,
              "times": spec.times, "exceptions": spec.exceptions, "clauses": 0.75 if spec.clauses else 0.0, "receipt": spec.receipt}  # fmt: skip
    chosen = {name for name, share in shares.items() if rng.random() < share}
    if spec.charges and spec.tables and rng.random() < 0.45:
        chosen.discard("table")
    middle, lower = [n for n in MIDDLE if n in chosen], [n for n in LOWER if n in chosen]
    rng.shuffle(middle)
    rng.shuffle(lower)
    return middle, lower


def ink_on_top(sheet: Sheet, has_remarks: bool) -> None:
    """Stickers, stamps, notes and circles: where a form has no place for them, too."""
    rng, page = sheet.rng, sheet.page
    if sheet.fill.sticker:
        stamps.sticker(sheet, rng.choice([rng.uniform(0.5, 0.62), rng.uniform(0.05, 0.6)]) * page.width, rng.uniform(0.01, 0.22) * page.height)
    if sheet.fill.stamp:
        ends = min(sheet.y, sheet.bottom)
        stamps.receiving_stamp(sheet, rng.uniform(0.25, 0.85) * page.width, rng.choice([ends - rng.uniform(20, 120), rng.uniform(0.4, 0.95) * page.height]))
    if sheet.fill.other_stamp:
        stamps.other_stamp(sheet, rng.uniform(0.2, 0.85) * page.width, rng.uniform(0.1, 0.9) * page.height)
    if (sheet.fill.notation or sheet.fill.remark) and not has_remarks:
        remarks.margin_note(sheet)
    if sheet.chance(0.08):
        remarks.circle_something(sheet)


def form(sheet: Sheet, kind: str, pages: tuple[int, int] | None = None) -> None:
    """The front page of a form of a class of `SPECS`."""
    spec = SPECS[kind]
    rng = Random(f"{sheet.style.id}:{kind}:plan")
    titles = spec.titles.get(sheet.style.language) or spec.titles["en"]
    who, name, field = issuer(sheet, spec)
    key = {"carrier": "pro_number", "broker": "load_number"}.get(spec.issuer, "bol_number")
    code = getattr(sheet.facts, IDENTIFIERS[key])
    header.header(sheet, rng.choice(titles), who, name, field, code=(code, key) if code and sheet.chance(0.7) else None, pages=pages)
    _top(sheet, spec, rng)
    middle, lower = _plan(spec, rng)
    signers = list(rng.choice(spec.signers)) if spec.signers else []
    if sheet.fill.received() and signers and "consignee" not in signers and sheet.page.kind in ("bol_consignee_signed", "delivery_receipt"):
        signers.append("consignee")
    sign_first = rng.random() < 0.25
    reserve = 95 if signers else 0
    sheet.bottom -= reserve
    for block in middle:
        draw_block(sheet, spec, block, rng)
    if sign_first and signers:
        sheet.bottom += reserve
        sheet.y = signing.signing(sheet, sheet.left, sheet.y, sheet.width, signers)
        reserve = 0
    for block in lower:
        draw_block(sheet, spec, block, rng)
    sheet.bottom += reserve
    if not sign_first and signers:
        spare = sheet.room - 130
        if rng.random() < 0.5 and spare > 0:
            sheet.y += spare * rng.uniform(0.3, 1.0)
        sheet.y = signing.signing(sheet, sheet.left, sheet.y, sheet.width, signers)
    ink_on_top(sheet, "exceptions" in lower)
    header.footer(sheet, pages)


def continuation(sheet: Sheet, kind: str, k: int, n: int) -> None:
    """Page k of n of a form: a short head with an identifier, then more rows or more clauses."""
    spec = SPECS[kind]
    rng = Random(f"{sheet.style.id}:{kind}:plan")
    title = rng.choice(spec.titles.get(sheet.style.language) or spec.titles["en"])
    if kind == "bol" and rng.random() < 0.6:
        title = "SUPPLEMENT TO THE BILL OF LADING"
    size = sheet.style.title_size * 0.7
    sheet.text(sheet.left, sheet.y + size, title, size, bold=True, face=sheet.style.heading)
    header.page_number(sheet, k, n, sheet.left + sheet.width, sheet.y + size, "right")
    sheet.y += size + 6
    identifier = next(iter(spec.refs))
    keys = [identifier] + [key for key in ("pickup_date", "customer_po", "load_number") if sheet.chance(0.25)]
    sheet.y = refs.refs(sheet, sheet.left, sheet.y, sheet.width, keys)
    if spec.tables and (kind != "rate_confirmation"):
        rows = business._goods(sheet.rng, sheet.facts.country, sheet.rng.randint(3, 22), sheet.facts.pos)
        sheet.y = goods.goods_table(sheet, sheet.left, sheet.y, sheet.width, list(rng.choice(spec.tables)), rows, total=False)
    if kind in ("rate_confirmation", "freight_invoice") or sheet.chance(0.3):
        for _ in range(sheet.rng.randint(1, 6)):
            if sheet.room > 60:
                sheet.y = remarks.clauses(sheet, sheet.left, sheet.y, sheet.width, sheet.rng.randint(3, 8)) + 6
    if k == n and kind == "rate_confirmation" and sheet.room > 120:
        sheet.y = signing.signing(sheet, sheet.left, sheet.y, sheet.width, ["driver"])
    if sheet.fill.other_stamp:
        stamps.other_stamp(sheet, sheet.page.width * 0.6, sheet.page.height * 0.5)
