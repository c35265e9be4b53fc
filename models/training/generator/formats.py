"""How dates, times and numbers are written."""

from datetime import date
from random import Random

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split(),
    "nl": "januari februari maart april mei juni juli augustus september oktober november december".split(),
}
# Forms by country; the key "hand" is used for handwriting.
US_DATES = ["{m:02d}/{d:02d}/{Y}", "{m}/{d}/{y:02d}", "{m:02d}/{d:02d}/{y:02d}", "{m}/{d}/{Y}", "{m:02d}-{d:02d}-{Y}", "{m}-{d}-{y:02d}", "{Y}-{m:02d}-{d:02d}",
            "{b} {d}, {Y}", "{d} {b} {Y}", "{d:02d}-{B3}-{y:02d}", "{B3} {d:02d} {Y}", "{d:02d}{B3}{y:02d}", "{m:02d}.{d:02d}.{y:02d}", "{long} {d}, {Y}"]  # fmt: skip
US_HAND = ["{m}/{d}/{y:02d}", "{m}/{d}/{y:02d}", "{m}-{d}-{y:02d}", "{m}/{d}/{Y}", "{m:02d}/{d:02d}/{y:02d}", "{m}.{d}.{y:02d}", "{b} {d} {y:02d}", "{m} {d} {y:02d}", "{m}/{d} /{y:02d}"]
EU_DATES = ["{d:02d}.{m:02d}.{Y}", "{d}.{m}.{Y}", "{d:02d}.{m:02d}.{y:02d}", "{d:02d}/{m:02d}/{Y}", "{d:02d}/{m:02d}/{y:02d}", "{d:02d}-{m:02d}-{Y}", "{Y}-{m:02d}-{d:02d}", "{d}. {long} {Y}", "{d} {long} {Y}"]
EU_HAND = ["{d}.{m}.{y:02d}", "{d}/{m}/{y:02d}", "{d}.{m}.{Y}", "{d}/{m}/{Y}", "{d}-{m}-{y:02d}", "{d:02d}.{m:02d}.{y:02d}"]
TIMES = ["{H:02d}:{M:02d}", "{H:02d}:{M:02d}", "{h}:{M:02d} {AP}", "{h:02d}:{M:02d} {AP}", "{h}:{M:02d}{ap}", "{H:02d}{M:02d}"]
HAND_TIMES = ["{H}:{M:02d}", "{h}:{M:02d} {AP}", "{h}:{M:02d}{a}", "{H:02d}{M:02d}", "{h}:{M:02d}{ap}", "{H:02d}:{M:02d}", "{h}{M:02d}{a}"]
EU_TIMES = ["{H:02d}:{M:02d}", "{H:02d}:{M:02d}", "{H:02d}.{M:02d}", "{H}h{M:02d}", "{H:02d}:{M:02d} Uhr"]


def date_forms(country: str, hand: bool = False) -> list[str]:
    """Forms that a country uses."""
    if country == "US":
        return US_HAND if hand else US_DATES
    return EU_HAND if hand else EU_DATES


def time_forms(country: str, hand: bool = False) -> list[str]:
    """Forms of times of day that a country uses; the German word only in German."""
    if country == "US":
        return HAND_TIMES if hand else TIMES
    return EU_TIMES[:4] if hand or country != "DE" else EU_TIMES


def date_text(day: date, form: str, language: str = "en") -> str:
    """A date in a form of `date_forms`."""
    name = MONTHS.get(language, MONTHS["en"])[day.month - 1]
    english = MONTHS["en"][day.month - 1]
    return form.format(d=day.day, m=day.month, Y=day.year, y=day.year % 100, b=english[:3], B3=english[:3].upper(), long=name)


def time_text(minutes: int, form: str) -> str:
    """A time of day in a form of `time_forms`."""
    hour, minute = divmod(minutes % 1440, 60)
    half = "am" if hour < 12 else "pm"
    return form.format(H=hour, M=minute, h=(hour - 1) % 12 + 1, AP=half.upper(), ap=half, a=half[0])


def clock(minutes: int) -> str:
    """HH:MM."""
    return f"{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def amount_text(amount: float, country: str, sign: str) -> str:
    """An amount of money as printed, with or without a currency sign."""
    text = f"{abs(amount):,.2f}"
    if country in ("DE", "ES", "NL"):
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    elif country in ("FR", "PL"):
        text = text.replace(",", " ").replace(".", ",")
    text = f"{sign}{text}" if sign == "$" else f"{text} {sign}".strip()
    return f"-{text}" if amount < 0 else text


def count_text(rng: Random, number: int, country: str) -> str:
    """A whole number, large ones sometimes with a thousands separator."""
    if number < 1000 or rng.random() < 0.5:
        return str(number)
    return f"{number:,}" if country in ("US", "CA", "GB") else f"{number:,}".replace(",", ".")
