"""The deterministic pass on hand-solved cases. The epoch is a Monday."""

from __future__ import annotations

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.network import deterministic
from tests.networks import DAY, HOUR, Job, network


def dates(made):
    """Return start, work end, finish of each activity."""
    found = deterministic(made)
    rows = zip(found.start_min, found.work_end_min, found.finish_min, strict=True)
    return dict(zip(made.activity, (tuple(map(int, row)) for row in rows), strict=True))


def test_kinds_of_relations():
    """FS and SS hold a start, FF and SF a finish, while the work ends when it is done."""
    made = network([
        Job("a", 2 * DAY), Job("fs", DAY, (("a", "FS", DAY),)), Job("ss", DAY, (("a", "SS", 60),)),
        Job("ff", DAY, (("a", "FF", DAY),)), Job("sf", DAY, (("fs", "SF", DAY),)),
    ])  # fmt: skip
    assert dates(made) == {
        "a": (0, 2 * DAY, 2 * DAY), "fs": (3 * DAY, 4 * DAY, 4 * DAY),
        "ss": (60, 60 + DAY, 60 + DAY),
        "ff": (0, DAY, 3 * DAY), "sf": (0, DAY, 4 * DAY),
    }  # fmt: skip


def test_arc_runs_from_the_end_of_work():
    """A crew is handed over when its work ends, though FF holds the giver's finish."""
    made = network([
        Job("a", 3 * DAY), Job("b", DAY, (("a", "FF", 0),)), Job("c", DAY, (("b", "ARC", 0),)),
    ])  # fmt: skip
    assert dates(made)["c"] == (DAY, 2 * DAY, 2 * DAY)


def test_finish_and_start_may_cross():
    """FF one way and SS the other is no cycle: starts and finishes are apart."""
    made = network([Job("a", DAY, (("b", "FF", 0),)), Job("b", 2 * DAY, (("a", "SS", DAY),))])
    assert dates(made) == {"a": (0, DAY, 3 * DAY), "b": (DAY, 3 * DAY, 3 * DAY)}


def test_cycle_is_an_error():
    """A cycle is named."""
    with pytest.raises(EngineError, match=r"cycle: .*'a'"):
        deterministic(network([Job("a", 1, (("b", "FS", 0),)), Job("b", 1, (("a", "FS", 0),))]))


def test_gates_and_equipment_at_likely_dates():
    """A gate opens at its base and likely slip; units go to ranks, the earliest first."""
    made = network(
        [Job("a", DAY, gates=("g",)), *(Job(name, DAY, waits={"tx": 1}) for name in "bc")],
        gates={"g": (DAY, (0, DAY, 5 * DAY))}, units=[("tx", 9 * DAY), ("tx", 4 * DAY)],
        rank=["a", "c", "b"],
    )  # fmt: skip
    found = deterministic(made)
    assert found.start_min.tolist() == [2 * DAY, 9 * DAY, 4 * DAY]
    assert found.start_gate.tolist() == [0, -1, -1]
    assert found.start_unit.tolist() == [-1, 0, 1]


def test_no_unit_means_never():
    """Without a unit it never starts, nor does what follows; the rest is not moved."""
    made = network([Job("a", DAY, waits={"tx": 1}), Job("b", 1, (("a", "FS", 5),)), Job("c", DAY)])
    found = deterministic(made)
    assert found.finish_min.tolist() == [NEVER, NEVER, DAY]
    assert found.total_float_min.tolist() == [0, 0, 0]


def test_beyond_the_tables_is_never():
    """What would end after the last day never does; its very end is still within."""
    made = network(
        [
            Job("a", 10 * DAY),
            Job("b", 0, (("a", "FS", 0),)),
            Job("c", 1, (("a", "FS", 0),)),
            Job("d", 0, (("a", "FF", 1),)),
        ],
        days=10,
    )
    end = 10 * DAY
    assert dates(made) == {
        "a": (0, end, end), "b": (end, end, end), "c": (end, NEVER, NEVER), "d": (0, 0, NEVER),
    }  # fmt: skip


def test_total_and_free_float():
    """Total float is what the end can bear, free float what the next one can."""
    made = network([
        Job("a", DAY), Job("b", DAY, (("a", "FS", 0),)), Job("long", 5 * DAY),
        Job("end", DAY, (("b", "FS", 0), ("long", "FS", 0))),
    ])  # fmt: skip
    found = deterministic(made)
    assert (found.total_float_min // DAY).tolist() == [3, 3, 0, 0]
    assert (found.free_float_min // DAY).tolist() == [0, 3, 0, 0]
    assert found.late_start_min.tolist() == [3 * DAY, 4 * DAY, 0, 5 * DAY]
    assert found.is_driving.tolist() == [False, False, True, True]


def test_a_weekend_off_is_no_float():
    """Two office rows in a row are critical though a weekend lies between them."""
    made = network([
        Job("a", 5 * 8 * HOUR, calendar="5x8"),
        Job("b", 8 * HOUR, (("a", "FS", 0),), calendar="5x8"),
    ])  # fmt: skip
    found = deterministic(made)
    assert found.finish_min[0] == 4 * DAY + 17 * HOUR
    assert found.total_float_min.tolist() == [0, 0]


def test_a_weekend_of_others_is_float():
    """Work around the clock that ends on Friday evening may slip until the office opens."""
    made = network([
        Job("a", 4 * DAY + 17 * HOUR), Job("b", HOUR, (("a", "FS", 0),), calendar="5x8"),
    ])  # fmt: skip
    assert deterministic(made).total_float_min[0] == (7 * 24 + 8 - 4 * 24 - 17) * HOUR


def test_driving_path_goes_through_starts_and_finishes():
    """The path follows whatever set each date: finishes through FF, starts through SS."""
    made = network([
        Job("a", DAY), Job("b", 9 * DAY, (("a", "SS", DAY),)), Job("c", DAY, (("b", "FF", DAY),)),
        Job("d", DAY, (("c", "FS", 0),)),
    ])  # fmt: skip
    found = deterministic(made)
    assert [made.activity[i] for i in found.path(3)] == ["a", "b", "c", "d"]
    assert [made.activity[i] for i in found.path(0)] == ["a"]
    assert found.finish_relation.tolist() == [-1, -1, 1, -1]


def test_float_is_a_halls_own():
    """Late dates hold a hall to its own last finish, not to that of a later hall."""
    made = network([Job("a", DAY), Job("b", 9 * DAY)], site=("s",))
    alone = network([Job("a", DAY), Job("b", 9 * DAY)])
    two = deterministic(_in_halls(made))
    assert two.total_float_min.tolist() == [0, 0]
    assert deterministic(alone).total_float_min.tolist() == [8 * DAY, 0]


def _in_halls(made):
    """Return the network with each activity in a hall of its own."""
    changes = {**vars(made), "activity_hall": np.arange(2), "hall": ("x", "y")}
    return type(made)(**changes)
