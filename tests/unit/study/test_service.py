"""Who computes how much in a future that is short of GPUs, or has some to spare."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from planner.domain.plan import Plan, Share
from planner.domain.portfolio import Period
from planner.study.service import compute

POOL = ("H100", "generators")
PERIOD = Period("2026Q1", dt.date(2026, 1, 1), dt.date(2026, 4, 1))


def plan(**gpus: float) -> Plan:
    """A plan of one period and one pool, in which each consumer's GPU is worth two H100e."""
    shares = tuple(Share(name, *POOL, 0, n, 2 * n) for name, n in gpus.items())
    return Plan("p", dt.date(2026, 1, 1), (PERIOD,), shares=shares)


def served(have: float, floors: dict[str, float], guarantees: dict[str, float]) -> dict[str, float]:
    """Return H100e of feed (product), lab and rest (teams), planned 10, 20 and 70 GPUs."""
    given = compute(
        plan(feed=10, lab=20, rest=70),
        {POOL: np.array([[have]])},
        {k: np.array([v]) for k, v in floors.items()},
        {k: np.array([v]) for k, v in guarantees.items()},
    )
    return {k: float(v[0, 0]) for k, v in given.items()}


def test_a_future_as_planned_gives_what_was_planned() -> None:
    """Where all GPUs come in time, everybody has the planned compute."""
    assert served(100, {"feed": 20.0}, {}) == pytest.approx({"feed": 20, "lab": 40, "rest": 140})


def test_products_keep_their_share_first() -> None:
    """With a tenth of the GPUs, the product has all of them."""
    assert served(10, {"feed": 20.0}, {}) == pytest.approx({"feed": 20, "lab": 0, "rest": 0})


def test_guarantees_come_before_the_rest() -> None:
    """Twenty GPUs beyond the product go to the guaranteed team before the other sees any."""
    given = served(30, {"feed": 20.0}, {"lab": 40.0})
    assert given == pytest.approx({"feed": 20, "lab": 40, "rest": 0})


def test_what_is_left_over_goes_to_teams_in_proportion() -> None:
    """Double the planned GPUs: the product stays at its plan, teams share 190 GPUs as 20 to 70."""
    given = served(200, {"feed": 20.0}, {})
    assert given == pytest.approx({"feed": 20, "lab": 190 * 2 * 20 / 90, "rest": 190 * 2 * 70 / 90})


def test_a_short_product_takes_gpus_from_teams_of_another_sku() -> None:
    """A product short on one SKU is served from another on which the plan shows it runs."""
    other = ("GB300", "generators")
    shares = (
        Share("feed", *POOL, 0, 10, 10),
        Share("feed", *other, 0, 1, 4),
        Share("lab", *other, 0, 9, 27),
    )
    given = compute(
        Plan("p", dt.date(2026, 1, 1), (PERIOD,), shares=shares),
        {POOL: np.array([[6.0]]), other: np.array([[10.0]])},
        {"feed": np.array([14.0])},
        {},
    )
    # 6 H100 and one GB300 give 10; the missing 4 take one GB300 from the lab, which gave it 3.
    assert float(given["feed"][0, 0]) == pytest.approx(14)
    assert float(given["lab"][0, 0]) == pytest.approx(24)
