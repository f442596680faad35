"""Calendars on which nothing would ever get done.

Shifts lie inside a day, in order and apart; some day of every year of the horizon is worked; output
is above 0; the country of the holidays is one that the holiday tables know, and so are the names of
the holidays kept.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Final, get_args

import holidays

from planner.domain.calendar import Weekday
from planner.specs.checks.base import Check, at, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.calendar import Calendar
    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

WEEK: Final[tuple[str, ...]] = get_args(Weekday)
DAY_MIN: Final = 24 * 60


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield calendars with impossible shifts, no working day, or unknown holidays."""
    names: dict[str, set[str] | None] = {}
    for name, calendar in portfolio.catalog.calendars.items():
        path = f"catalog.calendars.{name}"
        yield from _shifts(portfolio, path, calendar)
        yield from _days(portfolio, name, path, calendar)
        if calendar.output_per_week.a <= 0:
            message = f"must be > 0 (got {calendar.output_per_week}): nothing would ever be done"
            yield at(portfolio, f"{path}.output_per_week", "not-positive", message)
        if calendar.cost_factor.a <= 0:
            message = f"must be > 0 (got {calendar.cost_factor})"
            yield at(portfolio, f"{path}.cost_factor", "not-positive", message)
        yield from _holidays(portfolio, path, calendar, names)


def minute(clock: str) -> int:
    """Return the minute of the day of a clock time such as "07:30"."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _shifts(portfolio: Portfolio, path: str, calendar: Calendar) -> Iterator[Finding]:
    if not calendar.shifts:
        yield at(portfolio, f"{path}.shifts", "no-working-time", "no shift: nothing is ever done")
    for index, shift in enumerate(calendar.shifts):
        if minute(shift.end) <= minute(shift.start):
            message = f"shift ends {shift.end}, not after it starts {shift.start}"
            hint = "a shift past midnight is two: up to 24:00 and from 00:00"
            yield at(portfolio, f"{path}.shifts.{index}.end", "shift-order", message, hint)
    for index, (before, after) in enumerate(pairwise(calendar.shifts), start=1):
        if minute(after.start) < minute(before.end):
            message = f"shift from {after.start} overlaps the one that ends {before.end}"
            hint = "put shifts in order; a second crew is crews_behind, not a second shift"
            yield at(portfolio, f"{path}.shifts.{index}.start", "shift-overlap", message, hint)


def _days(portfolio: Portfolio, name: str, path: str, calendar: Calendar) -> Iterator[Finding]:
    if not calendar.days:
        message = f'calendar "{name}": no working day in a week'
        yield at(portfolio, f"{path}.days", "no-working-day", message)
        return
    first, last = portfolio.spec.data_date.year, portfolio.spec.horizon.year
    by_year: dict[int, set[dt.date]] = {}
    for day in calendar.closures:
        by_year.setdefault(day.year, set()).add(day)
    for year in range(first, min(last, first + 40) + 1):
        closed = by_year.get(year, set())
        if len(closed) >= 52 and not _is_worked(year, calendar, closed):
            message = f'calendar "{name}": no working day in {year}'
            yield at(portfolio, f"{path}.closures", "no-working-day", message)


def _is_worked(year: int, calendar: Calendar, closed: set[dt.date]) -> bool:
    weekdays = {WEEK.index(day) for day in calendar.days}
    first = dt.date(year, 1, 1)
    days = (first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days))
    return any(day.weekday() in weekdays and day not in closed for day in days)


def _holidays(
    portfolio: Portfolio, path: str, calendar: Calendar, names: dict[str, set[str] | None]
) -> Iterator[Finding]:
    country = calendar.holidays
    if country is None:
        if calendar.holiday_names:
            message = "names holidays, but no country they are of"
            yield at(portfolio, f"{path}.holiday_names", "unknown-holiday", message,
                     "add holidays: US or the like")  # fmt: skip
        return
    if country not in names:
        names[country] = _names(country, portfolio.spec.data_date.year)
    known = names[country]
    if known is None:
        message = f'no holidays known of country "{country}"'
        hint = "write a two-letter code such as US"
        yield at(portfolio, f"{path}.holidays", "unknown-country", message, hint)
        return
    for index, holiday in enumerate(calendar.holiday_names):
        if holiday not in known:
            yield unknown(portfolio, f"{path}.holiday_names.{index}", "holiday", holiday, known)


def _names(country: str, year: int) -> set[str] | None:
    """Return the names of a country's holidays over a cycle of weekdays, or None if unknown."""
    try:
        table = holidays.country_holidays(country, years=range(year - 1, year + 11))
    except NotImplementedError:
        return None
    return {name for names in table.values() for name in names.split("; ")}


CHECK = Check(
    "calendars",
    find,
    (
        "shift-order", "shift-overlap", "no-working-time", "no-working-day", "not-positive",
        "unknown-country", "unknown-holiday",
    ),
)  # fmt: skip
