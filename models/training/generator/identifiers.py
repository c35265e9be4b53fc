"""Made-up identifiers, with right check digits where the scheme is public (domain.md 2.3)."""

import re
from random import Random

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def digits(rng: Random, count: int) -> str:
    """So many digits, the first not zero."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def normalised(text: str) -> str:
    """Upper case without spaces and punctuation."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def luhn(body: str) -> str:
    """Luhn check digit (Old Dominion PRO)."""
    total = 0
    for i, char in enumerate(reversed(body)):
        double = int(char) * (2 if i % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return str(-total % 10)


def gs1(body: str) -> str:
    """GS1 mod 10 check digit (VICS BOL, SSCC, GLN)."""
    total = sum(int(char) * (3 if i % 2 == 0 else 1) for i, char in enumerate(reversed(body)))
    return str(-total % 10)


def container(rng: Random) -> str:
    """A container number after ISO 6346, as printed."""
    owner = "".join(rng.choice(LETTERS) for _ in range(3)) + "U"
    serial = f"{rng.randint(0, 999999):06d}"
    values = [v for v in range(10, 39) if v % 11]
    weights = [values[ord(c) - 65] if c.isalpha() else int(c) for c in owner + serial]
    check = sum(w << i for i, w in enumerate(weights)) % 11 % 10
    form = rng.choice(["{o}{s}{c}", "{o} {s} {c}", "{o} {s}-{c}", "{o}{s}-{c}"])
    return form.format(o=owner, s=serial, c=check)


def pro(rng: Random, scac: str) -> str:
    """A PRO as printed: with check digit for XPO and Old Dominion, free otherwise."""
    if scac in ("XPOL", "CNWY"):
        body = digits(rng, 8)
        number = body + str(int(body) % 7)
        return rng.choice([number, f"{number[:3]}-{number[3:]}"])
    if scac == "ODFL":
        body = rng.choice(["072", "777", "778", "780", "800"]) + f"{rng.randint(0, 9999999):07d}"
        return body + luhn(body)
    length = rng.choice([7, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12])
    number = digits(rng, length)
    cut = rng.randint(2, 4)
    forms = [number] * 5 + [f"{number[:cut]}-{number[cut:]}", f"{number[:cut]} {number[cut:]}", f"{number[:-1]}-{number[-1]}"]
    if rng.random() < 0.12:
        return rng.choice(LETTERS) + number[:9]
    return rng.choice(forms)


def vics_bol(rng: Random) -> str:
    """A 17-digit VICS BOL number."""
    body = rng.choice(["0", ""]) + digits(rng, 16)
    body = body[:16]
    return body + gs1(body)


def air_waybill(rng: Random) -> str:
    """Airline prefix and serial with check digit."""
    serial = digits(rng, 7)
    form = rng.choice(["{p}-{s}{c}", "{p} {s}{c}", "{p}-{a} {b}{c}"])
    return form.format(p=f"{rng.randint(1, 990):03d}", s=serial, c=int(serial) % 7, a=serial[:4], b=serial[4:])


def free(rng: Random, low: int = 4, high: int = 12) -> str:
    """An identifier of no scheme: digits, letters before or after, dashes, slashes, of any length."""
    length = rng.randint(low, high)
    kind = rng.random()
    if kind < 0.5:
        return digits(rng, length)
    letters = "".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 3)))
    tail = digits(rng, max(2, length - len(letters)))
    if kind < 0.68:
        return letters + tail
    if kind < 0.8:
        return f"{letters}-{tail}"
    if kind < 0.86:
        return f"{digits(rng, length - 1)}-{rng.choice(LETTERS)}"
    if kind < 0.95:
        tail = digits(rng, length)
    cut = rng.randint(1, len(tail) - 1)
    return f"{tail[:cut]}-{tail[cut:]}" if kind < 0.95 else f"{letters}{tail[:cut]}/{tail[cut:]}"


def phone(rng: Random, country: str) -> str:
    """A telephone number, a frequent confuser."""
    if country in ("US", "CA"):
        a, b, c = rng.randint(201, 989), rng.randint(200, 999), rng.randint(0, 9999)
        return rng.choice(["({a}) {b}-{c:04d}", "{a}-{b}-{c:04d}", "{a}.{b}.{c:04d}", "1-{a}-{b}-{c:04d}"]).format(a=a, b=b, c=c)
    code = {"DE": 49, "FR": 33, "ES": 34, "PL": 48, "NL": 31, "GB": 44, "BE": 32, "AT": 43, "IT": 39}.get(country, 49)
    number = digits(rng, 9)
    return rng.choice([f"+{code} {number[:2]} {number[2:5]} {number[5:]}", f"0{number[:3]} / {number[3:]}", f"+{code}{number}"])
