"""Calendars as tables and clocks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from planner.domain.calendar import Calendar
from planner.domain.result import NEVER
from planner.network.calendars import ALWAYS, build_calendars

EPOCH = dt.date(2025, 12, 22)
"""A Monday, three days before a holiday."""
DAYS = 28
HOUR, DAY = 60, 1440


def calendar(**changes):
    fields = {
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "shifts": [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}],
        "output_per_week": 1.0, "cost_factor": 1.0, **changes,
    }  # fmt: skip
    return Calendar.model_validate(fields)


def clock(**changes):
    return build_calendars({"it": calendar(**changes)}, EPOCH, DAYS).clock[0]


def test_work_ends_at_the_end_of_a_shift():
    """Work that fills Friday ends on Friday evening, not on Monday morning."""
    assert clock().finish(4 * DAY + 8 * HOUR, 8 * HOUR) == 4 * DAY + 17 * HOUR


def test_work_waits_for_the_shift():
    """A crew that is there on Saturday begins on Monday at eight."""
    assert clock().finish(5 * DAY, 1) == 7 * DAY + 8 * HOUR + 1


def test_no_work_takes_no_time():
    """A milestone happens when it is due, also in the night."""
    assert clock().finish(5 * DAY + 3, 0) == 5 * DAY + 3


def test_beyond_the_tables_is_never():
    """What the tables do not hold any more never ends, and is no error."""
    assert clock().finish(0, 10**6) == NEVER
    assert clock().finish(NEVER, 5) == NEVER


def test_latest_start_is_the_last_that_serves():
    """An hour's work due on Monday at eight may start as late as Friday at four."""
    due = 7 * DAY + 8 * HOUR
    latest = clock().latest_start(due, HOUR)
    assert latest == 4 * DAY + 16 * HOUR
    assert clock().finish(latest, HOUR) <= due < clock().finish(latest + 1, HOUR)


def test_adjacent_shifts_are_one_stretch():
    """Two shifts that meet make one interval, and a day around the clock has no gaps."""
    shifts = [{"start": "04:00", "end": "14:00"}, {"start": "14:00", "end": "24:00"}]
    made = build_calendars({"it": calendar(shifts=shifts)}, EPOCH, DAYS)
    assert list(zip(made.type_start_min, made.type_end_min, strict=True)) == [
        (240, 1440),
        (0, 1440),
    ]
    assert made.day_min == (1200, 1440)


@pytest.mark.parametrize(
    ("changes", "off"),
    [
        ({}, []),
        ({"holidays": "US", "holiday_names": ["Christmas Day"]}, [3]),
        ({"holidays": "US"}, [3, 10]),
        (
            {"closures": ["2025-12-24"], "holidays": "US", "holiday_names": ["Christmas Day"]},
            [2, 3],
        ),
    ],
)
def test_holidays_and_closures(changes, off):
    """Named public holidays stop work, all where none is named, and closures as well."""
    made = build_calendars({"it": calendar(**changes)}, EPOCH, 14)
    weekend = {5, 6, 12, 13}
    assert set(np.flatnonzero(made.day_type[0] == 0)) == weekend | set(off)


def test_day_types_are_shared():
    """Calendars with the same hours share a day type; days off are type 0."""
    made = build_calendars({"a": calendar(), "b": calendar(closures=["2025-12-22"])}, EPOCH, DAYS)
    assert made.name == ("a", "b", ALWAYS)
    assert len(made.type_pointer) - 1 == 3  # off, the two shifts, always
    assert made.day_type[1, 0] == 0
    assert made.day_type[0, 0] == made.day_type[1, 1] == 1


def test_output_of_a_day():
    """Output a day is output a week over working days."""
    made = build_calendars({"it": calendar(output_per_week=2.5)}, EPOCH, DAYS)
    assert made.day_output[0] == pytest.approx(0.5)


def test_calendar_without_any_work():
    """A calendar that is closed throughout never finishes anything."""
    closed = [str(EPOCH + dt.timedelta(days=d)) for d in range(DAYS)]
    made = clock(closures=closed)
    assert made.worked(10 * DAY) == 0
    assert made.finish(0, 1) == NEVER
