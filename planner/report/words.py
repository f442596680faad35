"""Numbers, dates and counted nouns as a reader sees them; British spelling, three figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

NO_BREAK: Final = "\u00a0"
MINUS: Final = "\u2212"


def sig3(value: float) -> str:
    """Return a number in three significant figures, thousands separated.

    Examples
    --------
    >>> sig3(1234.5), sig3(0.012345), sig3(99.96), sig3(0)
    ('1,230', '0.0123', '100', '0')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    places = max(0, 2 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{places}f}"
    return text.replace("-", MINUS)


def mw(value: float) -> str:
    """Return power: MW below 1,000, GW from there on."""
    if abs(float(f"{value:.3g}")) >= 1000:
        return f"{sig3(value / 1000)}{NO_BREAK}GW"
    return f"{sig3(value)}{NO_BREAK}MW"


def musd(value: float) -> str:
    """Return money given in million USD, as M or B."""
    if abs(float(f"{value:.3g}")) >= 1000:
        return f"USD{NO_BREAK}{sig3(value / 1000)}{NO_BREAK}B"
    return f"USD{NO_BREAK}{sig3(value)}{NO_BREAK}M"


def count(value: float) -> str:
    """Return a whole number with thousands separated, exact below 1,000, else three figures."""
    if abs(value) < 1000:
        return f"{round(value):,}".replace("-", MINUS)
    return sig3(value)


def share(value: float) -> str:
    """Return a share in per cent: no decimals from 10 % on, one below.

    A share that is not quite none or all never reads as 0 % or 100 %.

    Examples
    --------
    >>> share(0.804).replace(NO_BREAK, " "), share(0.9996).replace(NO_BREAK, " ")
    ('80 %', '>99 %')
    """
    percent = 100 * value
    if 0 < percent < 0.05:
        return f"<0.1{NO_BREAK}%"
    if 99.5 <= percent < 100:
        return f">99{NO_BREAK}%"
    places = 1 if 0 < abs(percent) < 9.95 else 0
    return f"{percent:.{places}f}{NO_BREAK}%".replace("-", MINUS)


def month(day: dt.date | None, otherwise: str = "after the horizon") -> str:
    """Return a date as prose says it: "March 2027"."""
    return f"{day:%B} {day.year}" if day else otherwise


def iso(day: dt.date | None) -> str:
    """Return a date as tables say it: ISO, or a dash where there is none."""
    return day.isoformat() if day else "–"


def quarter(day: dt.date) -> str:
    """Return the quarter of a date: 2027Q3."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


IRREGULAR: Final = {"purchase": "purchases", "facility": "facilities", "delivery": "deliveries",
    "number without origin": "numbers without origin"}  # fmt: skip
SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def plural(number: float, noun: str) -> str:
    """Return a noun in the number that goes with `number`."""
    return noun if number == 1 else IRREGULAR.get(noun, f"{noun}s")


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: "1 hall", "3 halls".

    Examples
    --------
    >>> counted(0, "hall"), counted(1, "hall"), counted(12, "hall")
    ('no halls', '1 hall', '12 halls')
    """
    head = "no" if number == 0 else count(number)
    return f"{head} {plural(number, noun)}"


def listed(items: Sequence[str], otherwise: str = "none") -> str:
    """Return names in a row: "a", "a and b", "a, b and c"."""
    if not items:
        return otherwise
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} and {items[-1]}"


def days(value: float) -> str:
    """Return a duration in days, or in months from 120 days on, of which no third figure is known.

    Examples
    --------
    >>> days(12.2), days(244), days(365)
    ('12 days', '8.0 months', '12 months')
    """
    if abs(value) >= 120:
        months = value / 30.4375
        return f"{months:.{0 if abs(months) >= 9.95 else 1}f} months".replace("-", MINUS)
    number = round(value)
    return f"{number} {plural(abs(number), 'day')}".replace("-", MINUS)


def times(value: float) -> str:
    """Return a ratio: "3.20 times", "118 times"."""
    return f"{sig3(value)} times"
