"""Crews by month and the curve of spend, on networks small enough to count by hand.

The epoch is 1 January 2024: January has 31 days, February 29.
"""

from __future__ import annotations

import numpy as np
import pytest

from planner.network import deterministic
from planner.simulate.review import look
from planner.simulate.usage import crews_in_use, cumulative_spend, month_edges
from tests.networks import DAY, Job, network


def test_crews_are_counted_over_the_month():
    """Two crews for the last 10 days of January and the first 5 of February."""
    made = network([Job("a", DAY, needs={"el": 2})], crews={"el": 4})
    days, edge = month_edges(made)
    start, end = np.array([[21 * DAY]]), np.array([[36 * DAY]])
    used = crews_in_use(made, start, end, edge)[0, 0]
    assert days[1].isoformat() == "2024-02-01"
    np.testing.assert_allclose(used[:3], [20 / 31, 10 / 29, 0])


def test_money_is_spread_over_the_work():
    """15 MUSD over the same 15 days: 10 by the end of January, all of it by the end of February."""
    made = network([Job("a", DAY), Job("b", 0)], cost_musd=np.array([15.0, 2.0]))
    _, edge = month_edges(made)
    start, end = np.array([[21 * DAY, 0]]), np.array([[36 * DAY, 0]])
    assert cumulative_spend(made, start, end, edge)[0, :3].tolist() == pytest.approx([12, 17, 17])


def test_over_allocation_shows_before_levelling_only():
    """Two jobs want the one crew in January: 2 unlevelled, never more than 1 simulated."""
    jobs = [Job(name, 31 * DAY, needs={"el": 1}) for name in "ab"]
    made = network(jobs, crews={"el": 1}, cost_musd=np.array([1.0, 1.0]))
    found = look(made, seed=1, samples=4)
    assert found.usage.early[0].tolist() == [2, 0, 0]
    # 62 days of one crew: January, February, and the first two days of March.
    np.testing.assert_allclose(found.usage.p90[0], [1, 1, 2 / 31])
    # Late: both end when the last of the site does, so that late equals early without float.
    assert found.spend.early[-1] == found.spend.late[-1] == found.spend.p50[-1] == 2
    assert deterministic(made).finish_min.tolist() == [31 * DAY, 31 * DAY]
