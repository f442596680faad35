"""The plain levelling search: feasible, optimal where that is known, and repeatable."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from planner.errors import EngineError
from planner.network.rcpsp import Project, Solution, solve

Preds = list[list[int]]


def project(duration: list[int], preds: Preds, need: list[list[int]], capacity: list[int]):
    """Return a project from lists."""
    return Project(
        duration=np.array(duration, dtype=np.int64),
        pred_pointer=np.cumsum([0, *map(len, preds)], dtype=np.int64),
        pred=np.array([p for row in preds for p in row], dtype=np.int64),
        need=np.array(need, dtype=np.int64).reshape(len(duration), len(capacity)),
        capacity=np.array(capacity, dtype=np.int64),
    )


def drawn(seed: int, count: int) -> Project:
    """Return a random project of a number of activities and two resources."""
    rng = np.random.default_rng(seed)
    preds = [[int(p) for p in np.flatnonzero(rng.random(a) < 2 / (a + 1))] for a in range(count)]
    need = rng.integers(0, 5, size=(count, 2)).tolist()
    return project(rng.integers(0, 7, size=count).tolist(), preds, need, [6, 5])


def faults(made: Project, found: Solution) -> list[str]:
    """Return what is wrong with a schedule, found instant by instant."""
    start, end = found.start, found.start + made.duration
    wrong = [f"{a} starts at {s}" for a, s in enumerate(start) if s < 0]
    for a in range(len(start)):
        preds = made.pred[made.pred_pointer[a] : made.pred_pointer[a + 1]]
        wrong += [f"{a} starts before {p} ends" for p in preds if end[p] > start[a]]
    for minute in range(int(end.max())):
        here = (start <= minute) & (minute < end)
        if (made.need[here].sum(axis=0) > made.capacity).any():
            wrong.append(f"too little at {minute}")
    if end.max() != found.makespan:
        wrong.append(f"makespan {found.makespan}, last finish {end.max()}")
    return wrong


def optimum(made: Project) -> int:
    """Return the least makespan of all lists, decoded one by one: some list gives the optimum."""
    count, best = len(made.duration), 1 << 30
    preds = [made.pred[i:j] for i, j in pairwise(made.pred_pointer)]
    for order in permutations(range(count)):
        at = {a: i for i, a in enumerate(order)}
        if any(at[int(p)] > at[a] for a in order for p in preds[a]):
            continue
        used = np.zeros((int(made.duration.sum()) + 1, made.need.shape[1]), dtype=np.int64)
        end = np.zeros(count, dtype=np.int64)
        for a in order:
            length = int(made.duration[a])
            begin = max([0, *(int(end[p]) for p in preds[a])])
            while (used[begin : begin + length] + made.need[a] > made.capacity).any():
                begin += 1
            used[begin : begin + length] += made.need[a]
            end[a] = begin + length
        best = min(best, int(end.max()))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_schedules_are_feasible(seed: int):
    """No relation and no capacity is broken, at any instant."""
    made = drawn(seed, 5 + 5 * seed)
    assert faults(made, solve(made, seed=seed, schedules=600)) == []


def test_the_checker_sees_faults():
    """The checker of these tests names a broken relation, a broken capacity and a wrong end."""
    made = project([2, 2], [[], [0]], [[1], [1]], [1])
    broken = Solution(np.array([0, 1]), makespan=4, bound=4, schedules=1)
    assert faults(made, broken) == [
        "1 starts before 0 ends", "too little at 1", "makespan 4, last finish 3"
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_small_projects_are_solved(seed: int):
    """The optimum of six activities, found by trying every list, is reached."""
    made = drawn(100 + seed, 6)
    found = solve(made, seed=1, schedules=2000)
    assert found.bound <= found.makespan == optimum(made)


def test_the_longest_tail_is_no_trap():
    """A case in which the longest tail first is not best.

    Three pieces of work for two crews: 3, 2 and 2 days with one crew, one of 4 days with both.
    Crews are never idle in 3 + 2 + 2 + 8 = 15 crew days only if they could be split: 8 days.
    """
    made = project([3, 2, 2, 4], [[], [], [], []], [[1], [1], [1], [2]], [2])
    assert solve(made, seed=1, schedules=500).makespan == 8


def test_seed_and_count_repeat():
    """The same seed and count give the same starts; another seed walks elsewhere."""
    made = drawn(7, 40)
    one, two, other = (solve(made, seed=s, schedules=300) for s in (3, 3, 4))
    assert one.start.tolist() == two.start.tolist()
    assert one.start.tolist() != other.start.tolist()


def test_the_count_is_kept():
    """The search decodes as many schedules as it may, and none once the bound is met."""
    made = drawn(11, 40)
    found = solve(made, seed=1, schedules=777)
    assert found.makespan > found.bound
    assert found.schedules == 777
    chain = project([2, 3], [[], [0]], [[1], [1]], [1])
    assert solve(chain, seed=1, schedules=777).schedules == 1


def test_more_schedules_are_no_worse():
    """A longer search with the same seed goes through the shorter one."""
    made = drawn(5, 60)
    spans = [solve(made, seed=2, schedules=n).makespan for n in (1, 50, 500, 5000)]
    assert spans == sorted(spans, reverse=True)
    assert spans[-1] < spans[0]


def test_seconds_end_the_search():
    """A budget of time ends, with a feasible schedule."""
    made = drawn(11, 40)
    found = solve(made, seed=1, seconds=0.1)
    assert faults(made, found) == []
    assert found.schedules > 1


def test_work_without_time_or_need():
    """Milestones and work that needs nobody are placed by their predecessors alone."""
    made = project([0, 4, 0], [[], [0], [1]], [[0], [0], [0]], [0])
    assert solve(made, seed=1, schedules=10).start.tolist() == [0, 0, 4]


def test_nothing_to_do():
    """A project without activities ends when it starts."""
    assert solve(project([], [], [], [1]), seed=1, schedules=10).makespan == 0


@pytest.mark.parametrize(
    ("preds", "need", "says"),
    [([[1], [0]], [[1], [1]], "form a circle"), ([[], []], [[1], [2]], "needs more of resource 0")],
)
def test_impossible_projects_are_refused(preds: Preds, need: list[list[int]], says: str):
    """A circle, or work that needs more than there is, is an error and no endless search."""
    with pytest.raises(EngineError, match=says):
        solve(project([1, 1], preds, need, [1]), seed=1, schedules=10)


@pytest.mark.parametrize("budget", [{}, {"schedules": 1, "seconds": 1.0}, {"schedules": 0}])
def test_one_budget_is_needed(budget: dict[str, float]):
    """Neither none nor two budgets, nor an empty one."""
    with pytest.raises(ValueError, match="schedule"):
        solve(project([1], [[]], [[1]], [1]), seed=1, **budget)
