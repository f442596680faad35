"""Periods as days, presence in them, and payments by period."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from planner.capacity.timeline import Timeline, discount
from planner.domain.portfolio import periods

START = dt.date(2026, 1, 1)


def timeline() -> Timeline:
    """Two quarters of 90 and 91 days."""
    return Timeline.of(periods(START, dt.date(2026, 6, 30), "quarter"), START)


def test_presence_is_the_share_of_each_period() -> None:
    """From day 45 on, half of the first 90 days and all of the next quarter."""
    assert timeline().presence(45).tolist() == [0.5, 1.0]


def test_presence_ends() -> None:
    """Until day 90 + 45.5, half of the second quarter."""
    assert timeline().presence(0, 135.5).tolist() == [1.0, 0.5]


def test_a_payment_before_the_data_date_is_sunk() -> None:
    """What was paid before is no matter of the plan."""
    assert timeline().pay_at(-1, 10.0).tolist() == [0.0, 0.0]


def test_a_payment_after_the_horizon_is_charged_to_the_last_period() -> None:
    """Nothing is had for free by buying late."""
    assert timeline().pay_at(10_000, 10.0).tolist() == [0.0, 10.0]


def test_a_span_is_paid_evenly() -> None:
    """Of a span from day 60 to day 120, half lies in the first quarter."""
    assert timeline().pay_over(60, 120, 10.0).tolist() == [5.0, 5.0]


def test_a_span_that_began_before_pays_only_its_rest() -> None:
    """Ninety of the 180 days from day -90 to day 90 are sunk."""
    assert timeline().pay_over(-90, 90, 10.0).tolist() == [5.0, 0.0]


def test_a_span_past_the_horizon_is_paid_whole() -> None:
    """All of what falls due from the data date on is paid, whatever the horizon."""
    assert timeline().pay_over(90, 1000, 10.0).sum() == pytest.approx(10.0)


def test_step_mean_weighs_by_days() -> None:
    """A step from 10 to 20 in the middle of a quarter gives 15."""
    steps = [(START, 10.0), (START + dt.timedelta(days=45), 20.0)]
    assert timeline().step_mean(steps).tolist() == [15.0, 20.0]


def test_discount_is_compound() -> None:
    """Ten per cent over two years is 1 / 1.21."""
    assert discount(0.1, np.array([2.0]))[0] == pytest.approx(1 / 1.21)
