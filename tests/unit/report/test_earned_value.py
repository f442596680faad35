"""Earned value by hand: money earned evenly, megawatts when they are there, time from both."""

from __future__ import annotations

import numpy as np
import pytest

from planner.report.facts.progress import EarnedValue, _steps, _value
from planner.report.sections.progress import _said

DAY = 1440


def spread(
    earned: float, now_day: float, actual: float | None = None, done_day: float | None = None
) -> EarnedValue:
    """Return two works of 60 and 40 MUSD, over days 0 to 60 and 60 to 100, as of a day."""
    span = (np.array([0.0, 60.0]) * DAY, np.array([60.0, 100.0]) * DAY)
    until = None if done_day is None else done_day * DAY
    return _value("Works", "MUSD", np.array([60.0, 40.0]), span, earned, int(now_day * DAY), 0.0,
                  actual, until)  # fmt: skip


def test_the_columns_are_those_of_the_books() -> None:
    """On day 50 of 100, 50 were planned; 40 are earned for 44: each index from its definition."""
    found = spread(40.0, 50, 44.0)
    assert (found.planned, found.earned, found.total) == (50.0, 40.0, 100.0)
    assert (found.sv, found.cv) == (-10.0, -4.0)
    assert (found.spi, found.cpi) == pytest.approx((0.8, 40 / 44))
    assert found.eac == pytest.approx(44 + 60 / (40 / 44))
    assert found.tcpi == pytest.approx(60 / 56)
    assert found.spi_t == pytest.approx(0.8)  # 40 were to be earned by day 40 of 50


def test_the_earned_schedule_does_not_come_back_to_one() -> None:
    """All is earned on day 125 and not 100: SPI is 1 again, SPI(t) stays 0.8 for good."""
    for now in (125, 500):
        found = spread(100.0, now, done_day=125)
        assert found.spi == pytest.approx(1.0)
        assert found.spi_t == pytest.approx(0.8)
    assert spread(100.0, 500, done_day=100).spi_t == pytest.approx(1.0)
    assert spread(100.0, 90, done_day=80).spi_t == pytest.approx(1.25)


def test_nothing_earned_is_nothing() -> None:
    """An index of what is not begun is 0 to the last bit, and no rounding of a bisection."""
    found = spread(0.0, 50)
    assert found.spi == 0.0
    assert found.spi_t == 0.0


def test_nothing_planned_has_no_index() -> None:
    """Without a weight there is nothing to divide by."""
    none = _value("Power", "MW", np.zeros(0), (np.zeros(0), np.zeros(0)), 0.0, DAY, 0.0)
    assert (none.spi, none.spi_t, none.cpi, none.eac, none.tcpi) == (None,) * 5
    assert _said(none) == "Power: nothing planned."


def test_what_stood_before_the_plan_has_no_time() -> None:
    """Racks that served before its start were never planned: on it, and not infinitely late."""
    found = _steps("Racks", "MW", [("a", 8.0, 0.0)], {"a": 2.0 * DAY}, 50 * DAY, 10.0 * DAY)
    assert (found.spi, found.spi_t) == (1.0, 1.0)


def test_megawatts_count_when_they_are_there() -> None:
    """Of 30 and 50 MW due on days 10 and 20, by day 25 only the second has come: 50 of 80."""
    rows = [("a", 30.0, 10.0 * DAY), ("b", 50.0, 20.0 * DAY)]
    found = _steps("Halls", "MW", rows, {"a": 40.0 * DAY, "b": 18.0 * DAY}, 25 * DAY, 0.0)
    assert (found.planned, found.earned, found.sv) == (80.0, 50.0, -30.0)
    assert found.schedule_day == pytest.approx(20.0, abs=0.01)
    assert _said(found).endswith("5 days behind it.")
