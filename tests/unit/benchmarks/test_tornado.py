"""What the bars of a tornado are taken apart with."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.tornado import alone, means, row, shared, unlimited, variants
from planner.simulate import run
from tests.networks import DAY, Job, Shed, ints, network

TRIANGLE = (10 * DAY, 20 * DAY, 60 * DAY)


def halls():
    """Two halls of one row each that meet at a hand-over, drawn from 10, 20, 60 days."""
    jobs = [Job("h/01/x", TRIANGLE), Job("h/02/x", TRIANGLE),
            Job("end", 0, (("h/01/x", "FS", 0), ("h/02/x", "FS", 0)))]  # fmt: skip
    return network(
        jobs,
        activity_hall=ints([0, 1, -1]),
        sheds=[Shed("h/01", "h/01/x", "h/01/x"), Shed("h/02", "h/02/x", "h/02/x")],
    )


def last(made) -> np.ndarray:
    """Days of the last finish in 400 futures."""
    return run(made, seed=1, samples=400).finish_min[:, -1] / DAY


def test_the_mean_of_a_skewed_law_is_beyond_its_likely_value():
    """A triangle of 10, 20, 60: (10 + 20 + 60) / 3 = 30 days; what is certain stays."""
    assert means(halls())[:2] / DAY == pytest.approx([30, 30], rel=1e-4)
    assert means(halls())[2] == 0


def test_with_one_luck_no_hall_waits_for_the_other():
    """Shared, the later of two is either, 30 days in the mean; drawn freely it is later."""
    found = {name: last(made).mean() for name, made in variants(halls()).items()}
    assert found["likely"] == pytest.approx(20)
    assert found["mean"] == pytest.approx(30, rel=1e-4)
    assert found["one luck for a row in every hall"] == pytest.approx(30, abs=0.1)
    assert found["drawn freely"] > 34
    work = run(shared(halls()), seed=1, samples=9).finish_min
    assert (work[:, 0] == work[:, 1]).all()


def test_a_hall_alone_is_never_before_the_mean_of_the_others():
    """The other hall takes its 30 days in every future, and this one is often later."""
    found = last(alone(halls(), 0))
    assert found.min() >= 29.9
    assert found.max() > 50


def test_crews_without_limit_are_as_many_as_are_asked_for():
    """Two jobs of 3 crews: 6, where there were 4; another trade keeps its 1."""
    jobs = [Job("a", DAY, needs={"s/IT": 3}), Job("b", DAY, needs={"s/IT": 3, "s/EL": 1})]
    made = network(jobs, crews={"s/IT": 4, "s/EL": 1})
    assert dict(zip(made.resource, unlimited(made, ["IT"]).capacity.tolist(), strict=True)) == {
        "s/IT": 6, "s/EL": 1,
    }  # fmt: skip


def test_a_row_is_in_days_with_the_error_of_paired_futures():
    """Two days and four later: 3 on the average, give or take 1."""
    base = np.array([0, 10 * DAY])
    found = row("x", np.array([2 * DAY, 14 * DAY]), base)
    assert found == "| x | +2 | +4 | +3.0 ± 1.0 | 6 |"
