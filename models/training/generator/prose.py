"""Sentences and phrases of forms: clauses, remarks, stamps, what stands under a signature line."""

from random import Random

RECEIPT_CLAUSE = {
    "en": ["Received in good order and condition except as noted.", "Received the above described property in apparent good order, except as noted above.",
           "Shipment received complete and undamaged unless exceptions are written below.", "By signing, consignee confirms delivery of the freight listed on this form.",
           "Goods received in good condition.", "All pieces accounted for unless otherwise indicated.", "Freight delivered as described. Note all exceptions before signing."],
    "de": ["Ware ordnungsgemäß und vollständig erhalten.", "Sendung in äußerlich gutem Zustand übernommen.", "Empfang der Ware wird bestätigt. Schäden bitte sofort vermerken."],
    "fr": ["Marchandise reçue en bon état et conforme.", "Reçu conforme, sauf réserves ci-dessous.", "Les réserves doivent être précises et datées."],
    "es": ["Mercancía recibida en buen estado y conforme.", "Recibido conforme, salvo reservas.", "Indique cualquier faltante o daño antes de firmar."],
    "pl": ["Towar otrzymano w stanie nienaruszonym.", "Potwierdzam odbiór towaru bez zastrzeżeń."],
    "nl": ["Goederen in goede staat ontvangen.", "Ontvangen zonder voorbehoud, tenzij vermeld."],
}  # fmt: skip
ORIGIN_CLAUSE = [
    "This is to certify that the above named materials are properly classified, packaged, marked and labeled, and are in proper condition for transportation according to the applicable regulations of the DOT.",
    "Carrier acknowledges receipt of packages and required placards. Carrier certifies emergency response information was made available.",
    "RECEIVED, subject to individually determined rates or contracts that have been agreed upon in writing between the carrier and shipper, if applicable.",
    "Property described above is received in good order, except as noted. Shipper load and count unless otherwise marked.",
    "The carrier shall not make delivery of this shipment without payment of freight and all other lawful charges.",
    "NOTE: Liability limitation for loss or damage in this shipment may be applicable.",
]
CLAUSES = """The carrier is not liable for delay caused by weather, road closure, labor dispute or act of authority.
Claims must be filed in writing within nine months after delivery of the property.
Charges are due within fifteen days of the date of the invoice unless credit terms were agreed.
No agent has authority to waive or alter any provision of this contract.
The shipper warrants that the goods are packed so as to withstand the ordinary hazards of transportation.
Freight that cannot be delivered will be stored at the risk and expense of the owner.
Notice of concealed damage must be given within five business days and the packaging kept for inspection.
The consignee shall pay for detention of equipment after the free time has run out.
Any article of extraordinary value must be declared and is carried only by special agreement.
In the event of refusal the shipper will be asked for disposition and charges accrue from the day of notice.
Each carrier over whose line the goods pass shall be bound by the terms of this document.
The parties agree that the courts at the carrier's principal place of business have jurisdiction.
If any part of these terms is found unenforceable the remainder stays in force.
Perishable goods travel at the owner's risk of natural decay where temperature has been kept as ordered.
The broker shall pay the carrier upon receipt of a legible and signed proof of delivery.
Carrier shall keep cargo insurance of not less than one hundred thousand dollars for each shipment.
Double brokering of this load is forbidden and voids all payment.
The liability of the carrier shall not exceed the released value stated on the face of this form.
Interest of one and one half percent each month is added to balances past due.
Drivers must count the freight and note every exception before leaving the dock.
Seals may be broken only in the presence of the consignee or by order of the authorities.
The person who signs for the consignee declares to have authority to do so.
Reconsignment or diversion orders are accepted in writing only and are charged by tariff.
Weights are subject to correction by certified scales of the carrier or a public weighmaster.
Salvage of rejected goods belongs to the party that has paid the claim.
Advance arrangements are necessary for deliveries after hours, on weekends and on holidays.""".splitlines()
FOREIGN_CLAUSES = {
    "de": ["Wir arbeiten ausschließlich auf Grundlage der Allgemeinen Deutschen Spediteurbedingungen.", "Es gilt deutsches Recht; Gerichtsstand ist der Sitz des Frachtführers.", "Reklamationen sind unverzüglich schriftlich anzuzeigen.", "Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum."],
    "fr": ["Toute réclamation doit être adressée au transporteur dans les trois jours.", "Nos conditions générales s'appliquent à toute prestation.", "Le transport est soumis à la convention CMR."],
    "es": ["Las reclamaciones deben presentarse por escrito en el plazo de siete días.", "Este transporte queda sometido a las condiciones generales de contratación."],
    "pl": ["Reklamacje należy zgłaszać pisemnie w ciągu siedmiu dni.", "Przewóz podlega postanowieniom konwencji CMR."],
    "nl": ["Op al onze diensten zijn de algemene vervoercondities van toepassing.", "Klachten dienen binnen zeven dagen schriftelijk te worden gemeld."],
}
INSTRUCTIONS = """Call 24 hrs before delivery|Delivery appointment required|Do not double stack|Keep dry|Protect from freezing|Liftgate needed at delivery
Driver must check in at guard shack|Lumper available, pay by check|Straps required|No touch freight|Drop trailer facility|FCFS 0600-1400|Must scale light and heavy
Keep at 34F continuous|Pallet exchange required|Top load only|Do not break down pallets|Deliver to dock B|See gate 4 for entry|Seal must be intact on arrival
Inside delivery to 2nd floor|Notify consignee prior to arrival|SLC - shipper load and count|Hot load - no delays|Team service|Residential - call first|Trailer loaded by shipper
Freight counted by driver|Said to contain|No forklift on site|Return 2 empty racks|Handle with care|Fragile - glass|This side up""".replace("\n", "|").split("|")

# (text, condition it means): what receivers write.
FOUL = ["{n} {u} short", "short {n} {u}", "{n} {u} damaged", "{n} {u} dmg", "{n} short", "rec'd {k} of {t} {u}", "{n} {u} crushed", "{n} skid damaged", "{n} ctns wet", "{n} {u} missing", "over {n} {u}", "{n} {u} over",
        "{n} {u} refused - damaged", "1 plt leaning, {n} {u} crushed", "{n} torn bags", "short {n} dmg {m}", "seal broken", "{n} {u} leaking", "wrong item {n} {u}", "stretch wrap torn {n} {u} dmg", "pallet broken, {n} {u} opened", "refused {n} {u} wet"]  # fmt: skip
QUALIFIED = ["subject to count", "STC", "subject to inspection", "subject to concealed damage", "Subject to recount", "said to contain", "rec'd subject to count", "pending count"]
HARMLESS = ["SLC", "S/L/C", "seal intact", "seal ok", "driver assist", "driver unload", "live unload", "all ok", "OK", "clear", "{t} plts ok", "drop", "lumper", "no exceptions", "complete", "SLC seal intact", "D/A", "late - missed appt", "rec'd in full", "left at dock"]
REFUSED = ["REFUSED", "refused all - wrong PO", "refused - damaged", "refused, return to shipper", "Rejected - temp 52F", "REFUSED RTV", "load rejected no appt"]
FOREIGN_FOUL = {
    "de": ["{n} Kartons beschädigt", "{n} Paletten fehlen", "Fehlmenge {n} Stück", "{n} Karton nass", "1 Palette umgekippt"],
    "fr": ["{n} colis manquants", "{n} colis abîmés", "{n} cartons mouillés", "réserve: {n} colis ouverts"],
    "es": ["faltan {n} cajas", "{n} bultos dañados", "{n} cajas mojadas", "falta 1 palet"],
    "pl": ["brak {n} szt.", "{n} kartony uszkodzone", "{n} palety uszkodzone"],
    "nl": ["{n} dozen beschadigd", "{n} colli te kort", "{n} dozen nat"],
}
# A reservation without a count says that nobody looked, not that something was wrong (domain.md 3.3).
FOREIGN_QUALIFIED = {"de": ["unter Vorbehalt"], "fr": ["sous réserve de contrôle"], "es": ["salvo examen"], "pl": ["z zastrzeżeniem"], "nl": ["onder voorbehoud"]}
FOREIGN = {"foul": FOREIGN_FOUL, "qualified": FOREIGN_QUALIFIED}


def notation(rng: Random, kind: str, language: str, unit: str) -> str:
    """A remark on the freight. `kind` is foul, qualified, harmless or refused."""
    pool = {"foul": FOUL, "qualified": QUALIFIED, "harmless": HARMLESS, "refused": REFUSED}[kind]
    if language in FOREIGN.get(kind, {}) and rng.random() < 0.8:
        pool = FOREIGN[kind][language]
    total = rng.randint(5, 120)
    n = rng.randint(1, min(12, total - 1))
    text = rng.choice(pool).format(n=n, m=rng.randint(1, 4), u=rng.choice([unit.lower(), "ctn", "ctns", "cs", "plt", "pcs", "boxes", "skids", "cases", ""]), k=total - n, t=total)
    text = " ".join(text.split())
    return text.upper() if rng.random() < 0.25 else text


STAMPS = {
    "en": ["RECEIVED", "RCVD", "RECEIVED IN GOOD ORDER", "SHIPPING & RECEIVING", "RECEIVING DEPT", "RECEIVED SUBJECT TO COUNT", "GOODS RECEIVED", "WAREHOUSE RECEIVED", "REC'D"],
    "de": ["WARENEINGANG", "EINGEGANGEN", "WARE ERHALTEN", "EINGANG GEPRÜFT", "Wareneingang unter Vorbehalt"],
    "fr": ["REÇU", "REÇU LE", "RÉCEPTION", "SERVICE RÉCEPTION", "REÇU SOUS RÉSERVES"],
    "es": ["RECIBIDO", "ENTRADA ALMACÉN", "RECIBIDO CONFORME", "RECEPCIÓN"],
    "pl": ["PRZYJĘTO", "MAGAZYN", "OTRZYMANO", "ODEBRANO"],
    "nl": ["ONTVANGEN", "MAGAZIJN", "GOEDEREN ONTVANGEN"],
}  # fmt: skip
RESERVES = ("subject to", "vorbehalt", "réserve")
"""Words of stamps that take the goods with a reserve."""
OTHER_STAMPS = ["PAID", "COPY", "ORIGINAL", "DELIVERED", "POSTED", "ENTERED", "SCANNED", "APPROVED", "DUPLICATE", "FAXED", "FILE COPY", "AUDITED"]

# Wordings under or beside signature lines; the last entry of each list is kept for the test split.
SIGN_HERE = {
    "en": {
        "consignee": ["Consignee Signature", "Received By (Signature)", "Receiver Signature", "Customer Signature", "Authorized Signature", "Signature of Consignee or Agent", "Consignee", "Received By", "Received in good order by", "Sign Here", "Signature", "Consignee Signature / Date", "Receiver", "Accepted for Consignee"],
        "driver": ["Driver Signature", "Carrier Signature", "Carrier Signature / Pickup Date", "Driver", "Carrier Agent", "Delivered By", "Driver's Signature", "Carrier", "Trucker", "Operator Signature"],
        "shipper": ["Shipper Signature", "Shipper Signature / Date", "Shipper", "Shipper Per", "Released By", "Authorized Shipper Signature", "Shipper Certification", "Consignor Signature", "Signed for Shipper"],
    },
    "de": {"consignee": ["Unterschrift Empfänger", "Empfänger", "Ware erhalten, Unterschrift", "Stempel / Unterschrift Empfänger", "Quittung des Empfängers"], "driver": ["Unterschrift Fahrer", "Fahrer", "Frachtführer", "Unterschrift Frachtführer"], "shipper": ["Unterschrift Absender", "Absender", "Versender", "Ausgegeben von"]},
    "fr": {"consignee": ["Signature du destinataire", "Destinataire", "Cachet et signature du destinataire", "Bon pour réception"], "driver": ["Signature du chauffeur", "Transporteur", "Signature du transporteur", "Le conducteur"], "shipper": ["Signature de l'expéditeur", "Expéditeur", "Remettant"]},
    "es": {"consignee": ["Firma del destinatario", "Destinatario", "Recibí conforme", "Firma y sello del consignatario"], "driver": ["Firma del conductor", "Transportista", "Conductor", "Porteador"], "shipper": ["Firma del remitente", "Remitente", "Cargador"]},
    "pl": {"consignee": ["Podpis odbiorcy", "Odbiorca", "Podpis i pieczęć odbiorcy", "Kwituję odbiór"], "driver": ["Podpis kierowcy", "Przewoźnik", "Kierowca"], "shipper": ["Podpis nadawcy", "Nadawca", "Wydał"]},
    "nl": {"consignee": ["Handtekening ontvanger", "Ontvanger", "Voor ontvangst", "Paraaf ontvanger"], "driver": ["Handtekening chauffeur", "Vervoerder", "Chauffeur"], "shipper": ["Handtekening afzender", "Afzender", "Uitgegeven door"]},
}  # fmt: skip


def sign_here(rng: Random, role: str, language: str, test: bool) -> str:
    """What a signature line says."""
    pool = SIGN_HERE.get(language, SIGN_HERE["en"])[role]
    return pool[-1] if test and rng.random() < 0.35 else rng.choice(pool[:-1])


def clauses(rng: Random, count: int, language: str = "en") -> list[str]:
    """Legal sentences in random order, repeated when there are not enough."""
    pool = FOREIGN_CLAUSES.get(language, CLAUSES)
    return [rng.choice(pool) for _ in range(count)] if count > len(pool) else rng.sample(pool, count)
