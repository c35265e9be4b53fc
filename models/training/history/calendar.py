"""Days and clocks: two years from 1 July 2024, so that they hold two Januaries, two winters and a later half to test on.

A moment is a count of minutes since 1970, either on the clock of a site or in UTC.
"""

from __future__ import annotations

import numpy as np

FIRST = np.datetime64("2024-07-01", "D")
DAYS = 730
"""Length of the history in days. Not in domain.md: long enough for two tariff revisions and for a split by time."""
DAY = 1440
"""Minutes of a day."""
FIRST_MINUTE = int(FIRST.astype("datetime64[m]").astype(np.int64))
JANUARIES = tuple(int((np.datetime64(day, "D") - FIRST).astype(int)) for day in ("2025-01-01", "2026-01-01"))
"""Days of the history on which carriers revise their tariffs."""

STANDARD = {"America/New_York": -300, "America/Chicago": -360, "America/Denver": -420, "America/Los_Angeles": -480}
"""Minutes to UTC in winter; summer is an hour later from the second Sunday of March to the first Sunday of November, at two."""


def dates(days: np.ndarray) -> np.ndarray:
    """Days of the history as dates."""
    return FIRST + days.astype("timedelta64[D]")


def weekday(days: np.ndarray) -> np.ndarray:
    """0 Monday to 6 Sunday; 1 July 2024 was a Monday."""
    return days % 7


def month(days: np.ndarray) -> np.ndarray:
    """1 to 12."""
    return dates(days).astype("datetime64[M]").astype(int) % 12 + 1


def _sunday(year: int, month_: int, nth: int) -> int:
    first = np.datetime64(f"{year}-{month_:02d}-01", "D")
    day = np.busday_offset(first, nth - 1, roll="forward", weekmask="Sun")
    return int(day.astype("datetime64[m]").astype(np.int64)) + 120


_CHANGES = np.array([_sunday(year, month_, nth) for year in range(2024, 2028) for month_, nth in ((3, 2), (11, 1))])


def to_utc(local: np.ndarray, standard: np.ndarray) -> np.ndarray:
    """Moments in UTC of moments on the clocks of sites that are `standard` minutes off it in winter."""
    is_summer = np.searchsorted(_CHANGES, local, side="right") % 2 == 1
    return local - standard - 60 * is_summer


def stamps(minutes: np.ndarray) -> list[str]:
    """RFC 3339, of moments in UTC."""
    return [f"{text}:00Z" for text in np.datetime_as_string(minutes.astype("datetime64[m]"), unit="m")]


def days_of(minutes: np.ndarray) -> list[str]:
    """ISO dates of moments."""
    return np.datetime_as_string(minutes.astype("datetime64[m]"), unit="D").tolist()


def clock(minute: int, in_halves: bool) -> str:
    """A moment's time as a hand writes it: `13:05`, or `1:05` where am and pm stay unsaid."""
    hour, rest = divmod(minute % DAY, 60)
    return f"{(hour + 11) % 12 + 1}:{rest:02d}" if in_halves else f"{hour:02d}:{rest:02d}"
