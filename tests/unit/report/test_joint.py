"""The shape of the key date, date and cost at once, and cash, against arithmetic by hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.report import gather
from planner.report.facts.joint import equal_line
from planner.report.sections.cash import cash_parts
from planner.report.sections.joint import joint_parts
from tests import results

if TYPE_CHECKING:
    from planner.domain.result import Result
    from planner.report.facts import Facts


@pytest.fixture(scope="module")
def run() -> Result:
    made = results.result(samples=200)
    spend = made.verification.spend_musd
    inflow = np.tile([row.inflow for row in made.plan.cash], (len(spend), 1))
    verification = dataclasses.replace(made.verification, inflow_musd=inflow)
    return dataclasses.replace(made, verification=verification)


@pytest.fixture(scope="module")
def facts(run: Result) -> Facts:
    return gather(run)


def test_the_shape_has_the_moments_of_its_days(facts: Facts) -> None:
    """Bins hold every future that reaches the date; the deterministic date has its own chance."""
    assert facts.key is not None
    assert facts.shape is not None
    day = facts.key.day
    assert facts.shape.share.sum() == pytest.approx(facts.key.reached)
    assert facts.shape.mean == pytest.approx(day.mean())
    assert facts.shape.sd_day == pytest.approx(day.std())
    skew = np.mean((day - day.mean()) ** 3) / day.std() ** 3
    assert facts.shape.skew == pytest.approx(skew)
    once = facts.key.fact.deterministic
    assert once is not None
    limit = (once - facts.result.outcome.epoch).days + 1
    expected = np.mean(facts.key.fact.minutes / 1440 < limit)
    assert facts.shape.deterministic_chance == pytest.approx(expected)


def test_the_quadrants_are_all_futures(facts: Facts) -> None:
    """The four shares add up to one, and the date's own is that of the futures in time."""
    joint = facts.joint
    assert joint is not None
    assert joint.both + joint.date_only + joint.cost_only + joint.neither == pytest.approx(1.0)
    assert facts.key is not None
    limit = (joint.date - facts.result.outcome.epoch).days + 1
    in_time = np.mean(facts.key.fact.minutes / 1440 < limit)
    assert joint.both + joint.date_only == pytest.approx(in_time)


def test_every_point_of_the_line_keeps_both_as_often_as_asked() -> None:
    """Counting futures left and below a point of the line gives the confidence, no less."""
    random = np.random.default_rng(7)
    day, spend = random.normal(900, 60, 400), random.normal(5000, 300, 400)
    line = equal_line(day, spend, 0.81, 500)
    assert line == ()
    line = equal_line(day, spend, 0.7, 500)
    for at, musd in line:
        assert np.sum((day <= at) & (spend <= musd)) >= 350
        assert np.sum((day <= at) & (spend < musd)) < 350
    costs = [musd for _, musd in line]
    assert costs == sorted(costs, reverse=True)


def test_cash_left_is_opening_and_flow(facts: Facts, run: Result) -> None:
    """Half of futures have at least the middle curve; a tenth has more than eight tenths have."""
    cash = facts.cash
    assert cash is not None
    assert cash.left is not None
    assert run.verification.inflow_musd is not None
    rows = sorted(run.plan.cash, key=lambda r: r.period)
    flow = run.verification.inflow_musd - run.verification.spend_musd
    closing = rows[0].opening + flow.cumsum(axis=1)
    assert np.all(np.mean(closing >= cash.left[1], axis=0) >= 0.5)
    assert np.all(np.mean(closing >= cash.left[2], axis=0) >= 0.8)
    assert np.all(cash.left[0] >= cash.left[2])
    assert np.all(np.diff(cash.committed) >= 0)
    assert cash.paid[-1] + cash.running[-1] == pytest.approx(sum(r.spend for r in rows))


def test_figures_that_cannot_be_made_are_left_out(run: Result) -> None:
    """Without simulated spend neither the scatter nor the cash figures are there."""
    bare = dataclasses.replace(run.verification, spend_musd=np.zeros((0, 0)))
    facts = gather(dataclasses.replace(run, verification=bare))
    assert joint_parts(facts) == ()
    assert cash_parts(facts) == ()
