"""Papers of no trade that Countersign knows: what else lands in an inbox is about anything, and none of it proves a delivery.

The words are drawn from whole languages, so that a model learns what freight papers say and not what other papers say. Labels that
every form has (name, date, signature) stand among them.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

from faker import Faker

from .. import formats, identifiers, values
from ..blocks import header
from ..facts import company, party, person
from ..sheet import Sheet, Value

LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "pl": "pl_PL", "nl": "nl_NL"}
EVERYWHERE = {
    "en": "Name|Date|Address|Phone|E-mail|Signature|Number|Amount|Total|Comments|City|State|Zip|Date of birth|Reference|Description|Title|Department|Approved by|Initials|Account|Balance|Description of item|From|To|Notes|Company|Contact".split("|"),
    "de": "Name|Datum|Anschrift|Telefon|Unterschrift|Nummer|Betrag|Summe|Bemerkungen|Ort|PLZ|Geburtsdatum|Betreff|Abteilung|Konto|Von|An".split("|"),
    "fr": "Nom|Date|Adresse|Téléphone|Signature|Numéro|Montant|Total|Remarques|Ville|Code postal|Né le|Objet|Service|Compte|De|À".split("|"),
    "es": "Nombre|Fecha|Dirección|Teléfono|Firma|Número|Importe|Total|Observaciones|Ciudad|C.P.|Nacimiento|Asunto|Cuenta|De|A".split("|"),
    "pl": "Imię i nazwisko|Data|Adres|Telefon|Podpis|Numer|Kwota|Razem|Uwagi|Miasto|Kod|Data urodzenia|Temat|Konto|Od|Do".split("|"),
    "nl": "Naam|Datum|Adres|Telefoon|Handtekening|Nummer|Bedrag|Totaal|Opmerkingen|Plaats|Postcode|Geboortedatum|Onderwerp|Rekening|Van|Aan".split("|"),
}  # fmt: skip
COMMON = 0.35
"""Share of a form's labels that forms of every trade have."""
SIGNERS = ["Signature", "Applicant", "Patient", "Parent or guardian", "Tenant", "Landlord", "Employee", "Witness", "Member", "Policyholder", "Notary Public", "Chairperson", "Physician", "Borrower", "Authorized Signature", "Signature of applicant", "Sign here"]


@lru_cache(maxsize=8)
def _faker(language: str) -> Faker:
    return Faker(LOCALES.get(language, "en_US"), use_weighting=False)


class Words:
    """Words, titles and sentences of a language, drawn by a page's own dice."""

    def __init__(self, rng: Random, language: str) -> None:
        self._rng, self._language = rng, language if language in LOCALES else "en"
        self._faker = _faker(self._language)
        self._faker.seed_instance(rng.getrandbits(32))

    def label(self) -> str:
        """What a form asks for: of this paper's own trade, or of any."""
        if self._rng.random() < COMMON:
            return self._rng.choice(EVERYWHERE[self._language])
        words = " ".join(self._faker.words(self._rng.choice([1, 2, 2, 3])))
        return self._rng.choice([words.capitalize(), words.title(), words.upper()])

    def title(self) -> str:
        """The name of a paper."""
        words = self._rng.choice([lambda: " ".join(self._faker.words(self._rng.randint(1, 4))), self._faker.job, lambda: self._faker.sentence(nb_words=4).rstrip(".")])()
        return self._rng.choice([words.upper(), words.title(), words.capitalize()])

    def sentences(self, count: int) -> str:
        """Running text."""
        return " ".join(self._faker.sentence(nb_words=self._rng.randint(5, 18)) for _ in range(count))

    def word(self) -> str:
        """One word."""
        return self._faker.word()


def _value(sheet: Sheet, words: Words) -> str:
    rng, facts = sheet.rng, sheet.facts
    return rng.choice([
        lambda: identifiers.free(rng), lambda: person(rng, facts.country), lambda: company(rng, facts.country), lambda: values.day(sheet, facts.pickup), lambda: values.clock(sheet, rng.randrange(1440)),
        lambda: values.money(sheet, rng.uniform(1, 90000)), lambda: str(rng.randint(0, 5000)), lambda: party(rng, facts.country).town(), words.word, lambda: identifiers.phone(rng, facts.country), lambda: f"{rng.randint(1, 100)} %", lambda: "", lambda: rng.choice(["Yes", "No", "N/A", "X"]),
    ])()  # fmt: skip


def _prose(sheet: Sheet, words: Words, bottom: float) -> None:
    """Paragraphs in one or two columns, some numbered, some under headings."""
    rng = sheet.rng
    columns, size = rng.choice([1, 1, 1, 2]), rng.uniform(7, 12)
    wide = (sheet.width - 14 * (columns - 1)) / columns
    numbered, top = rng.random() < 0.4, sheet.y
    for column in range(columns):
        x, y, number = sheet.left + column * (wide + 14), top + size, 0
        while y < bottom - size * 2:
            if rng.random() < 0.2:
                sheet.text(x, y, words.title(), size * 1.1, bold=True)
                y += size * 1.5
            number += 1
            y = sheet.paragraph(x, y, wide, (f"{number}. " if numbered else "") + words.sentences(rng.randint(2, 7)), size, leading=rng.uniform(1.15, 1.5), bottom=bottom - size) + size * 0.6
            if rng.random() < 0.06:
                break
    sheet.y = bottom


def _cells(sheet: Sheet, words: Words, bottom: float) -> None:
    """Labelled places, some filled by hand."""
    columns, tall, by_hand = sheet.rng.choice([1, 2, 2, 3]), sheet.cell_height() + 3, sheet.rng.choice([0.0, 0.2, 0.8])
    wide = sheet.width / columns
    while sheet.y + tall < bottom:
        for column in range(columns):
            sheet.cell(sheet.left + wide * column, sheet.y, wide, tall, words.label(), Value(_value(sheet, words), hand=sheet.chance(by_hand)))
        sheet.y += tall


def _table(sheet: Sheet, words: Words, bottom: float) -> None:
    """Rows under headings: accounts, lists, schedules."""
    rng, size = sheet.rng, sheet.style.value_size
    shares = [rng.choice([1.0, 1.0, 2.0, 3.0]) for _ in range(rng.randint(3, 7))]
    kinds = [rng.choice(["date", "text", "money", "count", "code"]) for _ in shares]
    starts = [sheet.left + sheet.width * sum(shares[:i]) / sum(shares) for i in range(len(shares))]
    for start, share in zip(starts, shares):
        sheet.label(start + 2, sheet.y + size + 2, words.label(), size, tail=False, width=sheet.width * share / sum(shares) - 4)
    sheet.line(sheet.left, sheet.y + size + 6, sheet.left + sheet.width, sheet.y + size + 6)
    sheet.y += size + 8
    while sheet.y + size * 1.6 < bottom:
        sheet.y += size * 1.5
        for start, share, kind in zip(starts, shares, kinds):
            text = {"date": lambda: values.day(sheet, sheet.facts.pickup), "text": lambda: words.sentences(1)[:40].rsplit(" ", 1)[0], "money": lambda: values.money(sheet, rng.uniform(1, 9000)), "count": lambda: formats.count_text(rng, rng.randint(0, 3000), sheet.facts.country), "code": lambda: identifiers.free(rng, 3, 8)}[kind]()
            sheet.entry(start + 2, sheet.y, sheet.width * share / sum(shares) - 4, Value(text))
        if rng.random() < 0.03:
            break


def _signatures(sheet: Sheet) -> None:
    """Lines for people who sign anything but for freight."""
    rng = sheet.rng
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        if sheet.room < 50:
            return
        sheet.y += 34
        wide = rng.uniform(120, 220)
        sheet.line(sheet.left, sheet.y, sheet.left + wide, sheet.y)
        sheet.label(sheet.left, sheet.y + sheet.style.label_size + 2, rng.choice(SIGNERS), tail=False)
        if sheet.chance(0.6):
            sheet.sign(sheet.left + 5, sheet.y - 1, wide * 0.8, 22, "shipper", person(rng, sheet.facts.country))
            sheet.page.marks[-1].role = None
        if sheet.chance(0.5):
            used = sheet.label(sheet.left + wide + 20, sheet.y, EVERYWHERE.get(sheet.style.language, EVERYWHERE["en"])[1])
            sheet.entry(sheet.left + wide + 24 + used, sheet.y, 90, Value(values.day(sheet, sheet.facts.pickup, True), hand=sheet.chance(0.7)))


def foreign(sheet: Sheet) -> None:
    """A paper of some other trade: prose, places to fill in, tables, in any order."""
    words = Words(sheet.rng, sheet.style.language)
    who = party(sheet.rng, sheet.facts.country)
    if sheet.chance(0.8):
        header.header(sheet, words.title() if sheet.chance(0.85) else "", who, who.name, None)
    blocks = sheet.rng.sample([_prose, _prose, _cells, _table], sheet.rng.choice([1, 1, 2, 3]))
    ends = sheet.bottom - sheet.rng.choice([0, 60, 60, 150])
    for index, block in enumerate(blocks):
        room = ends - sheet.y
        if room < 60:
            break
        block(sheet, words, sheet.y + room / (len(blocks) - index))
        sheet.y += sheet.rng.uniform(6, 20)
    _signatures(sheet)
    if sheet.chance(0.3):
        sheet.text(sheet.page.width / 2, sheet.page.height - 16, sheet.rng.choice(["{n}", "Page {n}", "- {n} -"]).format(n=sheet.rng.randint(1, 40)), 8, align="center")
