"""Float paths on a hand-solved network, all around the clock."""

from __future__ import annotations

from planner.network import deterministic
from planner.network.paths import float_paths
from tests.networks import DAY, Job, network


def paths(jobs, last, number=3):
    made = network(jobs)
    found = float_paths(deterministic(made), made.activity.index(last), number)
    return [(p.number, p.float_day, p.activities) for p in found]


# a 5 d -> b 4 d -> z; c 6 d -> z (3 d of float); d 2 d -> c (4 d less the 0 of c: see below).
JOBS = [
    Job("a", 5 * DAY), Job("b", 4 * DAY, (("a", "FS", 0),)),
    Job("d", 2 * DAY), Job("c", 4 * DAY, (("d", "FS", 0),)), Job("e", DAY),
    Job("z", DAY, (("b", "FS", 0), ("c", "FS", 0), ("e", "FS", 0))),
]  # fmt: skip


def test_three_paths_by_relative_float():
    """a-b drives z at day 9; d-c ends at day 6 and could slip 3 days; e ends at day 1, 8 days."""
    assert paths(JOBS, "z") == [(1, 0, ("a", "b", "z")), (2, 3, ("d", "c")), (3, 8, ("e",))]


def test_a_path_ends_where_it_joins_an_earlier_one():
    """f branches off the driving path after a: its path holds f alone, 9 less 5 plus 1 days."""
    jobs = [*JOBS[:2], Job("f", DAY, (("a", "FS", 0),)),
            Job("z", DAY, (("b", "FS", 0), ("f", "FS", 0)))]  # fmt: skip
    assert paths(jobs, "z") == [(1, 0, ("a", "b", "z")), (2, 3, ("f",))]


def test_float_adds_up_along_a_branch():
    """g could slip 2 days before c moves, and c 3 before z does: 5 in all."""
    jobs = [Job("a", 9 * DAY), Job("d", 4 * DAY), Job("g", 2 * DAY),
            Job("c", 2 * DAY, (("d", "FS", 0), ("g", "FS", 0))),
            Job("z", DAY, (("a", "FS", 0), ("c", "FS", 0)))]  # fmt: skip
    assert [p[1:] for p in paths(jobs, "z")] == [(0, ("a", "z")), (3, ("d", "c")), (5, ("g",))]


def test_finish_relations_are_followed():
    """z's finish is held by b's, 2 days after it: the path runs through b, not z's own start."""
    jobs = [Job("a", DAY), Job("b", 6 * DAY),
            Job("z", DAY, (("a", "FS", 0), ("b", "FF", 2 * DAY)))]  # fmt: skip
    assert paths(jobs, "z", 1) == [(1, 0, ("b", "z"))]
