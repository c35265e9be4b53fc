"""What the forms of each class are made of: titles, references, parties, tables, who signs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spec:
    """A form. Shares in `refs` are how often a copy's family shows the key."""

    titles: dict[str, list[str]]
    refs: dict[str, float]
    issuer: str = "shipper"
    parties: tuple[str, ...] = ("ship_from", "ship_to")
    third_party: float = 0.3
    tables: tuple[tuple[str, ...], ...] = ()
    charges: float = 0.0
    signers: tuple[tuple[str, ...], ...] = ()
    times: float = 0.0
    counts: float = 0.0
    exceptions: float = 0.0
    receipt: float = 0.0
    clauses: int = 2
    boxes: tuple[str, ...] = ()
    confusers: tuple[int, int] = (1, 5)
    instructions: float = 0.3
    extra: tuple[str, ...] = field(default=())
    """Lines of words that only this class has; a family shows some of them."""


LTL = (("pieces", "type", "description", "weight"), ("units", "pieces", "hm", "description", "nmfc", "class", "weight"), ("pieces", "description", "class", "weight"), ("units", "type", "pieces", "description", "weight", "nmfc"), ("po", "pieces", "weight", "description"), ("pieces", "hm", "description", "dims", "weight", "rate"), ("description", "pieces", "units", "weight"))
SERVICES = ("Liftgate", "Inside Delivery", "Residential", "Call Before Delivery", "Appointment Required", "Limited Access", "Driver Assist", "Sort & Segregate", "Protect from Freeze", "Hazmat")
LOADED = ("Trailer Loaded: By Shipper", "By Driver", "Freight Counted: By Shipper", "By Driver/pallets said to contain", "By Driver/Pieces", "Prepaid", "Collect", "3rd Party", "Master Bill of Lading")

SPECS: dict[str, Spec] = {
    "delivery_receipt": Spec(
        titles={"en": ["DELIVERY RECEIPT", "PROOF OF DELIVERY", "Delivery Receipt", "DELIVERY RECEIPT / FREIGHT BILL", "FREIGHT BILL - DELIVERY COPY", "CONSIGNEE COPY", "DELIVERY NOTE", "Delivery Ticket", "DELIVERY ORDER RECEIPT", "POD", "Straight Delivery Receipt"],
                "de": ["Lieferschein", "LIEFERSCHEIN", "Ablieferquittung", "Rollkarte / Ablieferbeleg"], "fr": ["BON DE LIVRAISON", "Récépissé de livraison", "Bon de livraison"], "es": ["ALBARÁN DE ENTREGA", "Comprobante de entrega"], "pl": ["WZ - Wydanie zewnętrzne", "POTWIERDZENIE DOSTAWY"], "nl": ["AFLEVERBON", "Leveringsbon"]},
        refs={"pro_number": 0.95, "bol_number": 0.7, "customer_po": 0.6, "shipper_ref": 0.4, "pickup_date": 0.6, "scac": 0.25, "trailer_number": 0.3, "load_number": 0.25, "appointment_number": 0.15, "seal_numbers": 0.12, "carrier_name": 0.1},
        issuer="carrier", tables=LTL, signers=(("consignee",), ("consignee", "driver"), ("driver", "consignee"), ("consignee", "driver")), times=0.6, counts=0.15, exceptions=0.6, receipt=0.8, clauses=1, boxes=SERVICES,
        extra=("PIECES DELIVERED", "DELIVERED IN FULL", "NOTE EXCEPTIONS BEFORE SIGNING", "** PREPAID **", "DELIVERING TERMINAL", "NO COLLECT", "Please sign, print name and date"),
    ),
    "bol": Spec(
        titles={"en": ["STRAIGHT BILL OF LADING", "STRAIGHT BILL OF LADING - SHORT FORM - ORIGINAL - NOT NEGOTIABLE", "BILL OF LADING", "Bill of Lading", "UNIFORM STRAIGHT BILL OF LADING", "BILL OF LADING - SHORT FORM - NOT NEGOTIABLE", "MASTER BILL OF LADING", "Straight Bill of Lading - Short Form", "VICS BILL OF LADING"],
                "de": ["Frachtbrief", "FRACHTBRIEF"], "fr": ["LETTRE DE VOITURE"], "es": ["CARTA DE PORTE"], "pl": ["LIST PRZEWOZOWY"], "nl": ["VRACHTBRIEF"]},
        refs={"bol_number": 0.95, "pickup_date": 0.8, "customer_po": 0.5, "load_number": 0.4, "scac": 0.5, "pro_number": 0.45, "carrier_name": 0.75, "trailer_number": 0.6, "seal_numbers": 0.5, "shipper_ref": 0.4, "master_bol": 0.15, "appointment_number": 0.2, "container_number": 0.08},
        third_party=0.55, tables=LTL, signers=(("shipper", "driver", "consignee"), ("shipper", "driver"), ("shipper", "driver", "consignee"), ("driver", "shipper", "consignee"), ("shipper", "consignee", "driver")), times=0.2, exceptions=0.2, receipt=0.15, clauses=5, boxes=LOADED,
        extra=("Where the rate is dependent on value, shippers are required to state specifically in writing the agreed or declared value of the property.", "FREIGHT CHARGE TERMS (freight charges are prepaid unless marked otherwise)", "CUSTOMER ORDER INFORMATION", "CARRIER INFORMATION", "COD Amount: $ ____________", "SPECIAL INSTRUCTIONS", "LTL ONLY"),
    ),
    "packing_list": Spec(
        titles={"en": ["PACKING LIST", "PACKING SLIP", "Packing List", "PICK TICKET", "Packing Slip / Delivery", "SHIPMENT PACKING LIST", "PICK LIST"], "de": ["Packliste", "PACKZETTEL"], "fr": ["LISTE DE COLISAGE", "Bordereau de colisage"], "es": ["LISTA DE EMPAQUE", "Lista de contenido"], "pl": ["LISTA PAKOWA", "Specyfikacja wysyłki"], "nl": ["PAKLIJST", "PAKBON"]},
        refs={"customer_po": 0.9, "shipper_ref": 0.75, "pickup_date": 0.7, "carrier_name": 0.45, "bol_number": 0.25, "pro_number": 0.2, "load_number": 0.15, "invoice_no": 0.12, "container_number": 0.08}, third_party=0.45,
        tables=(("sku", "description", "ordered", "pieces", "backordered"), ("line", "sku", "description", "pieces"), ("pieces", "sku", "description", "lot", "weight"), ("sku", "description", "pieces", "units"), ("line", "sku", "description", "ordered", "pieces")), signers=(("consignee",), ("shipper",), ("shipper", "consignee")), counts=0.5, receipt=0.15, clauses=1, exceptions=0.08,
        extra=("Packed by: ______", "Checked by: ______", "Thank you for your order", "Please report discrepancies within 5 days", "Picker", "No returns without authorization"),
    ),
    "commercial_invoice": Spec(
        titles={"en": ["COMMERCIAL INVOICE", "Commercial Invoice", "INVOICE", "EXPORT INVOICE", "PROFORMA INVOICE"], "de": ["HANDELSRECHNUNG", "Rechnung"], "fr": ["FACTURE COMMERCIALE"], "es": ["FACTURA COMERCIAL"], "pl": ["FAKTURA HANDLOWA"], "nl": ["HANDELSFACTUUR"]},
        refs={"invoice_no": 0.95, "customer_po": 0.6, "shipper_ref": 0.4, "pickup_date": 0.25, "carrier_name": 0.2, "container_number": 0.2}, third_party=0.5,
        tables=(("sku", "description", "hs", "pieces", "price", "amount"), ("pieces", "description", "price", "amount"), ("line", "description", "hs", "pieces", "weight", "price", "amount")), signers=(("shipper",), ()), counts=0.35, clauses=1,
        extra=("INCOTERMS 2020: DAP", "Country of origin: USA", "For customs purposes only", "Terms of sale: FCA", "Currency: USD", "I declare that the information on this invoice is true and correct.", "Country of ultimate destination", "Reason for export: sale"),
    ),
    "freight_invoice": Spec(
        titles={"en": ["INVOICE", "FREIGHT INVOICE", "FREIGHT BILL", "Invoice", "ORIGINAL FREIGHT BILL", "CARRIER INVOICE", "Freight Bill / Invoice", "STATEMENT OF CHARGES"], "de": ["Rechnung", "FRACHTRECHNUNG"], "fr": ["FACTURE DE TRANSPORT"], "es": ["FACTURA DE TRANSPORTE"], "pl": ["FAKTURA VAT"], "nl": ["VRACHTFACTUUR"]},
        refs={"invoice_no": 0.9, "pro_number": 0.75, "bol_number": 0.5, "load_number": 0.4, "customer_po": 0.4, "pickup_date": 0.4, "scac": 0.2, "trailer_number": 0.1, "shipper_ref": 0.2}, issuer="carrier", third_party=0.9, charges=1.0, tables=LTL, clauses=1, signers=((),), boxes=(),
        extra=("REMIT TO:", "Please remit payment to the address above", "Terms: NET 30 DAYS", "Past due invoices are subject to interest", "Make checks payable to the carrier", "Federal ID on file", "THANK YOU FOR YOUR BUSINESS", "Questions about this bill? Call accounts receivable", "NOTICE OF ASSIGNMENT: pay to factor only", "Detach and return with payment"),
    ),
    "rate_confirmation": Spec(
        titles={"en": ["RATE CONFIRMATION", "LOAD CONFIRMATION", "Carrier Rate Confirmation", "LOAD TENDER", "Rate & Load Confirmation", "CARRIER LOAD CONFIRMATION", "DISPATCH CONFIRMATION", "TRUCK LOAD RATE AGREEMENT"], "de": ["TRANSPORTAUFTRAG"], "fr": ["ORDRE DE TRANSPORT"], "es": ["ORDEN DE CARGA"], "pl": ["ZLECENIE TRANSPORTOWE"], "nl": ["TRANSPORTOPDRACHT"]},
        refs={"load_number": 0.97, "carrier_name": 0.85, "pickup_date": 0.5, "customer_po": 0.4, "bol_number": 0.25, "appointment_number": 0.35, "trailer_number": 0.2, "scac": 0.08, "shipper_ref": 0.2}, issuer="broker", third_party=0.1, charges=1.0,
        tables=(("pieces", "description", "weight"), ("description", "units", "weight")), signers=(("driver",), ("shipper", "driver"), ()), clauses=9, confusers=(3, 8), instructions=0.7,
        extra=("CARRIER AGREES to transport the load described above at the rate shown", "Must submit POD within 48 hours of delivery", "Check calls required daily before 10 AM", "Detention must be approved in writing before it accrues", "Invoice must reference our load number", "Sign and return by e-mail", "MC and DOT authority must be active", "Late delivery is subject to a rate reduction"),
    ),
    "lumper_receipt": Spec(
        titles={"en": ["LUMPER RECEIPT", "UNLOADING RECEIPT", "Unloading Service Receipt", "RECEIPT FOR UNLOADING SERVICES", "LUMPER SERVICE INVOICE", "Freight Handling Receipt", "UNLOAD TICKET"]},
        refs={"customer_po": 0.75, "load_number": 0.35, "carrier_name": 0.75, "trailer_number": 0.6, "bol_number": 0.3, "delivery_date": 0.9, "appointment_number": 0.2, "pieces": 0.5, "handling_units": 0.5}, issuer="crew", parties=("ship_to",), third_party=0.0, charges=0.7, signers=(("consignee",), ("driver",), ("driver", "consignee"), ()), times=0.35, clauses=1, confusers=(2, 5), instructions=0.0,
        extra=("Pallets in: ____  Pallets out: ____", "Convenience fee included", "Unload type: floor loaded", "Payment: check", "Payment: fuel card", "Breakdown / restack", "Work authorized by driver", "This is your receipt"),
    ),
    "detention_form": Spec(
        titles={"en": ["DETENTION REQUEST", "DETENTION FORM", "Driver Detention Record", "WAITING TIME / DETENTION SHEET", "LAYOVER / DETENTION AUTHORIZATION", "Detention Time Log"]},
        refs={"load_number": 0.8, "carrier_name": 0.75, "trailer_number": 0.6, "bol_number": 0.4, "pro_number": 0.3, "delivery_date": 0.8, "appointment_number": 0.3}, issuer="carrier", parties=("ship_to",), third_party=0.0, signers=(("consignee", "driver"), ("driver", "consignee"), ("consignee",)), times=1.0, exceptions=0.3, clauses=2, confusers=(1, 4), instructions=0.0,
        extra=("Free time: 2 hours", "Rate per hour: $60.00", "Total hours: ____", "Reason for delay", "Facility stamp required", "Receiver must initial times", "Detention starts after free time", "Approved by broker: Y / N"),
    ),
    "osd_report": Spec(
        titles={"en": ["OS&D REPORT", "OVER SHORT & DAMAGE REPORT", "EXCEPTION REPORT", "Freight Exception Report", "OVER / SHORT / DAMAGED NOTICE", "REFUSED FREIGHT NOTICE", "Inspection Report"]},
        refs={"pro_number": 0.8, "bol_number": 0.6, "customer_po": 0.4, "delivery_date": 0.5, "trailer_number": 0.5, "seal_numbers": 0.35, "carrier_name": 0.4, "load_number": 0.3}, issuer="carrier", third_party=0.1, tables=(("pieces", "description", "received", "short", "damaged"), ("description", "sku", "short", "damaged")), signers=(("consignee", "driver"), ("driver",), ()), exceptions=1.0, clauses=1,
        boxes=("Over", "Short", "Damaged", "Refused", "Wrong product", "Seal broken", "Return to shipper", "Donate", "Dump", "Photos attached"), instructions=0.0, extra=("Disposition:", "Claim #: ______", "Estimated value", "Freight on hand at terminal", "Inspector", "Cause of damage"),
    ),
    "pallet_slip": Spec(
        titles={"en": ["PALLET EXCHANGE", "PALLET TRANSFER DOCKET", "PALLET RECEIPT", "Pallet Control Slip", "EQUIPMENT EXCHANGE DOCKET"], "de": ["PALETTENSCHEIN", "Palettenbegleitschein"], "fr": ["BON DE PALETTES", "Bon d'échange palettes"], "es": ["VALE DE PALETS"], "pl": ["KWIT PALETOWY"], "nl": ["PALLETBON"]},
        refs={"carrier_name": 0.6, "trailer_number": 0.5, "bol_number": 0.35, "delivery_date": 0.7, "load_number": 0.3}, issuer="pool", third_party=0.0, signers=(("shipper", "driver", "consignee"), ("driver", "consignee")), clauses=1, confusers=(1, 4), instructions=0.0,
        extra=("Pallets in: {a}   Pallets out: {b}   Balance: {c}", "Equipment code: B1210A", "EUR pallets", "Blue pallets {a}", "White pallets {b}", "Damaged {c}", "Account balance"),
    ),
    "weight_inspection": Spec(
        titles={"en": ["WEIGHT AND INSPECTION CERTIFICATE", "W&I CERTIFICATE", "REWEIGH CERTIFICATE", "Inspection Correction Notice", "CERTIFICATE OF WEIGHT", "Weight & Research Notice"]},
        refs={"pro_number": 0.95, "bol_number": 0.5, "pickup_date": 0.3, "scac": 0.3}, issuer="carrier", third_party=0.1, tables=(("pieces", "description", "weight", "class"), ("pieces", "description", "nmfc", "class", "weight")), clauses=1, signers=((), ("driver",)),
        extra=("BILLED WEIGHT {a}   ACTUAL WEIGHT {b}", "Corrected class {c}", "Density pcf", "Scale number {a}", "Inspected by {c}", "Cube measured by dimensioner", "Revenue correction", "Certified scale at terminal"),
    ),
    "hazmat_paper": Spec(
        titles={"en": ["DANGEROUS GOODS DECLARATION", "SHIPPER'S DECLARATION FOR DANGEROUS GOODS", "HAZARDOUS MATERIALS SHIPPING PAPER", "MULTIMODAL DANGEROUS GOODS FORM", "Emergency Response Information"]},
        refs={"bol_number": 0.5, "shipper_ref": 0.5, "pickup_date": 0.5, "carrier_name": 0.5, "container_number": 0.25, "pro_number": 0.2}, tables=(("description", "type", "pieces", "weight"), ("hm", "pieces", "description", "weight")), signers=(("shipper",), ("shipper", "driver")), clauses=3,
        extra=("UN1263, Paint, 3, PG II", "UN1993, Flammable liquid, n.o.s., 3, PG III", "UN2794, Batteries, wet, filled with acid, 8", "UN1845, Carbon dioxide, solid, 9", "24 HR EMERGENCY CONTACT: 1-800-555-0{a}", "Placards offered: Y", "Marine pollutant: No", "Guide 128", "Limited quantity", "I hereby declare that the contents of this consignment are fully and accurately described"),
    ),
}  # fmt: skip
