"""Calendar conversions against stepping minute by minute."""

from __future__ import annotations

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.network import passes
from planner.network.cpm import work_clocks
from tests.networks import CALENDARS, DAY, Job, network

DAYS = 9
NAMES = sorted(CALENDARS)


@pytest.fixture(scope="module")
def clocks():
    made = network([Job(name, calendar=name) for name in NAMES], days=DAYS)
    return dict(zip(NAMES, work_clocks(made), strict=True))


def _minutes(name: str) -> np.ndarray:
    """Return which minutes of the study are worked."""
    works = np.zeros(DAYS * DAY, dtype=np.int64)
    for day in range(DAYS):
        for start, end in CALENDARS[name](day % 7):
            works[day * DAY + int(start * 60) : day * DAY + int(end * 60)] = 1
    return works


@pytest.mark.parametrize("name", NAMES)
def test_conversions(clocks, name):
    """Worked minutes, finishes, latest starts and working instants agree with stepping."""
    clock, works = clocks[name], _minutes(name)
    rng = np.random.default_rng(3)
    stepped = np.r_[0, np.cumsum(works)]
    for start, work in zip(
        rng.integers(0, DAYS * DAY, 150).tolist(), rng.integers(1, 4000, 150).tolist(), strict=True
    ):
        assert clock.worked(start) == stepped[start]
        done = np.flatnonzero(stepped >= stepped[start] + work)
        finish = int(done[0]) if done.size else NEVER
        assert clock.finish(start, work) == finish
        if finish < NEVER:
            starts = np.flatnonzero(stepped <= stepped[finish] - work)
            assert clock.latest_start(finish, work) == starts[-1]


@pytest.mark.parametrize("name", NAMES)
def test_many_at_once(clocks, name):
    """Worked minutes of many are those of each."""
    minute = np.random.default_rng(4).integers(0, DAYS * DAY - 1, 200)
    each = [clocks[name].worked(m) for m in minute.tolist()]
    assert clocks[name].all_worked(minute).tolist() == each


@pytest.mark.parametrize("name", NAMES)
def test_conversions_of_the_passes(clocks, name):
    """Compiled conversions are those of the clock, working instants as stepped."""
    made = network([Job(n, calendar=n) for n in NAMES], days=DAYS)
    row, arrays = int(made.calendar[NAMES.index(name)]), passes.clocks_of(made)
    clock, works = clocks[name], _minutes(name)
    rng = np.random.default_rng(4)
    for m, work in zip(
        rng.integers(0, DAYS * DAY - 1, 200).tolist(), rng.integers(0, 2000, 200).tolist(),
        strict=True,
    ):  # fmt: skip
        assert passes._worked(arrays, row, m) == clock.worked(m)
        assert passes._work_end(arrays, row, m, work) == clock.finish(m, work)
        assert passes._latest_start(arrays, row, m, work) == clock.latest_start(m, work)
        worked, later = np.flatnonzero(works[:m]), np.flatnonzero(works[m:])
        end = worked[-1] + 1 if worked.size else 0
        assert passes._last_worked(arrays, row, m) == end
        assert passes._begins(arrays, row, m) == (m + later[0] if later.size else NEVER)
