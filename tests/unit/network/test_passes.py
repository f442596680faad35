"""The arrays that the passes run over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given

from planner.network.calendars import work_clock
from planner.network.cpm import work_clocks
from planner.network.passes import Clocks, as_graph, clocks_of
from tests.networks import DAY, Job, network
from tests.strategies import networks

if TYPE_CHECKING:
    from planner.network.arrays import Network


def _worked(clocks: Clocks, row: int, minute: int) -> int:
    """Return the minutes worked to a minute, interval by interval."""
    some = slice(clocks.pointer[row], clocks.pointer[row + 1])
    pairs = zip(clocks.start[some].tolist(), clocks.end[some].tolist(), strict=True)
    return sum(max(0, min(minute, end) - start) for start, end in pairs)


@given(networks())
def test_intervals_are_those_of_the_work_clocks(made: Network) -> None:
    """At any minute as much is worked as the clock of the calendar says."""
    clocks = clocks_of(made)
    minutes = np.linspace(0, made.days * DAY, 23).astype(int).tolist()
    for row, clock in enumerate(work_clocks(made)):
        assert [_worked(clocks, row, m) for m in minutes] == [clock.worked(m) for m in minutes]


def test_whole_days_that_touch_are_one_interval() -> None:
    """A calendar that never rests has one interval, as long as the tables."""
    made = network([Job("a", DAY)])
    clocks, row = clocks_of(made), made.calendar[0]
    assert clocks.pointer[row + 1] - clocks.pointer[row] == 1
    assert clocks.end[clocks.pointer[row]] == made.days * DAY


def test_a_calendar_that_never_works_has_an_interval_of_nothing() -> None:
    """It lies where no minute is, so that searches find something."""
    made = network([Job("a", DAY)])
    idle = int(np.flatnonzero(np.diff(made.type_pointer) == 0)[0])
    idle_row = np.full(made.days, idle, dtype=np.int64)
    clocks = clocks_of(dataclasses.replace(made, day_type=idle_row[None]))
    clock = work_clock(idle_row, [()])
    assert (clocks.end - clocks.start).tolist() == [0]
    assert clock.worked(made.days * DAY) == _worked(clocks, 0, made.days * DAY) == 0


def test_relations_stand_under_the_node_they_leave() -> None:
    """SS and SF leave a start, FS and FF a finish; what they run into counts as open."""
    kinds = ("FS", "SS", "FF", "SF")
    made = network([Job("a", DAY), *(Job(k, DAY, (("a", k, 7),)) for k in kinds)])
    graph = as_graph(made)
    names = [made.activity[i] for i in graph.succ]
    assert names[: graph.pointer[1]] == ["SS", "SF"]
    assert names[graph.pointer[1] : graph.pointer[2]] == ["FS", "FF"]
    assert graph.start_open.tolist() == [0, 1, 1, 0, 0]
    assert graph.finish_open.tolist() == [1, 1, 1, 2, 2]
