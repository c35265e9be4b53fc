"""What labels say. For each language and key: usual wordings, and after `||` rare ones, which test families use most. Keys that are fields name values to extract; the other keys are confusers whose values stay unlabelled."""

from random import Random

_EN = """
pro_number = PRO|PRO #|PRO Number|PRO NO.|Pro No.|Pro Nbr|Freight Bill No|Freight Bill #|F/B #|FB#|Waybill|Waybill No.|Tracking #|PRO/Tracking No.|Probill #|Freight Bill Number||Carrier Ref|Carrier Pro ID|F.B. Nbr|Bill of Freight
bol_number = BOL #|BOL|B/L|B/L No.|BL No|BOL Number|Bill of Lading Number|Bill of Lading #|Bill of Lading|BOL No.|BOL# / SID|Shipment ID||B.O.L. Nbr|Lading No|Load BOL
master_bol = Master BOL|Master BOL #|MBOL|Master Bill of Lading No.||Consolidation #|Mstr B/L
load_number = Load #|Load No.|Load Number|Load ID|Trip #|Order #|Pickup #|Confirmation #|Load|Trip Number|Order No.||Dispatch No|TMS Ref|Move #
customer_po = PO|PO #|P.O. #|P.O. Number|Customer PO|Cust Order|Purchase Order|Purchase Order No.|PO Number|Cust. P.O.||Buyer's Order|Your Order No|P/O Nbr
shipper_ref = SID|Shipper No.|Shipper #|Ref #|Reference|Delivery No|Sales Order|SO#|Shipper Ref|Shipper's No.|Sales Order No.||Our Ref|Ship Ref Nbr|Dlv. Number
appointment_number = Appt #|Appointment #|Appt No.|ISA #|Delivery Appt ID|Appointment No||Dock Appt|Appt Conf Nbr
scac = SCAC|SCAC Code|Carrier Code|Carrier SCAC||Alpha Code|Std Carrier Code
carrier_name = Carrier|Carrier Name|Trucking Co|Delivering Carrier|Carrier:||Haulier|Name of Carrier|Transport Company
ship_from = Ship From|SHIP FROM|Shipper|From|Consignor|Origin|Pickup Location|Sender||Shipped By|Loading Point|Vendor Ship Point
ship_to = Ship To|SHIP TO|Consignee|To|Deliver To|Destination|Receiver|Delivery Address||Consigned To|Unloading Point|Deliver At
bill_to = Bill To|Third Party Freight Charges Bill To|Freight Charges To|Bill Freight To|Invoice To|Sold To||Payer|Charge To
notify = Notify|Notify Party|Broker||Also Notify
pickup_date = Date|Ship Date|Date Shipped|Pickup Date|BOL Date|Pick Up Date|Shipped|P/U Date|Pickup||Date of Loading|Tendered On|Shp Dt
delivery_date = Delivery Date|Date Delivered|Del. Date|Date Rec'd|Received Date|Date|Delivered|Del Date|Date Received||Rcvd On|Dlv Dt|Date of Receipt
arrival_time = Arrival|Arrive|Time In|In|Check-in|Gate In|Arrival Time|Arrived|Arr.||Time of Arrival|Ar. Time|Checked In
dock_in = Door|Docked|Start|Dock In|Unload Start|Start Unload|At Dock||Work Begun|Unl. Start
dock_out = Finish|Unloaded|Dock Out|Unload Finish|End Unload|Finished||Work Ended|Unl. End
departure_time = Departed|Time Out|Out|Released|Departure|Depart|Departure Time|Dep.||Time of Departure|Left|Gate Out
received_by_name = Recd By|Received By|Rec'd By|Print Name|Consignee (print)|Receiver|Name|Printed Name|Name (Print)|Received by (print name)||Rcvr Name|Accepted By|Name in Block Letters
pieces = Pcs|Pieces|Total Pieces|Total Pcs|Qty|Ctns|Cartons|Cases|Pkgs|No. of Pieces|Total Cartons|Pieces Delivered||Pc Ct|Package Count|Nbr Pkgs
handling_units = HU|Handling Units|Pallets|PLT|Skids|Units|# Plts|Pallet Count|Total Pallets|Total Skids|H/U||Unit Loads|Plt Ct|Nbr of Skids
pieces_received = Pieces Received|Pcs Rec'd|Count|Received Qty|Qty Rec'd|Rec'd Count|Cartons Received||Tally|Pcs Accepted|Counted
weight = Weight|Wt|Gross Wt|Gross Weight|Total Weight|LBS|Weight (LBS)|Wgt|GW|Total Wt||Wgt Lbs|Scale Wt|Shipment Weight
seal_numbers = Seal #|Seal|Seal No.|Seal Number|Seal Number(s)|Seals||Seal Nbr|Bolt Seal
trailer_number = Trailer #|Trailer|Trailer No.|Trailer Number|TRL|Trlr|Equip #|Van No.||Trlr Nbr|Unit No|Equipment ID
container_number = Container #|Container|Container No.|CNTR|CTR#|Container Number||Cntnr ID|Box No
page_k_of_n = Page|Pg|Page:|Sheet|PAGE||P.|Page No
invoice_no = Invoice #|Invoice No.|Invoice Number|Invoice|Inv #|Freight Bill Invoice||Bill Number|Inv. Nbr|Statement No
total = Total|Total Due|Amount Due|Total Charges|TOTAL AMOUNT DUE|Balance Due|Pay This Amount|Grand Total|Invoice Total||Net Amount Payable|Total Payable|Sum
exception_notation = Exceptions|Remarks|Comments|OS&D|Notes|Delivery Exceptions|Exceptions Noted|Shortage / Damage||Discrepancies|Condition of Freight|Notations
account_no = Account #|Acct No.|Account Number|Customer No.|Cust #||Acct Nbr
phone = Phone|Tel|Tel.|Phone #|Contact Phone||Telephone No
fax_no = Fax|Fax #|Fax No.||Telefax
contact = Contact|Attn|Contact Name||Attention
printed_date = Printed|Print Date|Run Date|Printed On||Output Dt
due_date = Due Date|Payment Due|Due By|Deliver By|Must Arrive By|MABD|RDD||Due On
invoice_date = Invoice Date|Bill Date|Date Billed|Inv Date||Billed On
order_date = Order Date|Ordered|Date Ordered||Ord Dt
appt_time = Appt Time|Appointment|Sched|Appt|Scheduled||Slot
quote_no = Quote #|Quote No|Quotation||Offer No
route = Route|Rte|Route #||Run
terminal = Terminal|Dest Terminal|Orig Term|Term||Svc Ctr
terms = Terms|Freight Terms|Freight Charge Terms|Payment Terms||Chgs
zone = Zone|Area||Sector
salesperson = Salesperson|Rep|Sales Rep||Agent
driver_no = Driver #|Driver ID|Driver No||Opr
driver_name = Driver|Driver Name||Operator
tractor = Tractor #|Truck #|Tractor|Power Unit|Unit #||Trk Nbr
department = Dept|Department|Dept #||Div
store_no = Store #|Store No|Location #||Site Nbr
vendor_no = Vendor #|Vendor No.|Supplier No||Vdr
dock_door = Door #|Dock Door|Dock #||Bay
temp = Temp|Temperature|Set Temp|Reefer Temp||Setpt
mc_number = MC #|MC|MC Number|Docket No||Authority
dot_number = DOT #|USDOT|US DOT #||DOT Nbr
tariff = Tariff|Tariff #||Pricing
operator = Entered By|User|Operator|Clerk||Init.
declared = Declared Value|Decl. Value||Value
cod = COD Amount|C.O.D.|COD||Collect Amt
cube = Cube|Cubic Ft|CFT||Vol
service = Service|Service Level|Svc||Product
equipment = Equipment|Equip Type|Trailer Type||Eq
miles = Miles|Mileage||Dist
ticket_no = Ticket #|Ticket No.|Receipt #|Receipt No|Trans #||Slip No
auth_code = Auth Code|Payment Code|Check #|Approval||Code
tax_id = Tax ID|FEIN|VAT No.||EIN
gl_code = GL Code|Cost Center||Acct Code
time = Time|At||Hr
chassis = Chassis|Chassis #|Chassis No||Chs
"""

_DE = """
pro_number = Sendungsnr.|Sendungsnummer|Frachtbrief-Nr.|Frachtbriefnr.||Sdg.-Nr.
bol_number = Lieferschein-Nr.|Lieferscheinnummer|Lieferschein||LS-Nr.
load_number = Ladenummer|Lade-Nr.|Tour-Nr.|Auftrag-Nr.||Fahrt-Nr.
customer_po = Bestellnummer|Bestell-Nr.|Ihre Bestellung|Kundenbestellung||Bestellzeichen
shipper_ref = Referenz|Ref.-Nr.|Auftragsnr.|Unser Zeichen||Vorgangs-Nr.
appointment_number = Avis-Nr.|Zeitfenster-Nr.||Buchungs-ID
carrier_name = Frachtführer|Spediteur|Transportunternehmen||Unternehmer
ship_from = Absender|Versender|Ladestelle|Beladestelle||Lieferant
ship_to = Empfänger|Lieferadresse|Lieferanschrift|Entladestelle||Warenempfänger
bill_to = Rechnungsempfänger|Frachtzahler||Kostenträger
pickup_date = Datum|Versanddatum|Ladedatum|Abholdatum||Übernahme am
delivery_date = Lieferdatum|Zustelldatum|Empfangen am|Ablieferung|Datum||Erhalten am
arrival_time = Ankunft|Eingang|Ankunftszeit||Einfahrt
dock_in = Entladebeginn|Beginn||Tor an
dock_out = Entladeende|Ende||Tor ab
departure_time = Abfahrt|Ausgang||Ausfahrt
received_by_name = Empfangen durch|Name|Name in Druckbuchstaben|Übernommen von||Entgegengenommen von
pieces = Anzahl|Stück|Packstücke|Kolli|Anzahl Packstücke||Colli ges.
handling_units = Paletten|Anzahl Paletten|PAL|Ladungsträger||Pal.-Zahl
weight = Gewicht|Bruttogewicht|Gewicht kg|Bruttogewicht in kg||Gesamtgew.
seal_numbers = Plombe|Plomben-Nr.||Siegelnummer
trailer_number = Auflieger|Anhänger|Kennzeichen|Kfz-Kennzeichen||Amtl. Kennz.
page_k_of_n = Seite|Blatt||S.
invoice_no = Rechnung Nr.|Rechnungsnummer|Rechnungs-Nr.||Beleg-Nr.
total = Gesamtbetrag|Rechnungsbetrag|Summe||Zahlbetrag
exception_notation = Vorbehalt|Vorbehalte|Bemerkungen|Schäden||Mängel
phone = Telefon|Tel.||Ruf
account_no = Kundennummer|Kunden-Nr.||Debitor
order_date = Bestelldatum|vom||Auftragsdatum
due_date = Liefertermin|Fällig am||Wunschtermin
printed_date = Druckdatum|gedruckt||Stand
"""

_FR = """
pro_number = N° de récépissé|N° d'expédition|Lettre de voiture n°||N° de position
bol_number = Bon de livraison n°|N° BL|B.L. n°||Bordereau n°
load_number = N° de chargement|Dossier|N° de tour||Voyage n°
customer_po = Commande|N° de commande|Votre commande|Commande client||V/Cde
shipper_ref = Référence|Réf. expéditeur|Notre réf.||N/Réf
carrier_name = Transporteur||Voiturier
ship_from = Expéditeur|Lieu de chargement|Chargeur||Remettant
ship_to = Destinataire|Adresse de livraison|Livré à||Lieu de livraison
bill_to = Facturé à|Payeur||Donneur d'ordre
pickup_date = Date|Date d'expédition|Date de chargement|Enlèvement||Pris en charge le
delivery_date = Date de livraison|Livré le|Reçu le|Date||Réceptionné le
arrival_time = Arrivée|Heure d'arrivée||Entrée
dock_in = Début|Début déchargement||Mise à quai
dock_out = Fin|Fin déchargement||Sortie quai
departure_time = Départ|Heure de départ||Sortie
received_by_name = Reçu par|Nom|Nom en capitales|Nom du réceptionnaire||Réceptionnaire
pieces = Colis|Nombre de colis|Nb colis|Quantité||Nbre d'unités
handling_units = Palettes|Nb palettes|Nombre de palettes||Supports
weight = Poids|Poids brut|Poids brut kg|Poids total||Masse
seal_numbers = Plomb n°|Scellé||N° de scellé
trailer_number = Remorque|Immatriculation||Semi
page_k_of_n = Page|Feuille||P.
invoice_no = Facture n°|N° de facture||Pièce n°
total = Total|Total TTC|Net à payer||Montant dû
exception_notation = Réserves|Observations|Remarques||Anomalies
phone = Tél.|Téléphone||Tel
account_no = Code client|N° client||Compte
order_date = Date de commande||Cde du
due_date = Échéance|À livrer avant||Délai
"""

_ES = """
pro_number = Nº de expedición|Carta de porte nº|Nº de envío||Guía nº
bol_number = Albarán|Nº de albarán|Albarán nº||Nota de entrega
load_number = Nº de carga|Viaje|Orden de carga||Ruta nº
customer_po = Pedido|Nº de pedido|Su pedido|Pedido cliente||S/Pedido
shipper_ref = Referencia|Ref. remitente|Nuestra ref.||N/Ref
carrier_name = Transportista|Porteador||Empresa de transporte
ship_from = Remitente|Cargador|Lugar de carga|Expedidor||Origen
ship_to = Destinatario|Consignatario|Entregar en||Destino
bill_to = Facturar a|Pagador||Cliente
pickup_date = Fecha|Fecha de carga|Fecha de expedición||Recogida
delivery_date = Fecha de entrega|Entregado|Recibido el||Recepción
arrival_time = Llegada|Hora de llegada|Entrada||Hora entrada
departure_time = Salida|Hora de salida||Hora salida
received_by_name = Recibido por|Nombre|Nombre y apellidos||Conforme
pieces = Bultos|Nº de bultos|Cajas|Cantidad||Total bultos
handling_units = Palés|Palets|Nº de palets||Pallets
weight = Peso|Peso bruto|Peso bruto kg||Kilos
seal_numbers = Precinto|Nº de precinto||Sello
trailer_number = Remolque|Matrícula||Semirremolque
page_k_of_n = Página|Hoja||Pág.
invoice_no = Factura|Factura nº||Nº fra.
total = Total|Total a pagar||Importe
exception_notation = Reservas|Observaciones|Incidencias|Faltante||Salvedades
phone = Teléfono|Tfno.||Tel
account_no = Código cliente|Nº cliente||Cuenta
"""

_PL = """
pro_number = Nr przesyłki|List przewozowy nr|Numer przesyłki||Nr paczki
bol_number = Nr WZ|Dokument WZ|List przewozowy||Dowód wydania
load_number = Nr załadunku|Zlecenie|Nr zlecenia||Kurs
customer_po = Nr zamówienia|Zamówienie|Zamówienie klienta||Zam. nr
shipper_ref = Referencje|Nr ref.||Znak
carrier_name = Przewoźnik||Firma transportowa
ship_from = Nadawca|Miejsce załadunku||Załadowca
ship_to = Odbiorca|Miejsce dostawy||Adres dostawy
pickup_date = Data|Data załadunku|Data wysyłki||Data nadania
delivery_date = Data dostawy|Data odbioru|Otrzymano dnia||Dostarczono
arrival_time = Przyjazd|Godz. przyjazdu||Wjazd
departure_time = Wyjazd|Odjazd||Godz. wyjazdu
received_by_name = Odebrał|Imię i nazwisko||Przyjął
pieces = Ilość|Liczba opakowań|Sztuk||Il. szt.
handling_units = Palety|Liczba palet||Ilość palet
weight = Waga|Waga brutto|Waga brutto kg||Masa
seal_numbers = Plomba|Nr plomby||Plomby
trailer_number = Naczepa|Nr rejestracyjny||Nr naczepy
page_k_of_n = Strona||Str.
exception_notation = Uwagi|Zastrzeżenia||Braki
phone = Telefon|Tel.||Tel
"""

_NL = """
pro_number = Zendingnr.|Vrachtbriefnummer||Zending
bol_number = Pakbonnummer|Afleverbon|Leverbon nr.||Bonnr.
load_number = Laadnummer|Ritnummer||Rit
customer_po = Bestelnummer|Uw order|Inkooporder||Ordernr. klant
shipper_ref = Referentie|Onze ref.||Kenmerk
carrier_name = Vervoerder|Transporteur||Transportbedrijf
ship_from = Afzender|Laadadres||Leverancier
ship_to = Geadresseerde|Afleveradres|Ontvanger||Losadres
pickup_date = Datum|Laaddatum|Verzenddatum||Geladen op
delivery_date = Leverdatum|Ontvangen op|Losdatum||Afgeleverd
arrival_time = Aankomst|Tijd in||Binnen
departure_time = Vertrek|Tijd uit||Buiten
received_by_name = Ontvangen door|Naam||Naam ontvanger
pieces = Aantal|Colli|Aantal colli||Stuks
handling_units = Pallets|Aantal pallets||Pallet aantal
weight = Gewicht|Bruto gewicht|Brutogewicht kg||Totaal kg
seal_numbers = Zegel|Zegelnummer||Loodnr.
trailer_number = Trailer|Kenteken||Oplegger
page_k_of_n = Pagina|Blad||Pag.
exception_notation = Opmerkingen|Voorbehoud||Gebreken
phone = Telefoon|Tel.||T
"""


def _parse(text: str) -> dict[str, tuple[list[str], list[str]]]:
    pools = {}
    for line in text.strip().splitlines():
        key, _, wordings = line.partition(" = ")
        common, _, test = wordings.partition("||")
        pools[key] = (common.split("|"), test.split("|") if test else [])
    return pools


LABELS = {code: _parse(text) for code, text in {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "pl": _PL, "nl": _NL}.items()}


ENDINGS = {"en": ["#", " #", " No", " No.", " Nbr", " Nbr.", " Number", " Num", " Num.", " ID"], "de": ["-Nr.", "nummer", " Nr.", "-Nr"], "fr": [" n°", " N°", " no."], "es": [" nº", " Nº", " núm."], "pl": [" nr", " Nr"], "nl": ["nr.", " nr.", "nummer"]}
"""Ways to say that a number follows: interchangeable (domain.md §2.1), so that training exchanges them."""
NUMBERS = {"pro_number", "bol_number", "master_bol", "load_number", "customer_po", "shipper_ref", "appointment_number", "seal_numbers", "trailer_number", "container_number", "invoice_no"}


def _with_another_ending(rng: Random, text: str, endings: list[str]) -> str:
    """The wording with another of the language's endings; unchanged where it has none."""
    for ending in sorted(endings, key=len, reverse=True):
        if text.lower().endswith(ending.lower()) and len(text) > len(ending) + 1:
            return text[: -len(ending)] + rng.choice(endings)
    return text


def label(rng: Random, key: str, language: str, test: bool, varied: bool = False) -> str:
    """A wording for a key. Half of a test family's labels are rare ones; of the others' a third where they are `varied`, else a sixth.

    Varied ones also exchange their endings ("PRO #", "PRO Nbr", "PRO No.").
    """
    pools = LABELS.get(language, {})
    usual, rare = pools.get(key) or LABELS["en"].get(key) or ([key.replace("_", " ").title()], [])
    text = rng.choice(rare) if rare and rng.random() < (1 / 2 if test else 1 / 3 if varied else 1 / 6) else rng.choice(usual)
    if varied and key in NUMBERS and rng.random() < 0.4:
        return _with_another_ending(rng, text, ENDINGS.get(language, ENDINGS["en"]))
    return text
