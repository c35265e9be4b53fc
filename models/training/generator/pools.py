"""Words that made-up companies, people, places and goods are put together from."""

FIRST_NAMES = """James Maria Robert Linda Carlos Angela Mike Sarah Tony Keisha Jose Dave Brenda Luis Tom Rosa Kevin Amy Juan
Derek Paula Steve Nina Marcus Janet Omar Cheryl Greg Tina Raul Becky Frank Wanda Ray Denise Victor Gail Andre Kathy Pete
Jamal Irene Hank Lupe Scott Dana Earl Monica Walt Teresa Chris Pat Sam Jo Al Ed Vince Curtis Leon Shawn Tyler""".split()
LAST_NAMES = """Smith Garcia Johnson Nguyen Williams Lopez Brown Kowalski Jones Ramirez Miller Patel Davis O'Brien Wilson
Hernandez Moore Schultz Taylor Petrov Anderson Kim Thomas Okafor Jackson Rossi White Flores Harris Novak Martin Singh
Thompson Rivera Walker Larsen Young Dubois King Castillo Wright Becker Hill Ortiz Green Washington Adams Fisher Baker
Delgado Nelson Cho Carter Meyer Mitchell Vega Perez McCoy Roberts Haas Turner Pruitt""".split()
EU_FIRST = {
    "DE": "Hans Sabine Jürgen Petra Uwe Anke Thomas Heike Stefan Katrin Ralf Björn".split(),
    "FR": "Jean Marie Luc Sophie Pierre Hélène Michel Chloé René Camille Yves".split(),
    "ES": "José María Javier Carmen Luis Ana Miguel Lucía Ramón Pilar".split(),
    "PL": "Jan Anna Piotr Ewa Marek Agnieszka Tomasz Zofia Krzysztof Łukasz".split(),
    "NL": "Jan Anneke Pieter Saskia Kees Femke Willem Marloes Bram Joost".split(),
}
EU_LAST = {
    "DE": "Müller Schneider Fischer Weber Becker Schäfer Krüger Hoffmann Brandt Vogel Böhm".split(),
    "FR": "Martin Dubois Lefèvre Moreau Girard Rousseau Lambert Fontaine Chevalier".split(),
    "ES": "García Fernández Romero Navarro Ortega Muñoz Iglesias Serrano Castro".split(),
    "PL": "Nowak Wiśniewski Zieliński Wójcik Kamiński Lewandowska Dąbrowski Mazur".split(),
    "NL": "Jansen Bakker Visser Smit Mulder Bos Vos Dekker Hendriks Kuipers".split(),
}

COMPANY_HEADS = """Apex Summit Blue River Keystone Pioneer Lakeside Golden Valley Northern Pacific Coastal Ironwood Cedar
Granite Redstone Harbor Silver Creek Delta Prairie Frontier Eagle Liberty Crescent Evergreen Atlas Titan Mercury Orion
Falcon Heritage Premier Allied United Central Great Lakes Midwest Southern Cross Piedmont Tri-State Bayou Magnolia
Lone Star Sierra Cascade Aspen Juniper Copper Canyon Sunrise Twin Oaks Walnut Hollow Brookfield Kingsley Ashford""".split()
COMPANY_KINDS = """Foods Industries Manufacturing Products Supply Plastics Paper Chemical Packaging Steel Beverage Farms
Electronics Furniture Hardware Tools Textiles Automotive Medical Pharma Distributors Wholesale Building Materials Paints
Glass Tire Lumber Nutrition Bakery Dairy Produce Seafood Lighting Appliances Filters Components Systems Brands""".split()
SUFFIXES = {
    "US": ["Inc", "Inc.", "LLC", "Co.", "Corp", "Corporation", "Company", "", "", "Ltd", "& Sons", "Group", "USA"],
    "CA": ["Inc.", "Ltd.", "Ltée", "Corp.", ""],
    "GB": ["Ltd", "Limited", "PLC", "& Co"],
    "DE": ["GmbH", "AG", "GmbH & Co. KG", "KG", "e.K."],
    "FR": ["SAS", "SA", "SARL", "& Fils"],
    "ES": ["S.A.", "S.L.", "S.L.U.", "e Hijos"],
    "PL": ["Sp. z o.o.", "S.A.", "Sp. j."],
    "NL": ["B.V.", "N.V.", "V.O.F."],
}
SITES = ["DC", "Distribution Center", "Warehouse", "Whse", "Plant 2", "Dist Ctr", "Store", "RDC", "Regional DC", "Fulfillment Ctr", "Cold Storage", "Terminal", "Bldg C"]
EU_KINDS = {
    "DE": ["Lager", "Maschinenbau", "Kunststofftechnik", "Getränke", "Möbelwerk", "Papierfabrik", "Stahlhandel", "Logistikzentrum", "Chemie", "Verpackungen"],
    "FR": ["Entrepôts", "Distribution", "Mécanique", "Boissons", "Emballages", "Plastiques", "Aciers", "Textiles", "Laiterie", "Pneumatiques"],
    "ES": ["Distribuciones", "Plásticos", "Conservas", "Envases", "Bodegas", "Aceros", "Muebles", "Cerámicas", "Químicas", "Almacenes"],
    "PL": ["Magazyn", "Opakowania", "Meble", "Tworzywa", "Napoje", "Stal", "Hurtownia", "Zakłady", "Papier", "Chemia"],
    "NL": ["Opslag", "Verpakkingen", "Voeding", "Staal", "Kunststoffen", "Bloemen", "Machines", "Distributie", "Papier", "Zuivel"],
}
SYLLABLES = "bra ter mon vel ka lor din sa fen mar tek ol ris pan do vi zen gar lu mex tra nor bel cas qui ron sta hel".split()

CARRIER_HEADS = """Redline Bluewater Ridgeway Crosswind Longhaul Starlane Tidewater Highpoint Overland Roadstar Westbound
Ironhorse Clearpath Northgate Swiftwater Bearcat Cornerstone Lonesome Rolling Cardinal Meridian Trailhead Wolverine Buckeye
Bluegrass Sandhill Stonebridge Kestrel Osprey Painted Desert Big Sky Timberline Ozark Palmetto Gulfstream Hoosier""".split()
CARRIER_KINDS = ["Freight Lines", "Express", "Trucking", "Transport", "Logistics", "Motor Freight", "Carriers", "Transportation Services", "Freight System", "Cartage", "Trucking Co", "LTL", "Haulage", "Van Lines", "Delivery Service"]
EU_CARRIER_KINDS = {
    "DE": ["Spedition", "Transporte", "Logistik", "Speditions"],
    "FR": ["Transports", "Messageries", "Logistique"],
    "ES": ["Transportes", "Logística"],
    "PL": ["Transport", "Spedycja", "Trans"],
    "NL": ["Transport", "Expeditie", "Logistiek"],
}
KNOWN_SCACS = [
    ("ODFL", "Old Dominion"), ("XPOL", "XPO"), ("CNWY", "Con-way"), ("EXLA", "Estes"), ("SAIA", "Saia"), ("RLCA", "R+L"),
    ("ABFS", "ABF"), ("FXFE", "FedEx Freight"), ("SEFL", "Southeastern"), ("AVRT", "Averitt"), ("DAFG", "Dayton"),
    ("UPGF", "TForce"), ("CTII", "Central Transport"), ("PITD", "Pitt Ohio"), ("HMES", "Holland"),
]  # fmt: skip

STREETS = """Main Oak Industrial Commerce Washington Park Lake Hill Maple Elm River Mill Railroad Airport Dixie Lincoln
Jefferson Gateway Enterprise Corporate Distribution Warehouse Harbor Union Franklin Cherry Spruce Center Church State
Peachtree Logistics Freight Cargo Trade Crossroads Prospect Highland""".split()
STREET_KINDS = ["St", "St.", "Street", "Ave", "Avenue", "Rd", "Road", "Blvd", "Dr", "Drive", "Pkwy", "Way", "Ln", "Hwy", "Ct", "Loop"]
US_CITIES = [
    ("Dallas", "TX", "752"), ("Fort Worth", "TX", "761"), ("Houston", "TX", "770"), ("Laredo", "TX", "780"),
    ("Atlanta", "GA", "303"), ("Savannah", "GA", "314"), ("Chicago", "IL", "606"), ("Joliet", "IL", "604"),
    ("Columbus", "OH", "432"), ("Toledo", "OH", "436"), ("Indianapolis", "IN", "462"), ("Memphis", "TN", "381"),
    ("Nashville", "TN", "372"), ("Louisville", "KY", "402"), ("Charlotte", "NC", "282"), ("Greensboro", "NC", "274"),
    ("Newark", "NJ", "071"), ("Edison", "NJ", "088"), ("Allentown", "PA", "181"), ("Carlisle", "PA", "170"),
    ("Ontario", "CA", "917"), ("Fontana", "CA", "923"), ("Stockton", "CA", "952"), ("Los Angeles", "CA", "900"),
    ("Phoenix", "AZ", "850"), ("Denver", "CO", "802"), ("Kansas City", "MO", "641"), ("St Louis", "MO", "631"),
    ("Minneapolis", "MN", "554"), ("Milwaukee", "WI", "532"), ("Detroit", "MI", "482"), ("Grand Rapids", "MI", "495"),
    ("Jacksonville", "FL", "322"), ("Lakeland", "FL", "338"), ("Reno", "NV", "895"), ("Salt Lake City", "UT", "841"),
    ("Portland", "OR", "972"), ("Kent", "WA", "980"), ("Omaha", "NE", "681"), ("Little Rock", "AR", "722"),
    ("Baton Rouge", "LA", "708"), ("Birmingham", "AL", "352"), ("Richmond", "VA", "232"), ("Baltimore", "MD", "212"),
    ("Albany", "NY", "122"), ("Syracuse", "NY", "132"), ("Worcester", "MA", "016"), ("Tulsa", "OK", "741"),
]  # fmt: skip
EU_CITIES = {
    "CA": [("Toronto", "ON M5V 2T6"), ("Mississauga", "ON L5T 1A3"), ("Montréal", "QC H4C 1K2"), ("Calgary", "AB T2C 4K6")],
    "GB": [("Birmingham", "B6 7EU"), ("Leeds", "LS10 1DJ"), ("Felixstowe", "IP11 4HE"), ("Daventry", "NN11 8RA")],
    "DE": [("Hamburg", "20457"), ("Duisburg", "47119"), ("Nürnberg", "90451"), ("Köln", "50769"), ("Leipzig", "04158"), ("Kassel", "34123")],
    "FR": [("Lyon", "69007"), ("Lille", "59000"), ("Orléans", "45100"), ("Le Havre", "76600"), ("Strasbourg", "67100")],
    "ES": [("Zaragoza", "50197"), ("Valencia", "46024"), ("Madrid", "28052"), ("Murcia", "30169"), ("Lleida", "25191")],
    "PL": [("Poznań", "60-479"), ("Łódź", "92-412"), ("Wrocław", "54-530"), ("Gdańsk", "80-209"), ("Warszawa", "02-220")],
    "NL": [("Rotterdam", "3197 KA"), ("Venlo", "5928 RH"), ("Tilburg", "5048 AB"), ("Utrecht", "3542 DW")],
}
EU_STREETS = {
    "CA": ["Queen St W", "Dixie Rd", "Derry Rd E", "Chemin de la Côte"],
    "GB": ["Station Road", "Mill Lane", "Trading Estate Way", "Dock Road"],
    "DE": ["Hafenstraße", "Industriestr.", "Am Güterbahnhof", "Daimlerstraße", "Gewerbepark", "Lindenweg"],
    "FR": ["rue de l'Industrie", "avenue de la Gare", "route de Paris", "chemin des Prés", "ZI Nord, rue Ampère"],
    "ES": ["Calle Mayor", "Polígono Ind. Sur, Calle C", "Avda. de la Paz", "Carretera N-340 km"],
    "PL": ["ul. Przemysłowa", "ul. Składowa", "ul. Logistyczna", "al. Niepodległości"],
    "NL": ["Havenweg", "Industrieweg", "Nijverheidsstraat", "Transportlaan"],
}

GOODS = """canned vegetables|bottled water|paper towels|copy paper|steel brackets|PVC fittings|auto parts NOI|brake rotors
ceramic tile|laminate flooring|LED fixtures|office chairs|dog food, dry|frozen chicken|frozen pizza|ice cream|yogurt
potato chips|soft drinks|wine in glass|cleaning compound|liquid detergent|paint, latex|roof coating|adhesive|resin
plastic film|corrugated sheets|glass bottles|aluminum cans|copper wire|electric motors|hand tools|garden hose|fertilizer
seed, grass|printed matter|books|mattresses|apparel|footwear|toys|bicycles|fitness equipment|water heaters|faucets
kitchen cabinets|doors, wood|windows|insulation|drywall compound|fasteners|bearings|pumps|valves|filters|batteries
medical supplies|gloves, nitrile|vitamins|shampoo|cosmetics|diapers|coffee|tea|olive oil|flour|sugar|rice|pasta|sauce
machine parts|conveyor rollers|server racks|network cable|displays|printers|toner cartridges|tires|lubricating oil""".replace("\n", "|").split("|")
EU_GOODS = {
    "DE": ["Maschinenteile", "Getränke", "Schrauben M8", "Kunststoffgranulat", "Kartonagen", "Möbelteile", "Farben und Lacke", "Ersatzteile", "Papierrollen"],
    "FR": ["pièces détachées", "boissons", "cartons vides", "granulés plastiques", "meubles en kit", "produits laitiers", "vins en caisses", "pneus"],
    "ES": ["conservas vegetales", "aceite de oliva", "azulejos", "piezas de recambio", "vino embotellado", "muebles", "envases de plástico"],
    "PL": ["części zamienne", "meble", "opakowania kartonowe", "napoje", "folia stretch", "okna PCV", "artykuły spożywcze"],
    "NL": ["onderdelen", "bloembollen", "zuivelproducten", "kunststof kratten", "meubels", "verpakkingsmateriaal"],
}
HU_TYPES = ["PLT", "PLT", "PLT", "SKD", "SKIDS", "PALLETS", "CTN", "DRM", "TOTE", "CRT", "ROLL", "BDL"]
PIECE_TYPES = ["CTN", "CTNS", "CS", "CASES", "PCS", "EA", "BOX", "BAGS", "PKG"]
CLASSES = "50 55 60 65 70 77.5 85 92.5 100 110 125 150 175 200 250".split()
