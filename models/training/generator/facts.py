"""Business facts of one made-up shipment, as printed. Layouts draw them; fixtures replace some of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from . import identifiers, pools


@dataclass
class Party:
    """Name and address. `lines` is what a form prints."""

    name: str
    street: str
    city: str
    state: str
    postal: str
    country: str

    def town(self) -> str:
        """The line with town and postal code, as its country writes it."""
        if self.country == "US":
            return f"{self.city}, {self.state} {self.postal}"
        if self.country in ("CA", "GB"):
            return f"{self.city} {self.postal}"
        return f"{self.postal} {self.city}"

    def lines(self, with_country: bool = False) -> list[str]:
        """The printed lines."""
        names = {"DE": "Germany", "FR": "France", "ES": "Spain", "PL": "Poland", "NL": "Netherlands", "GB": "United Kingdom", "CA": "Canada", "US": "USA"}
        return [self.name, self.street, self.town()] + ([names[self.country]] if with_country else [])


@dataclass
class Goods:
    """A line of goods."""

    description: str
    sku: str
    pieces: int
    units: int
    weight: int
    freight_class: str
    nmfc: str
    price: float
    dims: str
    po: str
    hazmat: bool = False


@dataclass
class Carrier:
    """Who carries it."""

    name: str
    scac: str
    mc: str
    dot: str
    phone: str
    address: Party


@dataclass
class Facts:
    """A shipment. Times are minutes after midnight, local."""

    country: str
    language: str
    carrier: Carrier
    shipper: Party
    consignee: Party
    bill_to: Party
    pro: str
    bol: str
    master_bol: str
    load: str
    pos: list[str]
    shipper_ref: str
    appointment: str
    seals: list[str]
    trailer: str
    tractor: str
    container: str
    goods: list[Goods]
    unit_type: str
    piece_type: str
    weight_unit: str
    pickup: date
    delivery: date
    appointment_at: int
    arrival: int
    dock_in: int
    dock_out: int
    departure: int
    driver: str
    receiver: str
    clerk: str
    invoice: str
    charges: list[tuple[str, str, float]] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        """All pieces."""
        return sum(goods.pieces for goods in self.goods)

    @property
    def units(self) -> int:
        """All handling units."""
        return sum(goods.units for goods in self.goods)

    @property
    def weight(self) -> int:
        """Gross weight, in `weight_unit`."""
        return sum(goods.weight for goods in self.goods)

    @property
    def total(self) -> float:
        """Sum of the charges."""
        return round(sum(amount for _, _, amount in self.charges), 2)


def person(rng: Random, country: str) -> str:
    """A person's name, or what a receiver writes for one."""
    first = rng.choice(pools.EU_FIRST.get(country, pools.FIRST_NAMES))
    last = rng.choice(pools.EU_LAST.get(country, pools.LAST_NAMES))
    kind = rng.random()
    if kind < 0.62:
        return f"{first} {last}"
    if kind < 0.78:
        return f"{first[0]}. {last}"
    if kind < 0.86:
        return first
    return last if kind < 0.93 else f"{last}, {first}"


def _coined(rng: Random) -> str:
    return "".join(rng.choice(pools.SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()


def company(rng: Random, country: str) -> str:
    """A company's name."""
    suffix = rng.choice(pools.SUFFIXES.get(country, pools.SUFFIXES["US"]))
    if country in pools.EU_KINDS:
        head = rng.choice([_coined(rng), rng.choice(pools.EU_LAST[country])])
        name = f"{rng.choice(pools.EU_KINDS[country])} {head} {suffix}" if rng.random() < 0.4 else f"{head} {rng.choice(pools.EU_KINDS[country])} {suffix}"
    else:
        head = rng.choice([rng.choice(pools.COMPANY_HEADS), _coined(rng), rng.choice(pools.LAST_NAMES), f"{rng.choice(pools.COMPANY_HEADS)} {rng.choice(pools.COMPANY_HEADS)}"])
        name = f"{head} {rng.choice(pools.COMPANY_KINDS)} {suffix}".strip()
    return name.upper() if rng.random() < 0.3 else name


def party(rng: Random, country: str, site: bool = False) -> Party:
    """A company at an address."""
    name = company(rng, country)
    if site and country == "US" and rng.random() < 0.4:
        name += f" {rng.choice(pools.SITES)}" + (f" #{rng.randint(2, 9899)}" if rng.random() < 0.4 else "")
    if country == "US":
        city, state, prefix = rng.choice(pools.US_CITIES)
        postal = f"{prefix}{rng.randint(0, 99):02d}" + (f"-{rng.randint(1000, 9999)}" if rng.random() < 0.15 else "")
        street = f"{rng.randint(1, 19999)} {rng.choice(['', '', 'N ', 'S. ', 'West '])}{rng.choice(pools.STREETS)} {rng.choice(pools.STREET_KINDS)}"
        if rng.random() < 0.15:
            street += rng.choice([" Suite ", " Bldg ", " Ste ", " Unit "]) + str(rng.randint(1, 450))
    else:
        city, postal = rng.choice(pools.EU_CITIES[country])
        state, number = "", rng.randint(1, 199)
        road = rng.choice(pools.EU_STREETS[country])
        street = f"{number} {road}" if country in ("FR", "GB", "CA") else f"{road} {number}"
    if rng.random() < 0.3:
        street, city = street.upper(), city.upper()
    return Party(name, street, city, state, postal, country)


def carrier(rng: Random, country: str) -> Carrier:
    """A haulier, in three of ten cases one whose code many people know."""
    if country in pools.EU_CARRIER_KINDS:
        head = rng.choice([_coined(rng), rng.choice(pools.EU_LAST[country])])
        name, scac = f"{rng.choice(pools.EU_CARRIER_KINDS[country])} {head} {rng.choice(pools.SUFFIXES[country])}", ""
    elif rng.random() < 0.3:
        scac, head = rng.choice(pools.KNOWN_SCACS)
        name = f"{head} {rng.choice(['Freight', 'Freight Lines', 'LTL', 'Transportation', ''])}".strip()
    else:
        head = rng.choice([rng.choice(pools.CARRIER_HEADS), _coined(rng), rng.choice(pools.LAST_NAMES), rng.choice(pools.COMPANY_HEADS)])
        name = f"{head} {rng.choice(pools.CARRIER_KINDS)} {rng.choice(['', '', 'Inc', 'LLC', 'Inc.'])}".strip()
        letters = identifiers.normalised(name) or "X"
        scac = (letters[0] + "".join(rng.choice(letters) for _ in range(3)))[: rng.choice([4, 4, 4, 3])]
        scac = "".join(c if c.isalpha() else "X" for c in scac)
    if rng.random() < 0.25:
        name = name.upper()
    return Carrier(name, scac, identifiers.digits(rng, 6), identifiers.digits(rng, 7), identifiers.phone(rng, country), party(rng, country))


def _goods(rng: Random, country: str, count: int, orders: list[str]) -> list[Goods]:
    rows = []
    for i in range(count):
        units = rng.choice([1, 1, 2, 2, 3, 4, 6, 8, 12, 20, 24, 26])
        pieces = rng.choice([units, units * rng.randint(2, 60), rng.randint(1, 400)])
        description = rng.choice(pools.EU_GOODS.get(country, pools.GOODS))
        if rng.random() < 0.25:
            description = description.upper()
        nmfc = identifiers.digits(rng, rng.choice([5, 6])) + rng.choice(["", "", f"-{rng.randint(1, 12):02d}", f"-{rng.randint(1, 9)}"])
        dims = f"{rng.choice([40, 42, 48])}x{rng.choice([36, 40, 48])}x{rng.randint(20, 96)}"
        rows.append(
            Goods(description, identifiers.free(rng, 4, 11), pieces, units, units * rng.randint(60, 1900), rng.choice(pools.CLASSES), nmfc,
                  round(rng.uniform(0.4, 480), 2), dims, orders[i % len(orders)], rng.random() < 0.05)
        )  # fmt: skip
    return rows


CHARGES = [("FSC", "Fuel Surcharge"), ("DET", "Detention"), ("LIFT", "Liftgate Service"), ("APPT", "Appointment Fee"), ("LUMPER", "Lumper / Unloading"), ("RES", "Residential Delivery"),
           ("LIMITED", "Limited Access"), ("INSIDE_D", "Inside Delivery"), ("STOP", "Stop Off"), ("LAY", "Layover"), ("REDEL", "Redelivery"), ("HAZ", "Hazardous Material"), ("DSC", "Discount")]  # fmt: skip


def charges(rng: Random) -> list[tuple[str, str, float]]:
    """Linehaul and a few more."""
    linehaul = round(rng.lognormvariate(7.0, 0.7), 2)
    rows = [("LH", rng.choice(["Linehaul", "Line Haul", "Freight Charge", "Flat Rate", "Base Rate"]), linehaul)]
    for code, name in rng.sample(CHARGES, rng.randint(1, 4)):
        amount = round(rng.uniform(20, 400), 2)
        rows.append((code, name, -round(linehaul * rng.uniform(0.1, 0.5), 2) if code == "DSC" else amount))
    return rows


def facts(rng: Random, country: str, language: str) -> Facts:
    """A random shipment that starts in `country`."""
    haulier = carrier(rng, country)
    abroad = country if country in ("US", "CA") or rng.random() < 0.45 else rng.choice(["DE", "FR", "ES", "PL", "NL", "GB"])
    orders = [identifiers.free(rng, 4, 12) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5]))]
    if len(orders) > 1 and rng.random() < 0.5:
        stem = identifiers.digits(rng, rng.randint(4, 7))
        orders = [f"{stem}{i:0{rng.choice([2, 3])}d}" for i in rng.sample(range(1, 99), len(orders))]
    pickup = date(2022, 3, 1) + timedelta(days=rng.randint(0, 1500))
    delivery = pickup + timedelta(days=rng.choice([0, 1, 1, 2, 2, 3, 4, 5, 7]))
    arrival = rng.randint(4 * 60, 20 * 60)
    dock_in = arrival + rng.randint(2, 90)
    dock_out = dock_in + rng.randint(10, 240)
    return Facts(
        country=country, language=language, carrier=haulier, shipper=party(rng, country), consignee=party(rng, abroad, site=True), bill_to=party(rng, country),
        pro=identifiers.pro(rng, haulier.scac), bol=identifiers.vics_bol(rng) if rng.random() < 0.2 else identifiers.free(rng, 5, 14),
        master_bol=identifiers.free(rng, 6, 14), load=identifiers.free(rng, 4, 10), pos=orders, shipper_ref=identifiers.free(rng, 4, 12),
        appointment=identifiers.free(rng, 4, 10), seals=[identifiers.free(rng, 5, 10) for _ in range(rng.choice([1, 1, 1, 2]))],
        trailer=identifiers.free(rng, 3, 9), tractor=identifiers.free(rng, 3, 6), container=identifiers.container(rng),
        goods=_goods(rng, country, rng.choice([1, 1, 1, 2, 2, 3, 4, 6]), orders), unit_type=rng.choice(pools.HU_TYPES), piece_type=rng.choice(pools.PIECE_TYPES),
        weight_unit="lb" if country == "US" else "kg", pickup=pickup, delivery=delivery, appointment_at=rng.randrange(5 * 60, 18 * 60, 15),
        arrival=arrival, dock_in=dock_in, dock_out=dock_out, departure=dock_out + rng.randint(3, 50),
        driver=person(rng, country), receiver=person(rng, abroad), clerk=person(rng, country), invoice=identifiers.free(rng, 4, 11), charges=charges(rng),
    )  # fmt: skip
