"""Calendar conversions against stepping minute by minute."""

from __future__ import annotations

import numpy as np
import pytest

from planner.domain.result import NEVER
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
    """Conversions of many minutes are those of each, working instants as stepped."""
    clock, works = clocks[name], _minutes(name)
    minute = np.random.default_rng(4).integers(0, DAYS * DAY - 1, 200)
    work = np.random.default_rng(5).integers(1, 2000, 200)
    pairs = list(zip(minute.tolist(), work.tolist(), strict=True))
    assert clock.all_worked(minute).tolist() == [clock.worked(m) for m, _ in pairs]
    assert clock.latest_starts(minute, work).tolist() == [
        clock.latest_start(m, w) for m, w in pairs
    ]
    for m, end, begin in zip(
        minute.tolist(),
        clock.all_end(minute).tolist(),
        clock.all_begin(minute).tolist(),
        strict=True,
    ):
        worked = np.flatnonzero(works[:m])
        assert end == (worked[-1] + 1 if worked.size else 0)
        later = np.flatnonzero(works[m:])
        assert begin == (m + later[0] if later.size else NEVER)
