"""From clock to work and back, against stepping minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.simulate.calendars import DAY_MIN, WorkTime, work_time
from tests.networks import CALENDARS, Job, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

DAYS = 16


def of(calendar: str, off: tuple[int, ...] = ()) -> tuple[Network, WorkTime, np.ndarray]:
    """Return working time and, minute by minute, whether the calendar works (by its definition)."""
    made = network([Job("a", 1, calendar=calendar)], days=DAYS)
    is_off = np.zeros(DAYS, dtype=np.bool_)
    is_off[list(off)] = True
    works = np.zeros(DAYS * DAY_MIN, dtype=np.int64)
    for day in range(DAYS):
        for start, end in [] if is_off[day] else CALENDARS[calendar](day % 7):
            works[day * DAY_MIN + start * 60 : day * DAY_MIN + end * 60] = 1
    return made, work_time(made, 0, is_off), works


@pytest.mark.parametrize("calendar", sorted(CALENDARS))
@pytest.mark.parametrize("off", [(), (0, 1, 7), (4, 15)])
def test_worked_is_the_sum_of_minutes(calendar: str, off: tuple[int, ...]) -> None:
    """At odd minutes, at midnights and at the very end of the tables."""
    _, clock, works = of(calendar, off)
    total = np.concatenate([[0], np.cumsum(works)])
    minutes = [*range(0, DAYS * DAY_MIN, 157), *range(0, DAYS * DAY_MIN + 1, DAY_MIN)]
    assert [clock.worked(m) for m in minutes] == [total[m] for m in minutes]


@pytest.mark.parametrize("calendar", sorted(CALENDARS))
@pytest.mark.parametrize("off", [(), (0, 1, 7), (4, 15)])
def test_finish_is_the_first_minute_by_which_the_work_was_done(
    calendar: str, off: tuple[int, ...]
) -> None:
    """Stepping on until the work is done gives the same minute, `NEVER` if the tables end first."""
    _, clock, works = of(calendar, off)
    total = np.concatenate([[0], np.cumsum(works)])
    for start in range(0, DAYS * DAY_MIN, 977):
        for work in (1, 59, 480, 481, 2400, 9999):
            done = np.flatnonzero(total >= total[start] + work)
            assert clock.finish(start, work) == (done[0] if done.size else NEVER)
